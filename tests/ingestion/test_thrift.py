"""A load that does not fit in little memory fails once, and is given everything from then on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import thrift
from ingestion.contract import Page, Source, Table, columns
from ingestion.errors import LoadFailed
from ingestion.pipeline import load

PEOPLE = Table("people", "versioned", ("id",), columns("id name"))
ROWS: list[dict[str, Any]] = [{"id": str(n), "name": "x" * 200} for n in range(20_000)]


def _load(home: Path, run_id: str) -> None:
    load(
        Source("toy", "crm", "Toy", (PEOPLE,), lambda _: iter([Page("people", ROWS)])),
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config={},
        as_of=datetime(2026, 3, 1, 12, tzinfo=UTC),
        run_id=run_id,
    )


def _rows(home: Path) -> int:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        found = connection.execute("select count(*) from raw_toy.people").fetchone()
    return found[0] if found else 0


def test_a_load_that_did_not_fit_is_given_everything_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thrift, "_THRIFTY", "set threads = 1; set memory_limit = '1MB'")
    with pytest.raises(LoadFailed):
        _load(tmp_path, "first")
    _load(tmp_path, "second")
    assert _rows(tmp_path) == len(ROWS)
    _load(tmp_path, "third")


def test_a_small_load_is_given_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrift, "_THRIFTY", "set nonsense = 1")
    with pytest.raises(LoadFailed, match="nonsense"):
        _load(tmp_path, "first")


def test_a_large_load_is_given_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrift, "_THRIFTY", "set nonsense = 1")
    monkeypatch.setattr(thrift, "VERSIONS", len(ROWS) - 1)
    _load(tmp_path, "first")
    assert _rows(tmp_path) == len(ROWS)
