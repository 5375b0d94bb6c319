"""A privacy delete blanks a person in every version and keeps them forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_pipeline import NOON

from ingestion import erasure
from ingestion.audit import LoadReport
from ingestion.contract import (
    Bad,
    Column,
    Extraction,
    Forget,
    Hang,
    Link,
    Page,
    Source,
    Sweep,
    Table,
    Yield,
    columns,
)
from ingestion.pipeline import load
from ingestion.replay import replay

PEOPLE = Table(
    "people",
    "versioned",
    ("id",),
    (
        *columns("id city contact"),
        Column("email", pii=True),
        *columns("born_at updated_at", "timestamp"),
    ),
    order="updated_at",
    born="born_at",
)
FORMS = Table(
    "forms",
    "events",
    ("id",),
    (Column("id"), Column("email", pii=True), Column("at", "timestamp")),
    hangs_on=(Hang("people", ("email",), ("email",)),),
    born="at",
)
CALLS = Table(
    "calls",
    "versioned",
    ("id",),
    (Column("id"), Column("title", pii=True), Column("minutes", "bigint")),
    hangs_on=(Hang("people", ("id",), ("id",), Link("ties", ("call_id",), ("person_id",))),),
)
TIES = Table("ties", "versioned", ("call_id", "person_id"), columns("call_id person_id"))
TOY = Source("toy", "crm", "Toy", (PEOPLE, FORMS, CALLS, TIES), lambda _: iter(()))
ADA = "ada.lovelace@corp.example"
GONE = Forget("people", frozenset({("1",)}))
DAY = timedelta(days=1)


class House:
    """A home whose one source yields what each test writes, a day later at each load."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.day = 0

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    def load(self, *items: Yield) -> LoadReport:
        def script(_: Extraction) -> Iterator[Yield]:
            return iter(items)

        source = Source("toy", "crm", "Toy", TOY.tables, script)
        self.day += 1
        return load(
            source,
            warehouse=self.warehouse,
            work=self.root / "work",
            pipelines=self.root / "dlt",
            config={},
            as_of=NOON + self.day * DAY,
            run_id=f"run-{self.day}",
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()

    def holding(self, text: str) -> list[str]:
        """Return the columns of the warehouse in which a text stands, whatever the case."""
        found = []
        with duckdb.connect(str(self.warehouse)) as connection:
            listed = connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns()"
                " where not internal and data_type = 'VARCHAR'"
            ).fetchall()
            for schema, table, column in listed:
                query = f'select 1 from "{schema}"."{table}" where contains(lower("{column}"), ?)'
                if connection.execute(f"{query} limit 1", [text]).fetchone():
                    found.append(f"{schema}.{table}.{column}")
        return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.load(person("1", city="London"), person("2", "bob@corp.example"), *hung())
    made.load(person("1", city="Paris", updated_at="2026-01-02T00:00:00Z"))
    made.load(Page("people", [{**person("1").rows[0], "born_at": f"the birth of {ADA}"}]))
    return made


