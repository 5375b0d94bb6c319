"""Loads that go on from cursors hold what one load of everything holds: nothing late is missed.

That it holds for every source, test_connectors.py says; here, that without lag and lookback, or
without the merge, it would not.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from live_sandbox import AS_OF, Live, serving

from ingestion import delivery
from ingestion.config import sandbox_config
from ingestion.errors import LoadFailed
from ingestion.http import Clock
from ingestion.pipeline import load
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow
FORGETFUL = dict.fromkeys(
    ("lag_minutes", "lookback_days", "long_lookback_days", "snapshot_days"), 0
) | {"sweep_days": 1000}
EARLIER = AS_OF - timedelta(days=21)


@pytest.fixture(scope="module")
def moving() -> Iterator[Live]:
    with serving(seed=11, scale=0.02) as live:
        yield live


def _load(live: Live, source: str, home: Path, at: datetime, **settings: Any) -> None:
    live.world.clock = int(at.timestamp() * 1000)
    load(
        source,
        warehouse=home / "warehouse.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config={**sandbox_config(SOURCES[source], {}, live.base), **settings},
        as_of=at,
        run_id=f"run-{at:%Y%m%d%H}",
        clock=Clock(sleep=lambda _: None),
    )


def _rows(source: str, home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is open and alive of each table, less what says nothing of the record."""
    found = {}
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        for table in SOURCES[source].tables:
            names = ", ".join(f'"{each.name}"' for each in table.own_columns if not each.volatile)
            alive = "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
            query = f"select {names} from raw_{source}.{table.name} "
            query += alive if table.mode == "versioned" else ""
            found[table.name] = connection.execute(f"{query} order by all").fetchall()
    return found


def _in_two(live: Live, source: str, home: Path, **settings: Any) -> dict[str, list[Any]]:
    _load(live, source, home, EARLIER, **settings)
    for hours in (0, 1):
        _load(live, source, home, AS_OF + timedelta(hours=hours), **settings)
    return _rows(source, home)


def _unlike(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> set[str]:
    """Return the tables in which the later lacks a row of the earlier, or holds one twice."""
    return {
        name
        for name, rows in one.items()
        # What is said of each answer, of the days that were asked for together, is not of a row.
        if name != "report_days"
        and (not set(rows) <= set(other[name]) or len(set(other[name])) < len(other[name]))
    }


def test_without_lag_and_lookback_it_turns_red(moving: Live, tmp_path: Path) -> None:
    _load(moving, "google_ads", tmp_path / "once", AS_OF + timedelta(hours=1))
    found = _in_two(moving, "google_ads", tmp_path / "twice", **FORGETFUL)
    assert _unlike(_rows("google_ads", tmp_path / "once"), found)


def test_without_the_merge_it_turns_red(
    moving: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = delivery._resource

    def appended(*arguments: Any) -> Any:
        made = real(*arguments)
        made.apply_hints(write_disposition="append")
        return made

    monkeypatch.setattr(delivery, "_resource", appended)
    with pytest.raises(LoadFailed, match=r"two open versions|landed"):
        _in_two(moving, "mailchimp", tmp_path)
