"""What was erased leaves the warehouse's bytes too, and nothing else changes."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.contract import Column, Forget, Page, Source, Table, columns
from ingestion.pipeline import load
from orchestration import compaction
from orchestration.settings import Settings

ADDRESS = "a.person.whose.address.is.searched.for@corp.example"
PEOPLE = Table("people", "versioned", ("id",), (*columns("id"), Column("email", pii=True)))


def loaded(home: Path, day: int, *items: Page | Forget) -> None:
    load(
        Source("toy", "crm", "Toy", (PEOPLE,), lambda _: iter(items)),
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config={},
        as_of=datetime(2026, 7, day, tzinfo=UTC),
        run_id=f"run-{day}",
    )


def bytes_with(home: Path, text: str) -> set[str]:
    """Return the files of a home in which the text stands."""
    found = (path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)) for path in found if text.encode() in path.read_bytes()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rows = [{"id": str(number), "email": f"{number}@corp.example"} for number in range(5)]
    loaded(tmp_path, 1, Page("people", [*rows, {"id": "x", "email": ADDRESS}]))
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create sequence numbers; create view looked as from raw_toy.people")
        connection.execute("select nextval('numbers')")
        # An incremental model loses the rows; packed text would not be found by its bytes.
        connection.execute("set force_compression = 'uncompressed'")
        email = f"case when i % 10 = 0 then '{ADDRESS}' else cast(uuid() as varchar) end"
        connection.execute(
            f"create table built as select i, {email} as email from range(9999) t(i)"
        )
        connection.execute("checkpoint")
        connection.execute("delete from built where i % 10 = 0")
    loaded(tmp_path, 2, Forget("people", frozenset({("x",)})))
    (tmp_path / "published" / "versions" / "run-2").mkdir(parents=True)
    (tmp_path / "published" / "current").symlink_to(Path("versions") / "run-2")
    return Settings(home=tmp_path)


def test_it_is_due_once_a_run_has_published_without_the_data(settings: Settings) -> None:
    assert not compaction.is_due(settings, "run-1")
    assert compaction.is_due(settings, "run-2")
    compaction.compact(settings)
    assert not compaction.is_due(settings, "run-2")


def test_no_byte_of_the_address_is_left(settings: Settings) -> None:
    assert bytes_with(settings.home, ADDRESS) == {"warehouse.duckdb"}
    compaction.compact(settings)
    assert bytes_with(settings.home, ADDRESS) == set()
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute("select count(*) from looked").fetchone() == (7,)
        assert connection.execute("select nextval('numbers')").fetchone() == (2,)
    loaded(settings.home, 3, Page("people", [{"id": "x", "email": ADDRESS}]))
    assert bytes_with(settings.home, ADDRESS) == set()


def test_a_copy_that_differs_takes_no_ones_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([{"raw_toy.people": 1}, {"raw_toy.people": 2}])
    monkeypatch.setattr(compaction, "counts", lambda *_: next(told))
    before = settings.warehouse.read_bytes()
    with pytest.raises(RuntimeError, match="differs"):
        compaction.compact(settings)
    assert settings.warehouse.read_bytes() == before
