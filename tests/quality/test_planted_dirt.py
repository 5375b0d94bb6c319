"""A batch with planted dirt: each dirty record is found under its rule and reason, no clean one is.

Made by code of its own, with values that look wrong and are right beside those that look right and
are wrong; three seeds that chose no rule.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import judging
from orchestration.settings import Settings
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
RECORDS, DIRTY_SHARE = 3_000, 0.03
SUITES = judging.suites(Settings(home=Path()))
CONTACT = (
    "source varchar, object varchar, source_record_id varchar, email varchar, first_name varchar,"
    " last_name varchar, phone varchar, lifecycle_stage_native varchar, created_at timestamp,"
    " updated_at timestamp, is_deleted boolean, is_archived boolean"
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
BAD_EMAILS = (
    "{name}{n}",
    "{name}{n}@corp",
    "{name} {n}@corp.example",
    "{name}{n}@@corp.example",
    "{name}{n}@corp..example",
    "{name}..{n}@corp.example",
    "{name}{n}@-corp.example",
    "{name}{n}@corp.example,",
    "<{name}{n}@corp.example>",
    "{name}{n}.corp.example",
)
GOOD_PHONES = (
    "+1 (212) 555-{n:04d}",
    "0049 30 {n:07d}",
    "212.555.{n:04d}",
    "+44 20 7946 {n:04d} x12",
)
BAD_PHONES = ("n/a", "call me", "12{n:03d}", "+1 212", "9" * 16 + "{n}")
Row = dict[str, Any]


def _text(rng: random.Random, forms: tuple[str, ...], number: int) -> str:
    name = rng.choice(("ada", "grace", "linus", "edsger"))
    return rng.choice(forms).format(name=name, NAME=name.title(), n=number)


def _contact(rng: random.Random, number: int) -> Row:
    made = AS_OF - timedelta(days=rng.randint(1, 500))
    return {
        "source": "hubspot",
        "object": "contacts",
        "source_record_id": str(number),
        "email": _text(rng, GOOD_EMAILS, number) if rng.random() < 0.9 else None,
        "first_name": "Ada",
        "last_name": rng.choice(("O'Neil", "Å", "de la Cruz")),
        "phone": _text(rng, GOOD_PHONES, number) if rng.random() < 0.7 else None,
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
        "currency_code": rng.choice(("EUR", "JPY")),
        "owner_native_id": "7",
        "created_at": made,
        "closed_at": rng.choice((None, made, made + timedelta(days=9))),
        "is_deleted": False,
        "is_archived": False,
    }


def _email(rng: random.Random, row: Row) -> None:
    row["email"] = _text(rng, BAD_EMAILS, int(row["source_record_id"]))


def _phone(rng: random.Random, row: Row) -> None:
    row["phone"] = _text(rng, BAD_PHONES, int(row["source_record_id"]))


def _future(rng: random.Random, row: Row) -> None:
    row["created_at"] = row["updated_at"] = AS_OF + timedelta(days=rng.randint(2, 9_000))


def _closed_before(rng: random.Random, row: Row) -> None:
    row["closed_at"] = row["created_at"] - timedelta(days=rng.randint(1, 90))


def _without(name: str) -> Callable[[random.Random, Row], None]:
    return lambda _, row: row.update({name: None})


def _with(name: str, *values: str) -> Callable[[random.Random, Row], None]:
    return lambda rng, row: row.update({name: rng.choice(values)})


# What is planted, and the rule and reason under which it must be found.
CONTACT_DIRT = {
    ("contact_email_is_well_formed", "malformed"): _email,
    ("contact_phone_has_seven_to_fifteen_digits", "malformed"): _phone,
    ("contact_has_a_last_name", "missing"): _without("last_name"),
    ("contact_has_a_lifecycle_stage", "missing"): _without("lifecycle_stage_native"),
    ("contact_was_not_made_in_the_future", "out of range"): _future,
}
DEAL_DIRT = {
    ("deal_has_an_amount", "missing"): _without("amount"),
    ("deal_has_an_owner", "missing"): _without("owner_native_id"),
    ("deal_amount_has_a_currency", "missing"): _without("currency_code"),
    ("deal_currency_is_an_iso_code", "malformed"): _with("currency_code", "euro", "US$", "eur"),
    ("deal_closes_after_it_was_created", "contradicts another column"): _closed_before,
}
TWICE = ("contact_email_is_held_by_one_live_record", "held more than once")
Found = set[tuple[str, str, str]]


def _spoiled(
    rng: random.Random, rows: list[Row], dirt: dict[tuple[str, str], Any], share: float
) -> Found:
    """Spoil rows in place, each in one way at most, and return what was planted."""
    planted: Found = set()
    order = rng.sample(range(len(rows)), len(rows))
    for (rule, reason), spoil in dirt.items():
        for _ in range(int(len(rows) * share)):
            row = rows[order.pop()]
            spoil(rng, row)
            planted.add((rule, reason, row["source_record_id"]))
    return planted


def _duplicates(rng: random.Random, rows: list[Row], spoiled: set[str]) -> Found:
    """Write the address of a clean record into another, in other letters."""
    clean = [row for row in rows if row["email"] and row["source_record_id"] not in spoiled]
    pairs = rng.sample(clean, 2 * int(len(rows) * DIRTY_SHARE / 2))
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        other["email"] = f" {one['email'].upper()} "
    return {(*TWICE, row["source_record_id"]) for row in pairs}


def _written(path: Path, contacts: list[Row], deals: list[Row]) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema staging")
        for name, columns, rows in (("contacts", CONTACT, contacts), ("deals", DEAL, deals)):
            connection.execute(f"create table staging.stg_hubspot__{name} ({columns})")
            connection.executemany(
                f"insert into staging.stg_hubspot__{name} values ({', '.join('?' * len(rows[0]))})",
                [list(row.values()) for row in rows],
            )
    ensure_tables(path)


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
    contacts = [_contact(rng, number) for number in range(RECORDS)]
    deals = [_deal(rng, number) for number in range(RECORDS)]
    planted = _spoiled(rng, contacts, CONTACT_DIRT, DIRTY_SHARE)
    planted |= _duplicates(rng, contacts, {key for _, _, key in planted})
    planted |= _spoiled(rng, deals, DEAL_DIRT, DIRTY_SHARE)
    path = tmp_path / "warehouse.duckdb"
    _written(path, contacts, deals)
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
    told = ("contact_email_is_well_formed", "contact_phone_has_seven_to_fifteen_digits")
    dirt = {kind: spoil for kind, spoil in CONTACT_DIRT.items() if kind[0] in told}
    verdicts = {}
    for share in (0.01, 0.06, 0.30):
        contacts = [_contact(rng, number) for number in range(RECORDS)]
        _spoiled(rng, contacts, dirt, share)
        path = tmp_path / f"{share}.duckdb"
        _written(path, contacts, [_deal(rng, 1)])
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
    contacts = [_contact(rng, number) for number in range(60)]
    for row in contacts:
        _email(rng, row)
    path = tmp_path / "warehouse.duckdb"
    _written(path, contacts, [_deal(rng, 1)])
    results = run_suites(path, path, gate="staging", suites=SUITES, run_id="r", as_of=AS_OF)
    [email] = [
        each for each in results if each.rule_id == "contact_email_is_well_formed" and each.checked
    ]
    assert (email.passed, email.severity, email.failed) == (False, "warning", 60)
