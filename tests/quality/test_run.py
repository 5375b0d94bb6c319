"""The gates: what holds passes, what is broken is named with its rows, and no value leaks."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import judging
from orchestration.settings import Settings
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
SUITES = judging.suites(Settings(home=Path()))


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema raw_hubspot;
            create schema raw_google_ads;
            create table raw_hubspot.contacts as
            select
                cast(range as varchar) as id, 'a' || range || '@corp.example' as properties__email,
                timestamp '2026-01-01' as created_at, timestamp '2026-01-02' as updated_at,
                cast(null as timestamp) as _dlt_valid_to, false as is_deleted
            from range(100);
            create table raw_google_ads.campaign_stats as
            select
                '1' as customer__id, cast(range as varchar) as campaign__id,
                date '2026-01-01' as segments__date, 'USD' as customer__currency_code,
                100 as metrics__impressions, 10 as metrics__clicks, 5000000 as metrics__cost_micros,
                cast(null as timestamp) as _dlt_valid_to, false as is_deleted
            from range(10);
            """
        )
    ensure_tables(path)
    return path


def judge(warehouse: Path, run_id: str = "r1") -> dict[str, bool]:
    results = run_suites(
        warehouse,
        warehouse.with_name("marts.duckdb"),
        gate="raw",
        suites=SUITES,
        run_id=run_id,
        as_of=AS_OF,
    )
    # Several suites share a rule.
    failed = {result.rule_id for result in results if not result.passed}
    return {result.rule_id: result.rule_id not in failed for result in results}


def test_clean_rows_pass_every_raw_rule(warehouse: Path) -> None:
    assert set(judge(warehouse).values()) == {True}


def test_a_broken_row_fails_its_rule_and_only_its_rule(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update raw_google_ads.campaign_stats set metrics__cost_micros = -1 "
            "where campaign__id = '3'"
        )
    failed = {rule for rule, passed in judge(warehouse).items() if not passed}
    assert failed == {"ad_spend_is_not_negative"}
    with duckdb.connect(str(warehouse)) as connection:
        keys = connection.execute(
            "select rule_id, source, object, record_key, reason from quality.issues"
        ).fetchall()
    assert keys == [
        (
            "ad_spend_is_not_negative",
            "google_ads",
            "campaign_stats",
            "1|3|2026-01-01",
            "out of range",
        )
    ]


def test_a_repeated_step_leaves_one_result_per_rule(warehouse: Path) -> None:
    judge(warehouse)
    judge(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        twice = connection.execute(
            "select rule_id from quality.results "
            "group by run_id, suite, rule_id having count(*) > 1"
        ).fetchall()
        scored = connection.execute(
            "select min(passed / records) from quality.scores where records > 0"
        ).fetchone()
    assert twice == []
    assert scored == (1.0,)


def test_the_warehouse_is_free_for_a_writer_after_the_checks(warehouse: Path) -> None:
    judge(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table written_after (a int)")


def test_no_row_value_is_kept(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update raw_hubspot.contacts set created_at = timestamp '2027-01-01'")
    judge(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        kept = connection.execute(
            "select message from quality.results union all select record_key from quality.issues"
        ).fetchall()
    assert kept
    assert not [text for (text,) in kept if "@" in text]
