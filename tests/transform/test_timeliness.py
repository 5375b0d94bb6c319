"""Report timeliness on made-up histories of runs whose trouble is known."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
import simulated_runs
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from report_deliveries import build, found
from simulated_runs import CONTRACTS, FIRST, GROUPS, Day

from benchmarks.model_sql import rendered
from orchestration.settings import PROJECT

SEEDS = (101, 202, 303)
DELIVERIES = rendered("int_operations__deliveries")
TROUBLE = ("late", "stale", "missed")
END = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=simulated_runs.DAYS)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the contracts of the simulation, and no run."""
    folder = tmp_path_factory.mktemp("reports")
    config = shutil.copytree(PROJECT / "config", folder / "config")
    (config / "reports.yml").write_text(yaml.safe_dump({"reports": simulated_runs.config()}))
    simulated_runs.warehouse(folder / "warehouse.duckdb", config).close()
    return folder / "warehouse.duckdb"


def judged(
    empty: Path, folder: Path, days: list[Day], as_of: datetime = END
) -> duckdb.DuckDBPyConnection:
    path = shutil.copyfile(empty, folder / "warehouse.duckdb")
    connection = duckdb.connect(str(path))
    simulated_runs.written(days, connection)
    build(connection, as_of)
    return connection


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_trouble_is_found_with_its_cause_and_nothing_else_is(
    seed: int, empty: Path, tmp_path: Path
) -> None:
    days = simulated_runs.planned(seed)
    planted = {key: told for key, told in simulated_runs.truth(days).items() if key[1] < END}

    answer = found(judged(empty, tmp_path, days))

    assert set(answer) == set(planted)
    for status in TROUBLE:
        true = {key for key, told in planted.items() if told.status == status}
        said = {key for key, told in answer.items() if told.status == status}
        assert len(true) >= 5
        assert len(true & said) / len(said) >= 0.95, "precision"
        assert len(true & said) / len(true) >= 0.95, "recall"
    blamed = [key for key, told in planted.items() if told.status != "on_time"]
    right = [key for key in blamed if answer[key] == planted[key]]
    assert len(right) / len(blamed) >= 0.95
    assert {told.cause for told in planted.values()} == {told.cause for told in answer.values()}


def test_the_week_counts_what_its_deliveries_say(empty: Path, tmp_path: Path) -> None:
    connection = judged(empty, tmp_path, simulated_runs.planned(SEEDS[0]))
    counted: Counter[tuple] = Counter()
    for (report, due_at), told in found(connection).items():
        monday = due_at.date() - timedelta(days=due_at.weekday())
        counted[monday, report, told.status] += 1

    rows = connection.execute(
        "select week_start_on, report, on_time_and_fresh, late, stale, missed, contracted,"
        " timeliness_share from rpt_report_timeliness"
    ).fetchall()

    assert rows
    for week, report, *counts, contracted, share in rows:
        wanted = [counted[week, report, status] for status in ("on_time", *TROUBLE)]
        assert counts == wanted
        assert contracted == sum(wanted)
        assert share == wanted[0] / contracted


def test_one_source_down_for_a_day_moves_that_days_reports_that_read_it_alone(
    empty: Path, tmp_path: Path
) -> None:
    days = [Day(FIRST + timedelta(days=number)) for number in range(30)]
    as_of = END - timedelta(days=simulated_runs.DAYS - 30)
    (tmp_path / "before").mkdir()
    before = judged(empty, tmp_path / "before", days, as_of)
    rows = "select * from fct_report_deliveries order by all"
    was = before.execute(rows).fetchall()
    days[9].down.add("crm")  # a Wednesday

    now = judged(empty, tmp_path, days, as_of).execute(rows).fetchall()

    moved = {(row[0], row[2]) for row in set(now) - set(was)}
    assert len(set(was) - set(now)) == len(moved)
    assert moved == {("roi_daily", "stale")}
    assert {row[2] for row in was} == {"on_time"}


def test_nothing_is_judged_that_was_due_before_the_first_run_or_is_due_after_the_clock(
    empty: Path, tmp_path: Path
) -> None:
    days = [Day(FIRST + timedelta(days=number)) for number in range(10)]
    noon = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=4, hours=12, minutes=30)

    due = sorted(key for key in found(judged(empty, tmp_path, days, noon)) if key[0] == "ads_daily")

    assert [at.day for _, at in due] == [2, 3, 4, 5, 6]
    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    build(connection, noon - timedelta(seconds=1))
    assert max(at.day for _, at in found(connection)) == 6 - 1


