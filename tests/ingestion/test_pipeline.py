"""What a load does with rows: every one is counted, versions are exact, nothing is read twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contract import Column, Extraction, Page, Source, Sweep, Table, Yield, columns
from ingestion.errors import LoadFailed
from ingestion.pipeline import LoadReport, load

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = Table(
    "people",
    "versioned",
    ("id",),
    (
        *columns("id name"),
        Column("age", "bigint"),
        Column("updated_at", "timestamp"),
        Column("seen", "text", volatile=True),
    ),
    order="updated_at",
)
DAYS = Table(
    "days",
    "versioned",
    ("account", "on", "ad"),
    (*columns("account"), Column("on", "date"), Column("ad"), Column("clicks", "bigint")),
    unit=("account", "on"),
)
CLICKS = Table(
    "clicks", "events", ("id",), (Column("id"), Column("at", "timestamp"), Column("rate", "double"))
)

Script = Callable[[Extraction], Iterator[Yield]]


class House:
    """A home with one made-up source whose answers each test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs = 0

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    def load(
        self, *items: Yield, at: datetime = NOON, script: Script | None = None, **config: Any
    ) -> LoadReport:
        self.runs += 1
        source = Source(
            "toy", "crm", "Toy", (PEOPLE, DAYS, CLICKS), script or (lambda _: iter(items))
        )
        return load(
            source,
            warehouse=self.warehouse,
            work=self.root / "work",
            pipelines=self.root / "dlt",
            config=config,
            as_of=at,
            run_id=f"run-{self.runs}",
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse)) as connection:
            return connection.execute(query).fetchall()

    def open_people(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select id, name, is_deleted from raw_toy.people "
            "where _dlt_valid_to is null order by id"
        )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def person(
    id_: Any, name: str | None = "Ada", at: str = "2026-01-01T00:00:00Z", **more: Any
) -> dict:
    return {"id": id_, "name": name, "age": 1, "updated_at": at, "seen": "x", **more}


def people(*rows: dict) -> Page:
    return Page("people", list(rows))


def day(ad: str, clicks: Any = 1, on: str = "2026-02-01") -> dict:
    return {"account": "a", "on": on, "ad": ad, "clicks": clicks}


def test_a_second_load_closes_the_old_version_and_opens_the_new_one(house: House) -> None:
    house.load(people(person("1"), person("2", "Bob")))
    report = house.load(people(person("1", "Ida", "2026-01-02T00:00:00Z")), at=NOON + timedelta(1))

    assert report.tables["people"].loaded == 1
    assert house.open_people() == [("1", "Ida", False), ("2", "Bob", False)]
    closed = house.rows(
        "select name, _dlt_valid_from at time zone 'UTC', _dlt_valid_to at time zone 'UTC' "
        "from raw_toy.people where _dlt_valid_to is not null"
    )
    assert closed == [("Ada", datetime(2026, 3, 1, 12), datetime(2026, 3, 2, 12))]


def test_every_yielded_row_is_accounted_for(house: House) -> None:
    house.load(people(person("1"), person("2", at="2026-01-05T00:00:00Z")))
    counts = house.load(
        people(
            person("1"),
            person("1"),
            person("2", "Old", "2026-01-04T00:00:00Z"),
            person("3", "Older", "2026-01-01T00:00:00Z"),
            person("3", "Newer", "2026-01-02T00:00:00Z"),
            person(None),
        )
    ).tables["people"]

    assert (counts.yielded, counts.loaded, counts.unchanged) == (6, 1, 1)
    assert (counts.superseded, counts.deduplicated, counts.quarantined) == (1, 2, 1)
    assert house.open_people()[1:] == [("2", "Ada", False), ("3", "Newer", False)]


def test_the_newest_of_a_key_wins_even_when_it_comes_first(house: House) -> None:
    house.load(people(person("1", "New", "2026-01-09T00:00:00Z"), person("1", "Old")))
    assert house.open_people() == [("1", "New", False)]