def person(id_: str, email: str | None = ADA.title(), **more: Any) -> Page:
    row = {"id": id_, "email": email, "city": "London", "contact": f"c{id_}"}
    row |= {"born_at": "2025-12-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    return Page("people", [{**row, **more}])


def hung() -> Iterator[Page]:
    yield Page("forms", [form("f1"), form("f2", "bob@corp.example")])
    yield Page("calls", [call("a"), call("b")])
    yield Page("ties", [{"call_id": "a", "person_id": "1"}, {"call_id": "b", "person_id": "2"}])


def form(id_: str, email: str = ADA, at: str = "2026-01-03T00:00:00Z") -> dict[str, Any]:
    return {"id": id_, "email": email, "at": at}


def call(id_: str) -> dict[str, Any]:
    return {"id": id_, "title": f"Call with {ADA}" if id_ == "a" else "Call", "minutes": 5}


def test_every_version_is_blanked_and_a_tombstone_keeps_the_key(house: House) -> None:
    assert len(house.holding(ADA)) >= 3
    house.load(GONE)
    assert house.holding(ADA) == []
    versions = house.rows(
        "select email, city, is_deleted, is_erased, _dlt_valid_to is null from raw_toy.people"
        " where id = '1' order by _dlt_valid_from"
    )
    assert versions == [
        (None, "London", False, True, False),
        (None, "Paris", False, True, False),
        (None, "Paris", True, True, True),
    ]
    assert house.rows("select email from raw_toy.people where id = '2'") == [("bob@corp.example",)]


def test_what_hangs_on_the_person_stays_without_its_personal_columns(house: House) -> None:
    house.load(GONE)
    assert house.rows("select id, email from raw_toy.forms order by id") == [
        ("f1", None),
        ("f2", "bob@corp.example"),
    ]
    assert house.rows("select id, title, minutes, is_deleted from raw_toy.calls order by id") == [
        ("a", None, 5, False),
        ("b", "Call", 5, False),
    ]


def test_the_quarantined_bodies_of_the_person_are_blanked_and_never_replayed(house: House) -> None:
    house.load(person("2", born_at="yesterday"), Bad("forms", "no row", f"name;{ADA.upper()};x"))
    house.load(GONE)
    bodies = house.rows("select body, replayed_at is null from quarantine.toy order by body")
    assert bodies == [(erasure.ERASED_BODY, False)] * 3
    again = replay(
        TOY,
        warehouse=house.warehouse,
        work=house.root / "work",
        pipelines=house.root / "dlt",
        config={},
        as_of=NOON + 10 * DAY,
        run_id="replay",
    )
    assert (again.loaded, again.still_bad) == (0, {})


def test_a_stale_copy_is_refused_and_counted_and_nothing_reopens(house: House) -> None:
    house.load(GONE)
    before = house.rows("select * from raw_toy.people order by all")
    report = house.load(
        person("1", city="Rome", updated_at="2026-03-03T00:00:00Z"), person("2", "bob@corp.example")
    )
    counts = report.tables["people"]
    assert (counts.yielded, counts.superseded, counts.unchanged, counts.loaded) == (2, 1, 1, 0)
    assert report.drift["people", "", erasure.REFUSED] == 1
    assert house.rows("select * from raw_toy.people order by all") == before


def test_unchanged_children_of_the_person_open_no_version(house: House) -> None:
    house.load(GONE)
    report = house.load(*hung(), Page("forms", [form("f3")]))
    assert report.tables["calls"].unchanged == 2
    assert house.rows("select email from raw_toy.forms where id = 'f3'") == [(None,)]
    assert house.holding(ADA) == []
    assert house.rows("select count(*) from ingest.erasure_runs") == [(1,)]


def test_a_record_that_began_after_the_erasure_is_a_new_one(house: House) -> None:
    house.load(GONE)
    later = f"{NOON + 5 * DAY:%Y-%m-%dT%H:%M:%SZ}"
    house.day = 6
    house.load(person("1", born_at=later, updated_at=later), Page("forms", [form("f4", at=later)]))
    open_rows = (
        "select email, is_deleted from raw_toy.people where id = '1' and _dlt_valid_to is null"
    )
    assert house.rows(open_rows) == [(ADA.title(), False)]
    assert house.rows("select email from raw_toy.forms where id = 'f4'") == [(ADA,)]
    house.load()
    assert house.rows(open_rows) == [(ADA.title(), False)]
    assert house.rows("select count(*) from raw_toy.people where email is not null") == [(2,)]


def test_erasing_twice_changes_nothing(house: House) -> None:
    house.load(GONE)
    before = house.rows("select * from raw_toy.people order by all")
    house.load(GONE)
    assert house.rows("select * from raw_toy.people order by all") == before
    assert house.rows("select count(*) from ingest.erasure_runs") == [(1,)]


def test_a_key_that_is_an_address_is_hashed(house: House) -> None:
    house.load(person("eve@corp.example", "eve@corp.example", contact="c9"))
    house.load(Forget("people", frozenset({("eve@corp.example",)})))
    assert house.holding("eve@corp.example") == []
    assert house.rows("select count(*) from raw_toy.people where id like 'erased-%'") == [(2,)]
    report = house.load(person("eve@corp.example", "eve@corp.example"))
    assert report.tables["people"].superseded == 1
    assert house.holding("eve@corp.example") == []


def test_what_two_full_lists_lack_is_erased_where_only_erasure_takes_it_off(house: House) -> None:
    def swept(*ids: str) -> Sweep:
        return Sweep("people", frozenset((each,) for each in ids), erased_unless="contact")

    house.load(person("3", "eve@corp.example", contact="c2"))
    house.load(swept("2"))
    assert house.rows("select count(*) from raw_toy.people where is_erased") == [(0,)]
    house.load(swept("2"))
    assert house.holding(ADA) == []
    # The third has only changed its key: its contact lives on under the second.
    assert house.holding("eve@corp.example") == ["raw_toy.people.email"]


def test_a_killed_erasure_is_completed_by_the_next_load(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    for step in ("blank._bury", "blank._hash_anew", "blank._blank_quarantine"):
        with monkeypatch.context() as patch:
            patch.setattr(f"ingestion.erasure.{step}", killed)
            with pytest.raises(KeyboardInterrupt):
                house.load(GONE)
        assert house.holding(ADA)
    house.load()
    assert house.holding(ADA) == []
    assert house.rows("select count(*) from raw_toy.people where is_erased") == [(3,)]


def test_the_instant_of_a_notice_is_utc_and_may_lie_in_the_past(house: House) -> None:
    house.load(Forget("people", frozenset({("1",)}), datetime(2026, 1, 5)))
    found = house.rows("select distinct erased_at from ingest.erasures")
    assert found == [(datetime(2026, 1, 5),)]