def test_a_contract_is_edited_in_the_file_alone(empty: Path, tmp_path: Path) -> None:
    days = [Day(FIRST + timedelta(days=number)) for number in range(10)]
    as_of = END - timedelta(days=simulated_runs.DAYS - 10)
    contracts = simulated_runs.config()
    contracts[0] |= {"due": "05:00", "grace_minutes": 0, "in_force_from": "2026-03-06"}
    config = shutil.copytree(PROJECT / "config", tmp_path / "config")
    (config / "reports.yml").write_text(yaml.safe_dump({"reports": contracts[:2]}))
    connection = simulated_runs.warehouse(tmp_path / "warehouse.duckdb", config)
    simulated_runs.written(days, connection)

    build(connection, as_of)

    told = found(connection)
    assert {report for report, _ in told} == {"ads_daily", "roi_daily"}
    ads = {at.day: each.status for (report, at), each in told.items() if report == "ads_daily"}
    assert ads == dict.fromkeys((6, 7, 8, 9, 10, 11), "late")


def test_the_simulation_reads_every_mart_that_it_promises() -> None:
    assert {contract.mart for contract in CONTRACTS} <= set(GROUPS)


HOURS = st.integers(0, 200)
VERSIONS = st.lists(
    st.tuples(HOURS, st.one_of(st.none(), st.integers(0, 80)), st.booleans(), st.booleans()),
    max_size=6,
    unique_by=lambda version: version[0],
)


def plainly(
    versions: list[tuple], due: int, next_due: int, max_age: int, grace: int
) -> tuple[str, int | None]:
    """Status and publishing hour of the version that tells it, read as the document says it."""
    seen = [v for v in sorted(versions) if due - max_age < v[0] <= next_due]
    in_time = [v for v in seen if v[0] <= due + grace]
    for at, age, is_written, is_held in reversed(in_time):
        if is_written and not is_held and age is not None and due - (at - age) <= max_age:
            return "on_time", at
    if served := [at for at, _, is_written, is_held in in_time if is_written or is_held]:
        return "stale", served[-1]
    for at, _, is_written, is_held in seen:
        if at > due + grace and is_written and not is_held:
            return "late", at
    return "missed", None


@settings(max_examples=60, deadline=None)
@given(versions=VERSIONS, max_age=st.integers(1, 72), grace=st.integers(0, 10))
def test_every_due_instant_is_told_as_the_document_says(
    versions: list[tuple], max_age: int, grace: int
) -> None:
    due = [60, 100, 124, 172]
    hour = {at: END + timedelta(hours=at) for at in range(-100, 400)}
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_operations__due_instants (report varchar, owner varchar, due_on date,"
            " week_start_on date, max_age_hours double, due_at timestamp, opens_at timestamp,"
            " deadline_at timestamp, next_due_at timestamp)"
        )
        for at, following in pairwise(due):
            instants = [hour[at], hour[at - max_age], hour[at + grace], hour[following]]
            connection.execute(
                "insert into int_operations__due_instants values ('r', 'o', null, null, ?, ?, ?, ?,"
                " ?)",
                [max_age, *instants],
            )
        connection.execute(
            "create table int_operations__report_versions (report varchar, run_id varchar,"
            " lagging_source varchar, is_written boolean, is_held_back boolean,"
            " version_as_of timestamp, published_at timestamp, data_as_of timestamp)"
        )
        for at, age, is_written, is_held in versions:
            data = None if age is None else hour[at - age]
            connection.execute(
                "insert into int_operations__report_versions values ('r', ?, 's', ?, ?, ?, ?, ?)",
                [str(at), is_written, is_held, hour[at], hour[at], data],
            )
        rows = connection.execute(
            f"select due_at, status, published_at from ({DELIVERIES})"
        ).fetchall()
    wanted = {
        hour[at]: (status, None if told is None else hour[told])
        for at, following in pairwise(due)
        for status, told in [plainly(versions, at, following, max_age, grace)]
    }
    assert {at: (status, published) for at, status, published in rows} == wanted
