"""The judge of the fault matrix: one source, one address, one fault, and what became of the rows.

Every source with a session is in it. Its addresses are those that an undisturbed load asks for.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
from live_sandbox import AS_OF, Live

from ingestion.config import sandbox_config
from ingestion.contract import Extraction, Source
from ingestion.errors import LoadFailed
from ingestion.http import Clock
from ingestion.sandbox import faults, row_faults
from ingestion.sources import SOURCES
from ingestion.spool import Spooled, extract
from ingestion.wire import origin

READ = [name for name, source in SOURCES.items() if source.session]
# Each id of a path is one more of the same address.
_ID = re.compile(r"(?<=/)[^/]*\d[^/]*(?=/|$)")
# These give an answer of no use; the same request is asked again, or the load is red.
ONCE = (*faults.INSTEAD, "truncated_json", "null_page", "reset", "short_body", "hang")
# These lose or repeat rows in an answer that looks well.
LOSING = ("empty_page", "skipped_row", "duplicate_row", "next_link_elsewhere", "older_twin")
ROWS = tuple(name for name in (*faults.SPOILED, *row_faults.NAMES) if name not in (*ONCE, *LOSING))
EVERY = tuple(dict.fromkeys((*ONCE, *LOSING, *ROWS)))
# Faults that take a value away; after any other a value that is gone was lost in silence.
_EMPTYING = ("instant_null", "instant_missing", "column_vanishes", "column_all_null", "null_key")


# A record that says it is old is not asked for what only young ones have.
_OLD = ("instant_epoch", "instant_year_one")
_OF_THE_YOUNG = ("post_insights", "media_insights", "video_statistics", "share_statistics")
# What a vendor does not have, or does not show to this account, is told by these.
_ABSENT = "object_not_in_the_org"


@dataclass
class Found:
    """What one extraction left: rows by key a table, quarantined rows a table, and findings."""

    rows: dict[str, dict[str, dict[str, Any]]]
    bad: Counter[str]
    drift: set[tuple[str, str, str]]
    state: dict[str, Any]
    totals: list[tuple[str, str, float, float]]
    asked: list[str] = field(default_factory=list)


def read(live: Live, name: str, folder: Path, state: dict[str, Any] | None = None) -> Found:
    """Read a source from the live sandbox; raises LoadFailed where the load is red."""
    source = SOURCES[name]
    config = sandbox_config(source, {}, live.base)
    assert source.session is not None
    held = dict(state or {})
    with source.session(config, Clock(sleep=lambda _: None)) as http:
        http.timeout = (2.0, 2.0)
        asked = _listen(http)
        ctx = Extraction(config, http, AS_OF, held, sweep_due=not state)
        try:
            spooled = extract(source, ctx, folder, lambda _: None)
        finally:
            strangers = [url for url in asked if origin(url) != origin(live.base)]
            assert not strangers, f"the credentials went to {strangers}"
    return _found(source, spooled, ctx, asked)


def _listen(http: Any) -> list[str]:
    asked: list[str] = []
    send = http._wire.request

    def request(method: str, url: str, **rest: Any) -> Any:
        asked.append(url)
        return send(method, url, **rest)

    http._wire.request = request
    return asked


def _found(source: Source, spooled: Spooled, ctx: Extraction, asked: list[str]) -> Found:
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for table in source.tables:
        held = rows.setdefault(table.name, {})
        path = spooled.path(table)
        for row in pq.read_table(path).to_pylist() if path.exists() else ():
            del row["_seq"]
            key = json.dumps([row[name] for name in table.key], default=str)
            newest = held.get(key)
            if newest is None or not table.order or _instant(newest, row, table.order):
                held[key] = row
    bad = Counter(each.table for each in spooled.bad)
    paths = [urlsplit(url).path for url in asked]
    return Found(rows, bad, set(spooled.drift), ctx.state, ctx.totals, paths)


def _instant(newest: dict[str, Any], row: dict[str, Any], order: str) -> bool:
    return (row[order] or datetime.min) >= (newest[order] or datetime.min)


def addresses(found: Found) -> list[tuple[str, int]]:
    """Return (path, requests to let pass) of each address once; one that serves all, thrice."""
    first: dict[str, tuple[str, int]] = {}
    for path in found.asked:
        shape = _ID.sub("*", path)
        earlier = sum(path in each for each in found.asked[: found.asked.index(path)])
        first.setdefault(shape, (path, earlier))
    listed = list(first.values())
    if len(listed) <= 2:
        path = listed[-1][0]
        listed += [(path, 1), (path, found.asked.count(path) - 1)]
    return listed


def judge(
    live: Live, name: str, address: tuple[str, int], fault: str, whole: Found, folder: Path
) -> str:
    """Return `exact`, `quarantine`, `stored` or `red`; raises AssertionError where it is none."""
    path, after = address
    planted = {"name": fault, "vendor": name, "path": path, "after": after}
    live.control("POST", "faults", planted)
    try:
        found = read(live, name, folder)
    except LoadFailed:
        return "red"
    finally:
        live.control("DELETE", "faults")
    _check_cursors(found)
    outcomes = {_judged(fault, table, whole.rows[table], found) for table in whole.rows}
    return next(each for each in ("quarantine", "stored", "exact") if each in outcomes)


def _check_cursors(found: Found) -> None:
    limit = (AS_OF + timedelta(days=1)).isoformat()
    for name, value in found.state.items():
        if name.startswith("cursor:"):
            assert str(value) <= limit, f"{name} stands at {value}"


def _judged(fault: str, table: str, whole: dict[str, dict[str, Any]], found: Found) -> str:
    rows = found.rows[table]
    missing, fresh = whole.keys() - rows.keys(), rows.keys() - whole.keys()
    unlike = [key for key in whole.keys() & rows.keys() if whole[key] != rows[key]]
    if not missing and not fresh and not unlike:
        return "quarantine" if found.bad[table] else "exact"
    if not rows and (table, "", _ABSENT) in found.drift:
        return "exact"
    assert fault in ROWS, f"{table}: {len(missing)} lost, {len(fresh)} new, {len(unlike)} changed"
    if fault in _OLD and table in _OF_THE_YOUNG:
        return "stored"
    assert len(missing) <= found.bad[table] + len(fresh), f"{table}: {len(missing)} rows are lost"
    if fault not in _EMPTYING:
        for key in unlike:
            lost = [
                column
                for column, value in whole[key].items()
                if value is not None and rows[key][column] is None
            ]
            if rows[key]["_extra"] and not whole[key]["_extra"]:
                continue  # it came under another name and is kept
            told = {column for name, column, _ in found.drift if name == table}
            assert not set(lost) - told, f"{table}: {lost} became empty without a word"
    return "quarantine" if found.bad[table] else "stored"
