"""Issues over days: what a run leaves depends on what failed when, not on how often it ran."""

from datetime import datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import issues

FIRST = datetime(2026, 7, 1, 6)
COLUMNS = "rule_id varchar, suite varchar, source varchar, object varchar, record_key varchar,"
COLUMNS += " dimension varchar, field varchar, reason varchar, severity varchar"
Key = tuple[str, str]


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"create schema quality; {issues.TABLES}")
    return connection


def follow(connection: duckdb.DuckDBPyConnection, failing: set[Key], day: int) -> None:
    connection.execute(f"create or replace temp table failing ({COLUMNS})")
    connection.execute(
        "insert into failing select told[1], 's', 'tool', 'things', told[2], 'validity', 'f',"
        " 'bad', 'warning' from (select unnest(?) as told)",
        [[list(each) for each in sorted(failing, reverse=bool(day % 2))]],
    )
    issues.follow(connection, ["s"], FIRST + timedelta(days=day))


def held(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("select * from quality.issues order by issue_number").fetchall()


def spans(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "select rule_id, record_key, first_seen_at, last_seen_at, resolved_at"
        " from quality.issues order by all"
    ).fetchall()
    return [
        (*row[:2], *((each - FIRST).days if each else None for each in row[2:])) for row in rows
    ]


failing_sets = st.sets(st.tuples(st.sampled_from("rt"), st.sampled_from("abc")))


@settings(max_examples=20, deadline=None)
@given(days=st.lists(failing_sets, min_size=1, max_size=6), again=st.integers(0, 5))
def test_a_repeated_run_changes_nothing(days: list[set[Key]], again: int) -> None:
    once, twice = connect(), connect()
    for day, failing in enumerate(days):
        follow(once, failing, day)
        follow(twice, failing, day)
        if day == again:
            before = held(twice)
            follow(twice, failing, day)
            assert held(twice) == before
    assert held(once) == held(twice)


@settings(max_examples=20, deadline=None)
@given(days=st.lists(failing_sets, min_size=1, max_size=6), tried=failing_sets)
def test_of_several_tries_of_one_instant_the_last_counts(
    days: list[set[Key]], tried: set[Key]
) -> None:
    once, twice = connect(), connect()
    for day, failing in enumerate(days):
        follow(once, failing, day)
        follow(twice, tried, day)
        follow(twice, failing, day)
    assert [row[:3] + row[4:] for row in spans(once)] == [row[:3] + row[4:] for row in spans(twice)]


@settings(max_examples=20, deadline=None)
@given(days=st.lists(failing_sets, min_size=1, max_size=7))
def test_issues_are_the_unbroken_spells_in_which_a_record_fails(days: list[set[Key]]) -> None:
    connection = connect()
    for day, failing in enumerate(days):
        follow(connection, failing, day)
    wanted = []
    for key in {key for failing in days for key in failing}:
        start = None
        for day in range(len(days) + 1):
            fails = day < len(days) and key in days[day]
            if fails and start is None:
                start = day
            elif not fails and start is not None:
                wanted.append((*key, start, day - 1, day if day < len(days) else None))
                start = None
    assert spans(connection) == sorted(wanted, key=lambda each: (*each[:4], each[4] or 99))


def test_a_suite_that_was_not_judged_keeps_its_issues() -> None:
    connection = connect()
    follow(connection, {("r", "a")}, 0)
    connection.execute(f"create or replace temp table failing ({COLUMNS})")
    issues.follow(connection, ["another"], FIRST + timedelta(days=1))
    assert spans(connection) == [("r", "a", 0, 0, None)]
