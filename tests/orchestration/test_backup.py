"""A backup brings back the state, whole or not at all; a home knows the version of its state."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import pipeline
from ingestion.contract import Column, Extraction, Page, Source, Table, columns
from orchestration import home, lock, migrations, state
from orchestration.backup import backup, restore
from orchestration.house import run_lock
from orchestration.settings import Refused, Settings

PEOPLE = Table("people", "versioned", ("id",), (*columns("id"), Column("email", pii=True)))


def loaded(settings: Settings, day: int) -> list[str]:
    """Load the day's row with a cursor; return where the load began."""
    began: list[str] = []

    def extract(ctx: Extraction) -> Any:
        began.append(ctx.cursor("people", "the beginning"))
        yield Page("people", [{"id": "1", "email": f"{day}@corp.example"}])
        ctx.advance("people", f"2026-07-{day:02d}")

    pipeline.load(
        Source("toy", "crm", "Toy", (PEOPLE,), extract),
        warehouse=settings.warehouse,
        work=settings.home / "work",
        pipelines=settings.home / "dlt",
        config={},
        as_of=datetime(2026, 7, day, tzinfo=UTC),
        run_id=f"run-{day}",
    )
    return began


def held(settings: Settings) -> dict[str, list[Any]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return {
            f"{schema}.{table}": connection.execute(
                f'select * from "{schema}"."{table}" order by all'
            ).fetchall()
            for schema, table, _ in state.tables(connection, "warehouse")
        }


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", environment={})
    home.create(made)
    loaded(made, 1)
    (made.home / "inbox" / "web_events" / "day.jsonl").write_text("{}")
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute("create schema staging; create table staging.built as select 1 as x")
        # Each schema of state, and tables named like one.
        for schema in state.SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{schema} as select 1 as x")
    return made


def test_a_wrecked_home_has_its_state_again_and_goes_on_where_it_was(
    settings: Settings, tmp_path: Path
) -> None:
    before, kept = held(settings), tmp_path / "kept"
    [told] = backup(settings, kept)
    assert str(kept) in told
    loaded(settings, 2)
    settings.warehouse.write_bytes(b"wrecked")
    (settings.home / "home.json").unlink()
    shutil.rmtree(settings.home / "inbox")

    restore(settings, kept, replace=True)
    assert held(settings) == before
    assert (settings.home / "inbox" / "web_events" / "day.jsonl").read_text() == "{}"
    assert home.kind_of(settings) == "sandbox"
    assert loaded(settings, 3) == ["2026-07-01"]


def test_what_a_build_makes_is_left_out_and_keys_are_kept(
    settings: Settings, tmp_path: Path
) -> None:
    backup(settings, tmp_path / "kept")
    empty = Settings(home=tmp_path / "other", environment={})
    restore(empty, tmp_path / "kept")
    with duckdb.connect(str(empty.warehouse)) as connection:
        schemas = {
            row[0]
            for row in connection.execute("select schema_name from duckdb_tables()").fetchall()
        }
        assert "staging" not in schemas
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into ingest.loads select * from ingest.loads")


def test_a_home_that_holds_something_is_never_overwritten_unasked(
    settings: Settings, tmp_path: Path
) -> None:
    backup(settings, tmp_path / "kept")
    loaded(settings, 2)
    before = held(settings)
    with pytest.raises(Refused, match="--replace"):
        restore(settings, tmp_path / "kept")
    with pytest.raises(Refused, match="is there already"):
        backup(settings, tmp_path / "kept")
    assert held(settings) == before


@pytest.mark.parametrize("name", ["kept.duckdb", "files/home.json", "manifest.json"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    kept = tmp_path / "kept"
    backup(settings, kept)
    before = held(settings)
    spoiled = bytearray((kept / name).read_bytes())
    spoiled[len(spoiled) // 2] ^= 0xFF
    (kept / name).write_bytes(spoiled)
    with pytest.raises(Refused, match=r"damaged|no backup"):
        restore(settings, kept, replace=True)
    assert held(settings) == before


def test_a_backup_waits_for_the_run_that_holds_the_house(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    real = duckdb.connect

    def watched(*arguments: Any, **named: Any) -> Any:
        seen.append(lock.is_held(run_lock(settings)))
        return real(*arguments, **named)

    monkeypatch.setattr("orchestration.backup.duckdb.connect", watched)
    backup(settings, tmp_path / "kept")
    assert seen
    assert all(seen)


def test_a_home_of_version_one_is_brought_forward_once(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema raw_gone; create table raw_gone.things as select 1 as id")
    home.write_json(settings.home / "home.json", {"kind": "sandbox", "version": 1})
    home.create(settings)
    assert home.read_json(settings.home / "home.json")["version"] == migrations.VERSION
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute("select id, is_erased from raw_gone.things").fetchall() == [
            (1, None)
        ]
    assert migrations.migrate(settings.warehouse, migrations.VERSION, print) == []


def test_a_home_of_version_two_loses_the_tables_of_weights_alone(settings: Settings) -> None:
    tables = ("int_attribution__weights", "int_attribution__fitted_weights", "int_kept")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema if not exists intermediate")
        for table in tables:
            connection.execute(f"create table intermediate.{table} as select 1 as id")
    home.write_json(settings.home / "home.json", {"kind": "sandbox", "version": 2})
    home.create(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'intermediate'"
        ).fetchall() == [("int_kept",)]


def test_a_newer_home_and_a_newer_backup_are_refused_in_words(
    settings: Settings, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    backup(settings, kept)
    manifest = json.loads((kept / "manifest.json").read_text())
    home.write_json(kept / "manifest.json", {**manifest, "schema_version": 99})
    with pytest.raises(Refused, match="newer Engine Room"):
        restore(settings, kept, replace=True)
    home.write_json(settings.home / "home.json", {"kind": "sandbox", "version": 99})
    with pytest.raises(Refused, match="newer Engine Room"):
        home.kind_of(settings)


def test_the_versions_of_the_steps_rise_by_one() -> None:
    assert [step.version for step in migrations.STEPS] == list(range(2, migrations.VERSION + 1))