def test_a_repeated_load_changes_nothing(house: House) -> None:
    pages = (
        people(person("1")),
        Page("days", [day("x")]),
        Page("clicks", [{"id": "c", "at": "2026-01-01T00:00:00Z", "rate": 0.5}]),
    )
    house.load(*pages)
    before = house.rows("select * from raw_toy.people")
    report = house.load(*pages)

    assert all(counts.loaded == 0 for counts in report.tables.values())
    assert house.rows("select * from raw_toy.people") == before
    assert house.rows("select count(*) from raw_toy.clicks") == [(1,)]


def test_a_volatile_or_undeclared_field_opens_no_version(house: House) -> None:
    house.load(people(person("1")))
    report = house.load(people(person("1", seen="y", shoe_size=44)), at=NOON + timedelta(1))

    assert report.tables["people"].unchanged == 1
    assert report.drift["people", "shoe_size", "undeclared"] == 1


def test_an_undeclared_field_is_kept_beside_the_row(house: House) -> None:
    house.load(people(person("1", shoe_size=44)))
    assert house.rows("select _extra from raw_toy.people") == [('{"shoe_size": 44}',)]


def test_a_vanished_column_keeps_its_last_values_and_is_reported(house: House) -> None:
    house.load(people(person("1")))
    row = person("1", at="2026-01-03T00:00:00Z")
    del row["name"]
    report = house.load(people(row), at=NOON + timedelta(1))

    assert house.open_people() == [("1", "Ada", False)]
    assert report.drift["people", "name", "vanished"] == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (person(None), "id: the key is empty"),
        (person("9", age="ten"), "age: text where a whole number is declared"),
        (person("9", age=2**63), "age: a whole number past 64 bits"),
        (person("9", age=float("nan")), "age: a fraction where a whole number is declared"),
        (person("9", "\ud800"), "name: a lone surrogate, which no UTF-8 text holds"),
        (person("9", ["Ada"]), "name: a nested value where text is declared"),
        (
            person("9", at="9999-12-31T00:00:00Z"),
            "updated_at: an instant before 1900 or after 2199",
        ),
        (person("9", at="2026-03-09T00:00:00Z"), "updated_at: an instant ahead of now"),
        (person("9", Name="Eve"), "two fields are both named name"),
    ],
)
def test_a_row_that_does_not_fit_goes_to_quarantine_with_its_reason(
    house: House, row: dict, reason: str
) -> None:
    report = house.load(people(row, person("1")))

    assert report.tables["people"].quarantined == 1
    assert house.rows("select table_name, reason from quarantine.toy") == [("people", reason)]
    assert house.open_people() == [("1", "Ada", False)]


def test_the_same_bad_row_is_in_quarantine_once(house: House) -> None:
    house.load(people(person(None)))
    house.load(people(person(None)))
    assert house.rows("select count(*) from quarantine.toy") == [(1,)]


def test_a_nul_byte_is_taken_out_and_counted(house: House) -> None:
    report = house.load(people(person("1", "A\x00da")))
    assert house.open_people() == [("1", "Ada", False)]
    assert report.drift["people", "name", "nul_byte"] == 1


def test_a_number_that_is_none_keeps_an_event_out(house: House) -> None:
    rows = [{"id": "c", "at": 1772366400000, "rate": float("inf")}]
    report = house.load(Page("clicks", rows))
    assert report.tables["clicks"].quarantined == 1


def test_a_row_dropped_from_a_reread_unit_is_closed(house: House) -> None:
    house.load(Page("days", [day("x"), day("y")]))
    house.load(Page("days", [day("x")]), at=NOON + timedelta(1))
    assert house.rows("select ad from raw_toy.days where _dlt_valid_to is null") == [("x",)]


def test_a_unit_that_came_back_empty_is_marked_as_deleted(house: House) -> None:
    house.load(Page("days", [day("x")]))
    house.load(Page("days", [], units=(("a", "2026-02-01"),)), at=NOON + timedelta(1))
    open_rows = "select ad, is_deleted from raw_toy.days where _dlt_valid_to is null"
    assert house.rows(open_rows) == [("x", True)]


