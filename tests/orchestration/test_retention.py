"""What the rules let go is removed and told; open versions, waiting rows and what is read stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

import quality.run
from ingestion.audit import ensure_tables
from ingestion.sources import SOURCES
from orchestration import retention, rules
from orchestration.settings import Refused, Settings

NOW = datetime(2026, 7, 1, 6)
RULES: dict[str, Any] = {
    "keep_versions_days": {},
    "keep_versions_in_use": True,
    "replayed_rows_days": 0,
    "resolved_issues_days": 0,
    "run_history_days": 0,
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path)
    ensure_tables(made.warehouse, SOURCES.values())
    quality.run.ensure_tables(made.warehouse)
    with duckdb.connect(str(made.warehouse)) as connection:
        for table, key in (
            ("raw_hubspot.contacts", "id"),
            ("raw_google_ads.campaigns", "campaign_id"),
            ("raw_file_drops.contacts", "source_record_id"),
        ):
            names = {
                name
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns()"
                    " where schema_name || '.' || table_name = ?",
                    [table],
                ).fetchall()
            }
            named = key if key in names else sorted(names - {"_dlt_valid_from", "_dlt_valid_to"})[0]
            for age in (400, 100, None):
                ended = None if age is None else f"{NOW - timedelta(days=age)}+00"
                connection.execute(
                    f'insert into {table} ("{named}", _dlt_valid_to) values (null, ?)', [ended]
                )
        for age, replayed in ((400, True), (400, False), (10, True)):
            at = NOW - timedelta(days=age)
            connection.execute(
                "insert into quarantine.hubspot values (?, 'contacts', 'r', '{}', 'run', ?, ?)",
                [f"{age}{replayed}", at, at if replayed else None],
            )
    return made


def told(settings: Settings, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[str]:
    monkeypatch.setattr(rules, "read", lambda *_: {"retention": RULES | changes})
    return retention.apply(settings, NOW, None, "run")


def count(settings: Settings, table: str) -> int:
    with duckdb.connect(str(settings.warehouse)) as connection:
        return len(connection.execute(f"select 1 from {table}").fetchall())


def test_by_default_every_version_stays(settings: Settings) -> None:
    shipped = rules.read(settings.config, "retention")["retention"]
    assert shipped["keep_versions_days"] == {}
    assert shipped["keep_versions_in_use"]


def test_only_closed_versions_past_the_days_of_their_source_go(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = told(settings, monkeypatch, keep_versions_days={"hubspot": 365})
    assert lines == ["retention: 1 closed versions of hubspot removed"]
    assert count(settings, "raw_hubspot.contacts") == 2
    assert count(settings, "raw_hubspot.contacts where _dlt_valid_to is null") == 1
    assert told(settings, monkeypatch, keep_versions_days={"hubspot": 365}) == []


def test_versions_that_models_read_stay_until_that_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"file_drops": 1}
    assert told(settings, monkeypatch, keep_versions_days=days) == []
    lines = told(settings, monkeypatch, keep_versions_days=days, keep_versions_in_use=False)
    assert lines == ["retention: 2 closed versions of file_drops removed"]


def test_a_version_that_holds_a_refusal_stays_whatever_is_let_go(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = (
        "properties__hs_email_optout = case when _dlt_valid_to is null then 'false' else 'true' end"
    )
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(f"update raw_hubspot.contacts set {said}")
    days = {source: 1 for source, _ in retention.REFUSES}
    told(settings, monkeypatch, keep_versions_days=days, keep_versions_in_use=False)
    assert count(settings, "raw_hubspot.contacts") == 3


def test_days_that_platforms_restate_are_in_use() -> None:
    restated = [
        (source, table)
        for source in SOURCES.values()
        for table in source.tables
        if table.reads_days
    ]
    assert restated
    assert all(retention.is_kept(source, table, in_use=True) for source, table in restated)


def test_replayed_rows_go_and_waiting_ones_stay(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = told(settings, monkeypatch, replayed_rows_days=365)
    assert lines == ["retention: 1 replayed rows of quarantine removed"]
    assert count(settings, "quarantine.hubspot where replayed_at is null") == 1


def test_resolved_issues_go_and_no_number_is_given_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        for number, age in enumerate((400, None, 10, 400), start=1):
            resolved = None if age is None else NOW - timedelta(days=age)
            connection.execute(
                "insert into quality.issues (issue_number, resolved_at) values (?, ?)",
                [number, resolved],
            )
    assert told(settings, monkeypatch, resolved_issues_days=0) == []
    lines = told(settings, monkeypatch, resolved_issues_days=365)
    assert lines == ["retention: 1 resolved issues removed"]
    with duckdb.connect(str(settings.warehouse)) as connection:
        kept = connection.execute("select issue_number from quality.issues order by 1").fetchall()
    assert kept == [(2,), (3,), (4,)]


def test_an_unknown_source_is_refused_by_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="hubspotty"):
        told(settings, monkeypatch, keep_versions_days={"hubspotty": 1})


def test_old_runs_go_and_those_under_way_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=200)

    with dg.DagsterInstance.ephemeral() as instance:
        for number, status in enumerate((dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.STARTED)):
            instance.add_run(dg.DagsterRun("job", run_id=f"{number}" * 8, status=status))
        assert retention._runs(instance, 180, "run") == 0
        monkeypatch.setattr(retention, "datetime", Later)
        assert retention._runs(instance, 180, "run") == 1
        assert [each.run_id for each in instance.get_runs()] == ["1" * 8]
