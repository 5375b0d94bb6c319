"""A change of a vendor's columns is told once, with the marts that it may reach."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.contract import Page, Source, Table, columns
from ingestion.pipeline import load
from ingestion.sources import SOURCES
from orchestration import drift, ingest
from orchestration.settings import Settings

PEOPLE = Table("people", "versioned", ("id",), columns("id name"))
PARSED = {
    "sources": {
        "source.toy.people": {"source_name": "toy", "name": "people"},
        "source.toy.calls": {"source_name": "toy", "name": "calls"},
    },
    "nodes": {
        "stg": {"name": "stg_people", "fqn": ["e", "staging"], "resource_type": "model"},
        "dim": {"name": "dim_people", "fqn": ["e", "marts"], "resource_type": "model"},
        "own": {"name": "my_people", "fqn": ["e", "custom"], "resource_type": "model"},
        "test": {"name": "t", "fqn": ["e", "marts"], "resource_type": "test"},
        "other": {"name": "dim_other", "fqn": ["e", "marts"], "resource_type": "model"},
    },
    "child_map": {"source.toy.people": ["stg"], "stg": ["dim", "test"], "dim": ["own"]},
}


class Days:
    """A home whose one source sends other columns from day to day."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.day = 0

    def load(self, *rows: dict[str, Any]) -> list[str]:
        self.day += 1
        load(
            Source("toy", "crm", "Toy", (PEOPLE,), lambda _: iter([Page("people", list(rows))])),
            warehouse=self.settings.warehouse,
            work=self.settings.home / "work",
            pipelines=self.settings.home / "dlt",
            config={},
            as_of=datetime(2026, 7, self.day, tzinfo=UTC),
            run_id=f"run-{self.day}",
        )
        return drift.told(self.settings, f"run-{self.day}")


@pytest.fixture
def days(tmp_path: Path) -> Days:
    made = Days(tmp_path)
    made.settings.target.mkdir()
    made.settings.manifest.write_text(json.dumps(PARSED), "utf-8")
    assert made.load({"id": "1", "name": "a", "old": 1}) == []
    return made


def test_a_new_a_vanished_and_a_retyped_column_name_the_marts_downstream(days: Days) -> None:
    at_risk = "marts at risk: dim_people, my_people"
    assert days.load({"id": "1", "name": "a", "vip": True}) == [
        f"toy.people: `vip` is new; {at_risk}"
    ]
    [gone] = days.load({"id": "1", "vip": True})
    assert gone == f"toy.people: `name` came no more, its last values stay; {at_risk}"
    [retyped] = days.load({"id": "2", "name": ["a"]})
    assert retyped.startswith("toy.people: `name` came in another type")


def test_a_change_is_news_once_and_status_tells_that_of_the_last_load(days: Days) -> None:
    assert len(days.load({"id": "1", "name": "a", "vip": True})) == 1
    assert drift.told(days.settings) == drift.told(days.settings, "run-2")
    assert days.load({"id": "1", "name": "b", "vip": True}) == []


def test_a_table_that_no_mart_reads_is_told_so(days: Days) -> None:
    assert drift.marts_of(PARSED, "toy", "calls") == []
    assert drift.line(drift.Drift("toy", "calls", "x", "undeclared"), []).endswith(
        "no mart reads it"
    )


@pytest.mark.parametrize(
    ("totals", "passed"), [([("t", "live", 5.0, 5.0)], True), ([("t", "live", 5.0, 4.0)], False)]
)
def test_a_total_that_differs_is_a_warning_that_names_it(totals: list[Any], passed: bool) -> None:
    judged = ingest._totals(SOURCES["hubspot"], SimpleNamespace(totals=totals))
    assert judged.passed is passed
    message = str(judged.metadata["message"].value)
    assert ("the vendor says 5.00, read were 4.00" in message) is not passed