def test_a_quarantined_row_of_a_unit_leaves_its_last_good_version_open(house: House) -> None:
    house.load(Page("days", [day("x"), day("y")]))
    house.load(Page("days", [day("x", 7), day("y", "many")]), at=NOON + timedelta(1))
    open_rows = "select ad, clicks from raw_toy.days where _dlt_valid_to is null order by ad"
    assert house.rows(open_rows) == [("x", 7), ("y", 1)]


def test_a_sweep_marks_what_is_missing_as_deleted_and_a_return_revives_it(house: House) -> None:
    house.load(people(person("1"), person("2")))
    gone = house.load(Sweep("people", frozenset({("1",)})), at=NOON + timedelta(1))
    assert gone.tables["people"].tombstoned == 1
    assert house.open_people() == [("1", "Ada", False), ("2", "Ada", True)]

    house.load(people(person("2")), at=NOON + timedelta(2))
    assert house.open_people()[1] == ("2", "Ada", False)


def test_nothing_is_called_gone_while_a_row_without_a_key_may_be_it(house: House) -> None:
    house.load(people(person("1"), person("2")), Page("days", [day("x"), day("y")]))
    swept = Sweep("people", frozenset({("1",)}))
    found = house.load(
        people(person("1", "Eve"), person(None)),
        swept,
        Page("days", [day("x", 7), {**day("y"), "ad": None}]),
        at=NOON + timedelta(1),
    )
    assert found.tables["people"].quarantined == 1
    assert house.open_people() == [("1", "Eve", False), ("2", "Ada", False)]
    open_rows = "select ad, clicks from raw_toy.days where _dlt_valid_to is null order by ad"
    assert house.rows(open_rows) == [("x", 7), ("y", 1)]

    house.load(swept, Page("days", [day("x", 7)]), at=NOON + timedelta(2))
    assert house.open_people()[1] == ("2", "Ada", True)
    assert house.rows(open_rows) == [("x", 7)]


def test_a_sweep_that_would_bury_a_fifth_of_a_table_stops_the_load(house: House) -> None:
    house.load(people(*(person(str(number)) for number in range(200))))
    with pytest.raises(LoadFailed, match="broken list"):
        house.load(Sweep("people", frozenset({("1",)})), at=NOON + timedelta(1))


def test_cursors_are_kept_with_the_load_and_survive_a_lost_working_folder(house: House) -> None:
    def script(ctx: Extraction) -> Iterator[Yield]:
        yield people(person(ctx.cursor("people", "first")))
        ctx.advance("people", "2026-02-02")

    house.load(script=script)
    for folder in (house.root / "dlt").iterdir():
        __import__("shutil").rmtree(folder)
    house.load(script=script, at=NOON + timedelta(1))
    assert [row[0] for row in house.open_people()] == ["2026-02-02", "first"]


def test_a_failed_extraction_moves_no_cursor_and_says_so_in_the_books(house: House) -> None:
    def script(ctx: Extraction) -> Iterator[Yield]:
        yield people(person("1"))
        ctx.advance("people", "2026-02-02")
        raise LoadFailed("toy: the vendor is down. Run again.")

    with pytest.raises(LoadFailed, match="the vendor is down"):
        house.load(script=script)
    seen: list[str] = []
    house.load(script=lambda ctx: iter(seen.append(ctx.cursor("people", "first")) or ()))
    assert seen == ["first"]
    assert house.open_people() == []
    statuses = house.rows("select run_id, status from ingest.loads order by run_id")
    assert statuses == [("run-1", "failed"), ("run-2", "succeeded")]


def test_a_cursor_ahead_of_now_is_refused_and_counted(house: House) -> None:
    def script(ctx: Extraction) -> Iterator[Yield]:
        ctx.advance("people", "9999-12-31T00:00:00+00:00")
        yield people(person(ctx.cursor("people", "first")))

    report = house.load(script=script)
    assert house.open_people() == [("first", "Ada", False)]
    assert sum(report.drift.values()) == 1


