"""Rows of quarantine get another try: what was mended loads, what is still bad stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contract import Column, Page, Source, Table, Yield, columns
from ingestion.pipeline import load
from ingestion.replay import Replayed, replay
from ingestion.sources import SOURCES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGE = Column("age", "bigint")
PEOPLE = Table(
    "people",
    "versioned",
    ("id",),
    (*columns("id name"), AGE, Column("at", "timestamp")),
    order="at",
)
THINGS = Table("things", "versioned", ("id",), (Column("id"), Column("size", "bigint")))
DAYS = Table(
    "days",
    "versioned",
    ("on", "ad"),
    (Column("on", "date"), Column("ad"), Column("clicks", "bigint")),
    unit=("on",),
)
CLICKS = Table("clicks", "events", ("id",), (Column("id"), Column("rate", "double")))
TOY = Source("toy", "crm", "Toy", (PEOPLE, THINGS, DAYS, CLICKS), lambda _: iter(()))


class Home:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def places(self) -> dict[str, Any]:
        return {
            "warehouse": self.root / "w.duckdb",
            "work": self.root / "work",
            "pipelines": self.root / "dlt",
        }

    def load(self, *pages: Yield, days: int = 0, source: Source = TOY) -> None:
        def extract(_: Any) -> Iterator[Yield]:
            yield from pages

        load(
            replace(source, extract=extract),
            config={},
            as_of=NOON + timedelta(days=days),
            run_id=f"run-{days}",
            **self.places,
        )

    def replay(self, source: Source = TOY, days: int = 5, **more: Any) -> Replayed:
        at = NOON + timedelta(days=days)
        return replay(source, config={}, as_of=at, run_id="replay-1", **self.places, **more)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "w.duckdb")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def person(id_: str, name: str = "Ada", at: str = "2026-01-01T00:00:00Z", age: Any = 1) -> dict:
    return {"id": id_, "name": name, "age": age, "at": at}


def test_a_row_ahead_of_its_clock_loads_when_the_time_has_come(home: Home) -> None:
    home.load(Page("people", [person("1"), person("2", at="2026-03-04T00:00:00Z")]))
    assert home.replay(days=1).still_bad == {"at: an instant ahead of now": 1}
    found = home.replay(days=5)
    assert (found.loaded, found.still_bad) == (1, {})
    assert home.rows("select id from raw_toy.people order by 1") == [("1",), ("2",)]
    assert home.rows("select replayed_at from quarantine.toy") == [(datetime(2026, 3, 6, 12),)]
    assert home.replay(days=6).loaded == 0


def test_a_row_that_is_still_bad_stays_with_the_reason_of_today(home: Home) -> None:
    home.load(Page("people", [person("1", age="ten")]))
    home.rows("update quarantine.toy set reason = 'an older reason'")
    assert home.replay().still_bad == {"age: text where a whole number is declared": 1}
    waiting = home.rows("select reason, replayed_at from quarantine.toy")
    assert waiting == [("age: text where a whole number is declared", None)]


def test_one_row_can_be_replayed_alone(home: Home) -> None:
    late = [person(each, at="2026-03-04T00:00:00Z") for each in ("1", "2")]
    home.load(Page("people", late))
    [(id_,)] = home.rows("select quarantine_id from quarantine.toy order by body limit 1")
    assert home.replay(quarantine_id=id_).loaded == 1
    assert home.rows("select id from raw_toy.people") == [("1",)]


def test_a_newer_version_is_not_overtaken_by_an_old_row(home: Home) -> None:
    home.load(Page("people", [person("1", "Old", age="ten")]))
    home.load(Page("people", [person("1", "New", "2026-02-01T00:00:00Z")]), days=1)
    home.rows("update quarantine.toy set body = replace(body, '\"ten\"', '10')")
    assert home.replay().overtaken == 1
    assert home.rows("select name from raw_toy.people where _dlt_valid_to is null") == [("New",)]


def test_without_an_order_the_version_that_came_later_wins(home: Home) -> None:
    home.load(Page("things", [{"id": "1", "size": "big"}]))
    home.load(Page("things", [{"id": "1", "size": 2}]), days=1)
    home.rows("update quarantine.toy set body = replace(body, '\"big\"', '1')")
    found = home.replay()
    assert (found.loaded, found.overtaken) == (0, 1)
    assert home.rows("select size from raw_toy.things where _dlt_valid_to is null") == [(2,)]


def test_a_row_of_a_unit_closes_no_other_row_of_it(home: Home) -> None:
    rows = [{"on": "2026-02-01", "ad": ad, "clicks": 1 if ad == "a" else "x"} for ad in ("a", "b")]
    home.load(Page("days", rows))
    home.rows("update quarantine.toy set body = replace(body, '\"x\"', '2')")
    assert home.replay().loaded == 1
    open_rows = "select ad, clicks from raw_toy.days where _dlt_valid_to is null order by ad"
    assert home.rows(open_rows) == [("a", 1), ("b", 2)]


def test_an_event_is_loaded_once_however_often_it_is_replayed(home: Home) -> None:
    home.load(Page("clicks", [{"id": "c", "rate": "many"}]))
    home.rows("update quarantine.toy set body = replace(body, '\"many\"', '0.5')")
    home.replay()
    home.rows("update quarantine.toy set replayed_at = null")
    home.replay(days=6)
    assert home.rows("select id, rate from raw_toy.clicks") == [("c", 0.5)]


def test_a_replay_makes_no_source_fresh_and_moves_no_cursor(home: Home) -> None:
    home.load(Page("people", [person("1", at="2026-03-04T00:00:00Z")]))
    home.replay()
    statuses = home.rows("select run_id, status from ingest.loads order by 1")
    assert statuses == [("replay-1", "replayed"), ("run-0", "succeeded")]


def test_cells_of_a_dropped_file_are_read_by_the_mended_mapping(tmp_path: Path) -> None:
    home, inbox, mappings = Home(tmp_path), tmp_path / "inbox" / "toy", tmp_path / "mappings"
    inbox.mkdir(parents=True)
    mappings.mkdir()
    mapping = (
        "source: toy\nfiles:\n  - pattern: people.csv\n    table: contacts\n    columns:\n"
        "      source_record_id: id\n"
        "      lifecycle_stage_native: {column: stage, values: {l: lead}}\n"
    )
    (mappings / "toy.yml").write_text(mapping)
    (inbox / "people.csv").write_text("id,stage\n1,l\n2,c\n")
    config = {"inbox": str(inbox.parent), "mappings": str(mappings)}
    source = SOURCES["file_drops"]
    load(source, config=config, as_of=NOON, run_id="run", **home.places)
    (inbox / "people.csv").unlink()

    def again() -> Replayed:
        return replay(source, config=config, as_of=NOON, run_id="replay", **home.places)

    told = "lifecycle_stage_native: a value that the mapping does not translate"
    assert again().still_bad == {told: 1}
    (mappings / "toy.yml").write_text(mapping.replace("l: lead", "l: lead, c: customer"))
    assert again().loaded == 1
    found = (
        "select source_record_id, lifecycle_stage_native from raw_file_drops.contacts order by 1"
    )
    assert home.rows(found) == [("1", "lead"), ("2", "customer")]
