"""Named cases of the real world, from the vendors' own words through the SQL to one party."""

import datetime as dt
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
import yaml

from benchmarks.identity import truths
from benchmarks.identity.normalise import normalise
from benchmarks.identity.other_company import generate
from identity.linkage import quality as scoring
from identity.resolve import resolve

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config" / "matching.yml").read_text("utf-8"))
AS_OF = dt.datetime(2026, 7, 1, 6, tzinfo=dt.UTC)


def resolved(folder, *records, merges=()):
    """A warehouse with these records resolved; `who` is first and last name."""
    rows = []
    for number, (id_, who, told) in enumerate(records):
        first, _, last = who.rpartition("|")
        rows.append(
            {
                "source": "crm", "object": "contacts", "source_record_id": id_,
                "first_name": first or None, "last_name": last or None, "is_deleted": False,
                "is_archived": False,
                "created_at": dt.datetime(2026, 1, 1 + number), **told,
            }
        )  # fmt: skip
    file = folder / "warehouse.duckdb"
    normalise(file, rows, [("crm", "contacts", *pair) for pair in merges])
    resolve(file, run_id="run", as_of=AS_OF, matching=SHIPPED)
    return file


def parties(folder, *records, merges=(), table="person_map"):
    """The records as the identity room groups them: sets of ids."""
    found = defaultdict(set)
    file = resolved(folder, *records, merges=merges)
    with duckdb.connect(str(file), read_only=True) as connection:
        query = f"select {table[:-4]}_id, source_record_id from identity.{table}"
        for party, id_ in connection.execute(query).fetchall():
            found[party].add(id_)
    return sorted(map("".join, map(sorted, found.values())))


def mail(address):
    return {"email": address}


def phone(number):
    return {"phone": number}


