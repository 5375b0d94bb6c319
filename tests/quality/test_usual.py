"""The bound on how often a column is empty: three deviations of the last 28 days."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from quality import usual
from quality.rules import Rule, Suite
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
RULE = Rule("phone_is_usual", "usual_null_rate", "warning", "completeness", "phone")
SUITE = Suite(
    "s", "e", "staging", "tool", "things", ("staging", "things"), {"phone": "phone"}, ("phone",),
    (RULE,),
)  # fmt: skip


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    ensure_tables(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema staging; create table staging.things (phone varchar)")
    return path


def judge(warehouse: Path, nulls: int, as_of: datetime, run_id: str = "") -> bool:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table staging.things as"
            " select case when i >= ? then 'p' || i end as phone from range(1000) as t(i)",
            [nulls],
        )
    [found] = run_suites(
        *(warehouse, warehouse),
        gate="staging",
        suites=[SUITE],
        run_id=run_id or as_of.isoformat(),
        as_of=as_of,
    )
    assert (found.checked, found.failed) == (1000, nulls)
    return found.passed


def test_a_jump_of_the_share_is_told_and_a_usual_day_is_not(warehouse: Path) -> None:
    for day in range(20):
        assert judge(warehouse, 100 + 10 * (day % 3), AS_OF + timedelta(days=day))
    assert judge(warehouse, 130, AS_OF + timedelta(days=20))
    assert not judge(warehouse, 150, AS_OF + timedelta(days=21))


def test_the_first_days_have_no_history_to_be_judged_by(warehouse: Path) -> None:
    for day in range(usual.DAYS_NEEDED):
        assert judge(warehouse, 900 * (day % 2), AS_OF + timedelta(days=day))


def test_a_rerun_of_the_day_is_judged_as_the_first_run_was(warehouse: Path) -> None:
    for day in range(8):
        judge(warehouse, 100, AS_OF + timedelta(days=day))
    last = AS_OF + timedelta(days=8)
    assert [judge(warehouse, 150, last, run_id=f"r{n}") for n in range(3)] == [False] * 3


def test_days_before_the_window_do_not_count(warehouse: Path) -> None:
    for day in range(8):
        judge(warehouse, 500, AS_OF + timedelta(days=day))
    for day in range(30, 38):
        judge(warehouse, 0, AS_OF + timedelta(days=day))
    assert not judge(warehouse, 100, AS_OF + timedelta(days=38))


def test_a_share_of_all_rows_makes_no_issue_of_any_row(warehouse: Path) -> None:
    for day in range(8):
        judge(warehouse, 100, AS_OF + timedelta(days=day))
    assert not judge(warehouse, 900, AS_OF + timedelta(days=8))
    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute("select count(*) from quality.issues").fetchone() == (0,)