def test_an_interrupt_while_rows_are_written_ends_the_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dlt.load.load.Load.load_single_package", pressed)
        with pytest.raises(KeyboardInterrupt):
            house.load(people({"id": "1", "name": "a"}))
    assert house.load(people({"id": "1", "name": "a"})).tables["people"].loaded == 1


def test_time_may_not_go_back(house: House) -> None:
    house.load(people(person("1")))
    with pytest.raises(LoadFailed, match="Time may not go back"):
        house.load(people(person("2")), at=NOON - timedelta(1))


def test_the_audit_of_a_run_is_written_once_however_often_it_runs(house: House) -> None:
    house.load(people(person("1")))
    house.runs = 0
    house.load(people(person("1")))
    rows = house.rows("select run_id, yielded from ingest.load_audit where table_name = 'people'")
    assert rows == [("run-1", 1)]


def month(days: int) -> list[dict]:
    return [day("x", on=f"2026-02-{number + 1:02d}") for number in range(days)]


def emptied(days: int) -> Page:
    return Page("days", [], units=tuple(("a", f"2026-02-{each + 1:02d}") for each in range(days)))


def test_an_answer_that_empties_days_that_held_rows_stops_the_load(house: House) -> None:
    house.load(Page("days", month(4)))
    with pytest.raises(LoadFailed, match="without a row for 4 days that held 4 rows"):
        house.load(emptied(28), at=NOON + timedelta(1))
    open_rows = "select count(*) from raw_toy.days where _dlt_valid_to is null and not is_deleted"
    assert house.rows(open_rows) == [(4,)]
    house.load(emptied(28), at=NOON + timedelta(1), allow_mass_deletion=True)
    assert house.rows(open_rows) == [(0,)]


def test_an_empty_answer_of_an_account_that_was_always_empty_is_fine(house: House) -> None:
    house.load(emptied(28))
    assert house.load(emptied(28), at=NOON + timedelta(1)).tables["days"].tombstoned == 0


def test_some_days_may_empty_while_others_of_the_answer_have_rows(house: House) -> None:
    house.load(Page("days", month(10)))
    left = Page("days", month(1), units=emptied(10).units)
    assert house.load(left, at=NOON + timedelta(1)).tables["days"].tombstoned == 9


def test_one_empty_answer_among_full_ones_stops_the_load(house: House) -> None:
    house.load(Page("days", month(10)))
    first = Page("days", month(5), units=emptied(5).units)
    second = Page("days", [], units=emptied(10).units[5:])
    with pytest.raises(LoadFailed, match="without a row for 5 days"):
        house.load(first, second, at=NOON + timedelta(1))


def test_the_books_say_what_a_load_cost(house: House) -> None:
    house.load(people(person("1"), person("2")))
    assert house.rows("select requests, rows_read from ingest.loads") == [(0, 2)]


def test_a_column_that_is_declared_later_is_added_and_reads_as_null(house: House) -> None:
    house.load(people(person("1")))
    house.rows("alter table raw_toy.people drop column age")
    house.rows("alter table raw_toy.people drop column is_erased")
    house.load(people(person("2", age=41)), at=NOON + timedelta(1))

    assert house.rows("select id, age, is_erased from raw_toy.people order by id") == [
        ("1", None, None),
        ("2", 41, None),
    ]


@pytest.mark.parametrize("letters", [1, 1024**2])
def test_a_load_leaves_no_write_ahead_log_behind(house: House, letters: int) -> None:
    house.load(people(person("1", "x" * letters)))
    assert not Path(f"{house.warehouse}.wal").exists()
    house.load(people(person("1", "y" * letters, "2026-01-02T00:00:00Z")), at=NOON + timedelta(1))
    assert not Path(f"{house.warehouse}.wal").exists()
