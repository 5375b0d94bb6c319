"""A batch with planted dirt: each dirty record is found under its rule and reason, no clean one is.

Made by code of its own, with values that look wrong and are right beside those that look right and
are wrong; three seeds that chose no rule.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import judging
from orchestration.rooms import normalise
from orchestration.settings import Settings
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
RECORDS, DIRTY_SHARE = 3_000, 0.03
SUITES = judging.suites(Settings(home=Path()))
CONTACT = (
    "source varchar, object varchar, source_record_id varchar, email varchar, first_name varchar,"
    " last_name varchar, phone varchar, country varchar, region varchar,"
    " lifecycle_stage_native varchar, created_at timestamp, updated_at timestamp,"
    " is_deleted boolean, is_archived boolean"
)
DEAL = (
    "source varchar, source_record_id varchar, stage_native varchar, amount decimal(18, 2),"
    " currency_code varchar, owner_native_id varchar, created_at timestamp, closed_at timestamp,"
    " is_deleted boolean, is_archived boolean"
)
GOOD_EMAILS = (
    "{name}.{n}@corp.example",
    "{NAME}{n}@Corp.Example",
    "{name}+list.{n}@mail.corp.example",
    "o'{name}{n}@corp-group.example",
    "{name}_{n}@x{n}.example",
)
BAD_EMAILS = {
    "{name}{n}": "no at sign",
    "{name}{n}@corp": "domain without dot",
    "{name} {n}@corp.example": "blank inside",
    "{name}{n}@@corp.example": "two at signs",
    "{name}{n}@corp..example": "double dot",
    "{name}..{n}@corp.example": "double dot",
    "{name}{n}@-corp.example": "invalid characters",
    "{name}{n}@corp.example,": "stray ending",
    "<{name}{n}@corp.example>": "display name",
    "{name}{n}.corp.example": "no at sign",
}
SLIPS = ("{name}{n}@gmial.com", "{name}{n}@hotmial.com", "{name}{n}@yahoo.con")
GOOD_PHONES = (
    ("usa", "+1 (212) 456-{n:04d}"),
    ("Deutschland", "0049 30 9{n:07d}"),
    ("United States", "212.456.{n:04d}"),
    ("UK", "+44 20 7946 {n:04d} x12"),
    # Nobody can say whether a number is one where its country is not stated.
    (None, "212 456 {n:04d}"),
)
BAD_PHONES = {
    "n/a": "no digits",
    "call me": "no digits",
    "12{n:03d}": "too short",
    "+1 212": "too short",
    "49812345678901{n:04d}": "too long",
    "000-000-0000": "placeholder",
    "+49 112 0000 {n:04d}": "invalid number",
}
AMERICA = ("usa", "United States")
# All that the tables state, as `stg_hygiene__values` does; here the library sees every address.
VALUES = """
create view staging.stg_hygiene__values as
with stated as (
    select 'emails' as kind, email as raw_value, '' as context from staging.stg_hubspot__contacts
    union select 'domains', split_part(lower(trim(email)), '@', 2), ''
    from staging.stg_hubspot__contacts where email like '%@%.%'
    union select 'names', last_name, 'last' from staging.stg_hubspot__contacts
    union select 'countries', country, '' from staging.stg_hubspot__contacts
    union select 'phones', phone, coalesce(country, '') from staging.stg_hubspot__contacts
    union select 'regions', region, coalesce(country, '') from staging.stg_hubspot__contacts
    union select 'currencies', currency_code, '' from staging.stg_hubspot__deals
)
from stated where raw_value is not null
"""
Row = dict[str, Any]
Spoil = Callable[[random.Random, Row], str]


def _text(rng: random.Random, forms: Iterable[str], number: int) -> str:
    return _filled(rng, rng.choice([*forms]), number)


def _filled(rng: random.Random, form: str, number: int) -> str:
    name = rng.choice(("ada", "grace", "linus", "edsger"))
    return form.format(name=name, NAME=name.title(), n=number)


def _contact(rng: random.Random, number: int) -> Row:
    made = AS_OF - timedelta(days=rng.randint(1, 500))
    country, phone = rng.choice(GOOD_PHONES)
    return {
        "source": "hubspot",
        "object": "contacts",
        "source_record_id": str(number),
        "email": _text(rng, GOOD_EMAILS, number) if rng.random() < 0.9 else None,
        "first_name": "Ada",
        "last_name": rng.choice(("O'Neil", "Å", "de la Cruz")),
        "phone": _filled(rng, phone, number) if rng.random() < 0.7 else None,
        "country": country,
        "region": rng.choice((None, "New York")) if country in AMERICA else None,
        "lifecycle_stage_native": "lead",
        "created_at": made,
        "updated_at": made + timedelta(hours=rng.randint(0, 20)),
        "is_deleted": False,
        "is_archived": False,
    }


def _deal(rng: random.Random, number: int) -> Row:
    made = AS_OF - timedelta(days=rng.randint(1, 500))
    return {
        "source": "hubspot",
        "source_record_id": str(number),
        "stage_native": "won",
        "amount": rng.choice((0, 10, 99_999.99)),
        "currency_code": rng.choice(("EUR", "JPY", "US$", "POUNDS")),
        "owner_native_id": "7",
        "created_at": made,
        "closed_at": rng.choice((None, made, made + timedelta(days=9))),
        "is_deleted": False,
        "is_archived": False,
    }


def _email(rng: random.Random, row: Row) -> str:
    form = rng.choice([*BAD_EMAILS])
    row["email"] = _filled(rng, form, int(row["source_record_id"]))
    return BAD_EMAILS[form]


def _slip(rng: random.Random, row: Row) -> str:
    row["email"] = _text(rng, SLIPS, int(row["source_record_id"]))
    return "typo domain"


def _phone(rng: random.Random, row: Row) -> str:
    form = rng.choice([*BAD_PHONES])
    row["phone"] = _filled(rng, form, int(row["source_record_id"]))
    row["country"] = row["country"] or "Canada"
    return BAD_PHONES[form]


def _future(rng: random.Random, row: Row) -> str:
    row["created_at"] = row["updated_at"] = AS_OF + timedelta(days=rng.randint(2, 9_000))
    return "made in the future"


def _stale(rng: random.Random, row: Row) -> str:
    row["created_at"] = AS_OF - timedelta(days=rng.randint(732, 3_000))
    row["updated_at"] = None
    return "not touched for two years"


def _closed_before(rng: random.Random, row: Row) -> str:
    row["closed_at"] = row["created_at"] - timedelta(days=rng.randint(1, 90))
    return "contradicts another column"


def _region(rng: random.Random, row: Row) -> str:
    row["country"], row["phone"] = "U.S.", None
    row["region"] = rng.choice(("Bavaria", "ZZ", "Gondor"))
    return "unknown region"


def _without(name: str) -> Spoil:
    return lambda _, row: row.update({name: None}) or "missing"


def _with(name: str, reason: str, *values: str) -> Spoil:
    return lambda rng, row: row.update({name: rng.choice(values)}) or reason


# Under which rule it must be found, and how it is planted; that says the reason.
CONTACT_DIRT: dict[str, Spoil] = {
    "contact_email_is_well_formed": _email,
    "contact_email_domain_is_no_slip": _slip,
    "contact_phone_can_be_dialled": _phone,
    "contact_region_is_known": _region,
    "contact_name_is_one": _with("last_name", "placeholder", "asdf", "XXX", "n/a", "Test"),
    "contact_has_a_last_name": _without("last_name"),
    "contact_has_a_lifecycle_stage": _without("lifecycle_stage_native"),
    "contact_was_not_made_in_the_future": _future,
    "contact_was_touched_within_two_years": _stale,
}
DEAL_DIRT: dict[str, Spoil] = {
    "deal_has_an_amount": _without("amount"),
    "deal_has_an_owner": _without("owner_native_id"),
    "deal_amount_has_a_currency": _without("currency_code"),
    "deal_currency_is_known": _with("currency_code", "unknown currency", "BTC", "???", "N/A"),
    "deal_closes_after_it_was_created": _closed_before,
}
TWICE = ("contact_email_is_held_by_one_live_record", "held more than once")
Found = set[tuple[str, str, str]]


def _spoiled(rng: random.Random, rows: list[Row], dirt: Mapping[str, Spoil], share: float) -> Found:
    """Spoil rows in place, each in one way at most, and return what was planted."""
    planted: Found = set()
    order = rng.sample(range(len(rows)), len(rows))
    for rule, spoil in dirt.items():
        for _ in range(int(len(rows) * share)):
            row = rows[order.pop()]
            planted.add((rule, spoil(rng, row), row["source_record_id"]))
    return planted


def _duplicates(rng: random.Random, rows: list[Row], spoiled: set[str]) -> Found:
    """Write the address of a clean record into another, in other letters."""
    clean = [row for row in rows if row["email"] and row["source_record_id"] not in spoiled]
    pairs = rng.sample(clean, 2 * int(len(rows) * DIRTY_SHARE / 2))
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        other["email"] = f" {one['email'].upper()} "
    return {(*TWICE, row["source_record_id"]) for row in pairs}


def _written(home: Path, contacts: list[Row], deals: list[Row]) -> Path:
    """Make a warehouse of the rows, its values normalised by the room itself, and return it."""
    path = home / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema staging")
        for name, columns, rows in (("contacts", CONTACT, contacts), ("deals", DEAL, deals)):
            connection.execute(f"create table staging.stg_hubspot__{name} ({columns})")
            connection.executemany(
                f"insert into staging.stg_hubspot__{name} values ({', '.join('?' * len(rows[0]))})",
                [list(row.values()) for row in rows],
            )
        connection.execute(VALUES)
    ensure_tables(path)
    normalise(Settings(home=home))
    return path


def _found(path: Path) -> Found:
    with duckdb.connect(str(path)) as connection:
        rows = connection.execute(
            "select rule_id, reason, record_key from quality.issues where resolved_at is null"
        ).fetchall()
    return {(rule, reason, key) for rule, reason, key in rows}


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_dirty_records_are_found_with_their_reason_and_clean_ones_are_not(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(f"planted/{seed}")
    contacts = [_contact(rng, number) for number in range(1_000, 1_000 + RECORDS)]
    deals = [_deal(rng, number) for number in range(1_000, 1_000 + RECORDS)]
    planted = _spoiled(rng, contacts, CONTACT_DIRT, DIRTY_SHARE)
    planted |= _duplicates(rng, contacts, {key for _, _, key in planted})
    planted |= _spoiled(rng, deals, DEAL_DIRT, DIRTY_SHARE)
    path = _written(tmp_path, contacts, deals)
    run_suites(path, path, gate="staging", suites=SUITES, run_id="r", as_of=AS_OF)
    found = _found(path)
    kinds = {(rule, reason) for rule, reason, _ in planted}
    for kind in sorted(kinds):
        right = {each for each in planted if each[:2] == kind}
        named = {each for each in found if each[:2] == kind}
        assert len(right & named) >= 0.98 * len(right), (kind, "recall", right - named)
        assert len(right & named) >= 0.98 * len(named), (kind, "precision", named - right)
    assert len(planted & found) >= 0.98 * len(found), {each[:2] for each in found - planted}


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_a_bad_batch_alarms_at_the_promised_shares_and_blocks_where_it_is_broken(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(f"batch/{seed}")
    told = ("contact_email_is_well_formed", "contact_phone_can_be_dialled")
    dirt = {rule: CONTACT_DIRT[rule] for rule in told}
    verdicts = {}
    for share in (0.01, 0.06, 0.30):
        contacts = [_contact(rng, number) for number in range(1_000, 1_000 + RECORDS)]
        _spoiled(rng, contacts, dirt, share)
        (tmp_path / f"{share}").mkdir()
        path = _written(tmp_path / f"{share}", contacts, [_deal(rng, 1)])
        results = run_suites(path, path, gate="staging", suites=SUITES, run_id="r", as_of=AS_OF)
        verdicts[share] = {
            each.rule_id: "fine" if each.passed else each.severity
            for each in results
            if each.rule_id in told and each.checked
        }
    assert verdicts[0.01] == dict.fromkeys(told, "fine")
    assert verdicts[0.06] == dict.fromkeys(told, "warning")
    assert verdicts[0.30] == dict.fromkeys(told, "blocking")


def test_a_handful_of_bad_rows_is_no_batch_that_blocks(tmp_path: Path) -> None:
    rng = random.Random("handful")
    contacts = [_contact(rng, number) for number in range(1_000, 1_060)]
    for row in contacts:
        _email(rng, row)
    path = _written(tmp_path, contacts, [_deal(rng, 1)])
    results = run_suites(path, path, gate="staging", suites=SUITES, run_id="r", as_of=AS_OF)
    [email] = [
        each for each in results if each.rule_id == "contact_email_is_well_formed" and each.checked
    ]
    assert (email.passed, email.severity, email.failed) == (False, "warning", 60)
