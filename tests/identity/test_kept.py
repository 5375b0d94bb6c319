"""What no decision about persons may lose: records, what hangs on them, ids and their ledger."""

import duckdb
import pytest

from orchestration import state
from tests.identity.test_resolve import DAY_1, DAY_2, Company, check_state, decision

STATE = "select * from identity.person_map order by all"


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def facts(company):
    """Touches and euros of all records, of all persons, how many persons, what has none."""
    with duckdb.connect(str(company.file)) as connection:
        connection.execute(
            """
            create or replace temp table facts as
            select source, object, source_record_id, unnest(range(3)) as fact,
                (hash(record_key) % 100000) / 100 as amount
            from intermediate.int_identity__records
            """
        )
        return connection.execute(
            """
            select
                (select (count(*), sum(amount)) from facts),
                (count(*), sum(amount)), count(distinct person_id),
                count(*) filter (person_id is null)
            from facts left join identity.person_map using (source, object, source_record_id)
            """
        ).fetchone()


def test_every_touch_deal_and_euro_has_one_person_before_and_after_merges_and_splits(company):
    for number in range(12):
        company.record(str(number), first_key="ann", email_key=f"p{number % 6}@acme.example")
    company.resolve()
    pair, persons = [decision("force_merge", "1", "2")], []
    for day, overrides in ((DAY_1, []), (DAY_2, pair), (DAY_2.replace(hour=9), [])):
        company.merge("3", "4")
        company.resolve(day, overrides=overrides)
        stated, joined, count, lost = facts(company)
        assert (joined, lost) == (stated, 0)
        persons.append(count)
        check_state(company)
    assert persons == [5, 4, 5]


def test_the_ledger_restored_from_a_backup_gives_the_same_ids(company, tmp_path):
    for number in range(6):
        company.record(str(number), first_key="ann", email_key=f"p{number}@acme.example")
    company.resolve()
    company.resolve(DAY_2, overrides=[decision("force_merge", "1", "2")])
    company.resolve(DAY_2.replace(hour=9), overrides=[])
    before = company.rows(STATE)
    copy = Company(tmp_path / "copy")
    copy.records = company.records
    with duckdb.connect(str(copy.file)) as connection:
        connection.execute(f"attach '{company.file}' as held (read_only)")
        for schema, table, sql in state.tables(connection, "held"):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(sql)
            connection.execute(f"insert into {schema}.{table} select * from held.{schema}.{table}")
    assert copy.resolve(DAY_2.replace(hour=10)).events == {}
    assert copy.rows(STATE) == before
    with duckdb.connect(str(copy.file)) as connection:
        connection.execute("drop table identity.matched_records")
    assert copy.resolve(DAY_2.replace(hour=11), full=True).events == {}
    assert copy.rows(STATE) == before


def address(street="1mainstreet", last="lee", **fields):
    return {"street_key": street, "postal_code": "10001", "last_key": last, **fields}


def homes(company):
    return dict(
        company.rows(
            "select source_record_id, household_id from identity.household_map"
            " inner join identity.person_map using (person_id)"
        )
    )


def test_a_household_shares_an_id_and_stays_persons(company):
    company.record("ann", **address(first_key="ann"))
    company.record("bob", **address(first_key="bob"))
    company.record("ray", **address(first_key="cy", last="ray"))
    company.record("far", **address("2mainstreet", first_key="dan"))
    report = company.resolve()
    found = homes(company)
    assert set(found) == {"ann", "bob"}
    assert found["ann"] == found["bob"]
    assert (report.households, len({company.person(each) for each in ("ann", "bob")})) == (1, 2)


def test_a_household_that_moves_keeps_its_id_and_who_leaves_has_none(company):
    for each in ("ann", "bob", "cy"):
        company.record(each, **address(first_key=each))
    company.resolve()
    (before,) = set(homes(company).values())
    for each in ("ann", "bob"):
        company.record(each, **address("9oakroad", first_key=each))
    company.resolve(DAY_2)
    assert homes(company) == {"ann": before, "bob": before}
    assert company.resolve(DAY_2.replace(hour=9)).events == {}
    told = company.rows("select event from identity.ledger where entity = 'household'")
    assert told == [("created",)]


@pytest.mark.parametrize(
    "fields", [{"company_key": "acme"}, {"account_domain": "acme.example"}, {"is_deleted": True}]
)
def test_an_office_is_no_household_and_nobody_lives_where_he_was_deleted(company, fields):
    for each in ("ann", "bob"):
        company.record(each, **address(first_key=each, **fields))
    company.resolve()
    assert homes(company) == {}


def test_a_house_of_many_surnames_says_nothing_of_who_lives_together(company):
    for number in range(5):
        for each in ("ann", "bob"):
            company.record(f"{each}{number}", **address(first_key=each, last=f"name{number}"))
    company.resolve()
    assert homes(company) == {}