CASES = {
    "a plus tag is one mailbox": (
        [("a", "Ann|Lee", mail("ann@acme.example")), ("b", "|", mail("Ann+news@ACME.example "))],
        ["ab"],
    ),
    "dots count for nothing at Google, and somewhere else they do": (
        [
            ("a", "Ann|Lee", mail("ann.lee@gmail.com")),
            ("b", "Ann|Lee", mail("annlee@googlemail.com")),
            ("c", "Cy|Ray", mail("cy.ray@outlook.com")),
            ("d", "Cy|Ray", mail("cyray@outlook.com")),
        ],
        ["ab", "c", "d"],
    ),
    "a nickname is the name": (
        [
            ("a", "Robert|Lee", phone("+1 212 555 2368")),
            ("b", "Bob|Lee", phone("(212) 555-2368 x7")),
        ],
        ["ab"],
    ),
    "swapped names are the same name": (
        [
            ("a", "Ann|Lee", {"company_name": "Acme Inc."}),
            ("b", "Lee|Ann", {"company_name": "ACME"}),
        ],
        ["ab"],
    ),
    "a title is no name": (
        [
            ("a", "Dr. Ann|Lee", phone("+49 30 12343210")),
            ("b", "Ann|Lee", phone("030 12343210")),
            ("c", "Dr. Carl|Lee", phone("030 12343210")),
        ],
        ["ab", "c"],
    ),
    "a reception's telephone joins nobody of another name": (
        [(id_, who, phone("212 555 2368")) for id_, who in
         (("a", "Ann|Lee"), ("b", "Ben|Lee"), ("c", "Ann|Ray"), ("d", "Dan|Fox"))],
        ["a", "b", "c", "d"],
    ),
    "a telephone that names five people says nothing even of two of one name": (
        [(id_, f"{first}|Lee", phone("212 555 2368")) for id_, first in
         zip("abcdef", ("Ann", "Ben", "Cy", "Dan", "Eve", "Ann"), strict=True)],
        ["a", "b", "c", "d", "e", "f"],
    ),
    "two of one name and two mailboxes on one switchboard are two": (
        [
            ("a", "Ann|Lee", phone("212 555 2368") | mail("ann.lee@acme.example")),
            ("b", "Ann|Lee", phone("212 555 2368") | mail("ann.lee2@acme.example")),
        ],
        ["a", "b"],
    ),
    "a maiden name gives way to the same mailbox": (
        [("a", "Ann|Lee", mail("ann@web.de")), ("b", "Ann|Ray", mail("ann@web.de"))],
        ["ab"],
    ),
    "a household is not one person": (
        [
            (id_, f"{first}|Lee", {"street": "12 Main Street", "postal_code": "10001"})
            for id_, first in (("a", "Ann"), ("b", "Peter"))
        ],
        ["a", "b"],
    ),
    "a new job with the old telephone is the same person": (
        [
            ("a", "Ann|Lee", phone("212 555 2368") | mail("ann@acme.example")),
            ("b", "Ann|Lee", phone("212 555 2368") | mail("ann@other.example")),
        ],
        ["ab"],
    ),
    "an initial is the only name that it fits": (
        [
            ("a", "Ann|Lee", phone("212 555 2368")),
            ("b", "A.|Lee", phone("212 555 2368")),
            ("c", "Carl|Ray", phone("212 555 9999")),
            ("d", "Cora|Ray", phone("212 555 9999")),
            ("e", "C|Ray", phone("212 555 9999")),
        ],
        ["ab", "c", "d", "e"],
    ),
    "a family on one mailbox stays a family": (
        [
            ("a", "Ann|Lee", mail("lees@web.de")),
            ("b", "Peter|Lee", mail("lees@web.de")),
            ("c", "|", mail("lees@web.de")),
        ],
        ["a", "b", "c"],
    ),
    "a shared mailbox of a role joins nobody": (
        [
            ("a", "Ann|Lee", mail("info@acme.example")),
            ("b", "|", mail("info@acme.example")),
            ("c", "|", mail("Info@acme.example")),
        ],
        ["a", "b", "c"],
    ),
    "what people type to get through joins nobody": (
        [
            ("a", "Test|Test", mail("test@test.com")),
            ("b", "Test|Test", mail("test@test.com")),
            ("c", "Ann|Lee", phone("000-000-0000")),
            ("d", "Ann|Lee", phone("0000000000")),
            ("e", "Ann|Lee", mail("a@mailinator.com")),
            ("f", "Ann|Lee", mail("a@mailinator.com")),
        ],
        ["a", "b", "c", "d", "e", "f"],
    ),
    "a name and a street are one person only in one town": (
        [
            ("a", "Ann|Lee", {"street": "12 Main Street", "postal_code": "10001"}),
            ("b", "Ann|Lee", {"street": "12 main street.", "postal_code": "10001"}),
            ("c", "Ann|Lee", {"street": "12 Main Street", "postal_code": "60601"}),
            ("d", "Ann|Lee", {"street": "12 Main Street"}),
        ],
        ["ab", "c", "d"],
    ),
    "a name and a postal code are nobody": (
        [("a", "Ann|Lee", {"postal_code": "10001"}), ("b", "Ann|Lee", {"postal_code": "10001"})],
        ["a", "b"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_so_that(tmp_path, case):
    records, expected = CASES[case]
    assert parties(tmp_path, *records) == expected


def test_a_chain_of_merges_brings_the_lost_records_to_the_last(tmp_path):
    gone = {"is_deleted": True}
    records = [("a", "Ann|Lee", gone), ("b", "A.|Lea", gone), ("c", "Anna|Lee-Fox", {})]
    assert parties(tmp_path, *records, merges=[("a", "b"), ("b", "c")]) == ["abc"]


def test_an_account_is_what_is_registered_whatever_the_host_and_who_the_lead(tmp_path):
    lead = {"object": "leads"}
    records = [
        ("a", "Ann|Lee", mail("ann@acme.co.uk")),
        ("b", "Bob|Ray", mail("bob@eu.mail.acme.co.uk") | lead),
        ("c", "Cy|Fox", {"company_name": "Acme Ltd."} | mail("cy@gmail.com") | lead),
        ("d", "Dan|Oak", {"company_name": "Acme Ltd."} | mail("dan@acme.co.uk")),
        ("e", "Eve|Elm", mail("eve@gmail.com")),
        ("f", "Fay|Ash", mail("fay@one.myshopify.com")),
        ("g", "Gus|Fir", mail("gus@two.myshopify.com")),
        ("h", "", {"object": "companies", "company_domain": "https://www.acme.co.uk/about"}),
    ]
    assert parties(tmp_path, *records, table="account_map") == ["abcdh", "f", "g"]


def test_three_per_cent_more_records_move_few_ids_and_an_event_tells_of_each(tmp_path):
    company, file = generate(31, 400), tmp_path / "warehouse.duckdb"
    late = company.rows[::33]
    early = [row for place, row in enumerate(company.rows) if place % 33]
    known = {f"{row['source']}|{row['object']}|{row['source_record_id']}" for row in early}
    merges = [
        each
        for each in company.merges
        if {f"{each[0]}|{each[1]}|{id_}" for id_ in each[2:]} <= known
    ]
    # The guard would keep the ids as they are; here they move as far as they would without it.
    matching = SHIPPED | {"changed_persons_share": 1.0}
    maps = []
    for day, (rows, told) in enumerate(((early, merges), (early + late, company.merges))):
        normalise(file, rows, told)
        as_of = AS_OF + dt.timedelta(days=day)
        resolve(file, run_id=f"run {day}", as_of=as_of, matching=matching)
        with duckdb.connect(str(file), read_only=True) as connection:
            maps.append(truths.found_persons(connection))
    with duckdb.connect(str(file), read_only=True) as connection:
        events = connection.execute(
            "select entity_id, other_id from identity.ledger where run_id = 'run 1'"
        ).fetchall()
    before, after = maps
    moved = {(person, after[key]) for key, person in before.items() if after[key] != person}
    assert moved <= {pair for event in events for pair in (event, event[::-1])}
    changed = sum(after[key] != person for key, person in before.items())
    assert len(late) > 30
    assert changed <= 0.005 * len(before)


def test_the_other_company_is_resolved_as_well_as_the_decisions_record_says(tmp_path):
    """Not the exam itself (docs/decisions.md has that): what holds it where it was."""
    company, file = generate(21, 400), tmp_path / "warehouse.duckdb"
    normalise(file, company.rows, company.merges)
    resolve(file, run_id="run", as_of=AS_OF, matching=SHIPPED)
    with duckdb.connect(str(file), read_only=True) as connection:
        persons = scoring.pairwise(company.person_of, truths.found_persons(connection))
        accounts = scoring.pairwise(company.account_of, truths.found_accounts(connection))
    assert persons.precision >= 0.97
    assert persons.f1 >= 0.9
    assert accounts.f1 >= 0.95


def test_scores_count_what_was_joined_wrongly_and_what_was_missed():
    truth = {"a": "1", "b": "1", "c": "2", "d": "2"}
    found = {"a": "x", "b": "x", "c": "x", "d": "y"}
    pairs = scoring.pairwise(truth, found)
    assert (pairs.precision, pairs.recall) == pytest.approx((1 / 3, 1 / 2))
    cubed = scoring.b_cubed(truth, found)
    assert (cubed.precision, cubed.recall) == pytest.approx((2 / 3, 3 / 4))
    edges = [("a", "b", "email"), ("b", "c", "phone"), ("c", "elsewhere", "phone")]
    assert scoring.rule_precision(truth, edges) == {"email": (1, 0), "phone": (1, 1)}
