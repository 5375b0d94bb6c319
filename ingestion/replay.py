"""Gives rows of quarantine another try, through the source's own types and load.

A row helps itself when what refused it was mended: a mapping, a declared type, a clock that was
ahead. One that is still bad stays, with the reason of today. A version that a newer one has
overtaken since is not put on top of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.audit import ensure_tables
from ingestion.contract import CLOCK_SKEW, Extraction, Page, Source, Table, Yield, in_utc
from ingestion.convert import CONVERT, BadValueError
from ingestion.errors import LoadFailed
from ingestion.keys import same
from ingestion.pipeline import load
from ingestion.typed import type_rows
from ingestion.wire import read_json


@dataclass
class Replayed:
    """What became of the rows of one source: counts, and the reasons of those that stay."""

    source: str
    loaded: int = 0
    overtaken: int = 0
    still_bad: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Held:
    quarantine_id: str
    table: str
    reason: str
    body: str
    quarantined_at: datetime


def replay(
    source: Source,
    *,
    warehouse: Path,
    work: Path,
    pipelines: Path,
    config: Mapping[str, Any],
    as_of: datetime,
    run_id: str,
    quarantine_id: str | None = None,
) -> Replayed:
    """Replay the waiting rows of a source (or one of them) and return what became of them."""
    ensure_tables(warehouse, [source])
    outcome = Replayed(source.name)
    latest = in_utc(as_of) + CLOCK_SKEW
    good: dict[str, list[tuple[_Held, dict[str, Any]]]] = {}
    done: list[str] = []
    with duckdb.connect(str(warehouse)) as connection:
        for held in _waiting(connection, source.name, quarantine_id):
            table = source.table(held.table)
            row, reason = _row(source, table, held, config, latest)
            if row is None:
                _keep_reason(connection, source.name, held, reason)
                outcome.still_bad[reason] = outcome.still_bad.get(reason, 0) + 1
            elif _is_overtaken(connection, source.name, table, row, held.quarantined_at):
                outcome.overtaken += 1
                done.append(held.quarantine_id)
            else:
                good.setdefault(table.name, []).append((held, row))
    if good:
        report = load(
            replace(source, extract=_pages(good), required=(), session=None),
            warehouse=warehouse,
            work=work,
            pipelines=pipelines,
            config=config,
            as_of=as_of,
            run_id=run_id,
            window=(as_of.date(), as_of.date()),
            outcome="replayed",
        )
        for counts in report.tables.values():
            outcome.loaded += counts.loaded + counts.unchanged
            outcome.overtaken += counts.superseded + counts.deduplicated
        done += [held.quarantine_id for rows in good.values() for held, _ in rows]
    _mark(warehouse, source.name, done, as_of)
    return outcome


def _pages(good: Mapping[str, list[tuple[_Held, dict[str, Any]]]]) -> Any:
    def extract(_: Extraction) -> Iterator[Yield]:
        for table, rows in good.items():
            yield Page(table, [row for _, row in rows], is_partial=True)

    return extract


def _waiting(
    connection: duckdb.DuckDBPyConnection, source: str, quarantine_id: str | None
) -> list[_Held]:
    """Return the waiting rows, oldest first, so that the newest of a key comes last."""
    chosen = "" if quarantine_id is None else "and quarantine_id = ?"
    rows = connection.execute(
        "select quarantine_id, table_name, reason, body, quarantined_at "
        f"from quarantine.{source} where replayed_at is null {chosen} "
        "order by quarantined_at, quarantine_id",
        [] if quarantine_id is None else [quarantine_id],
    ).fetchall()
    return [_Held(*row) for row in rows]


def _row(
    source: Source, table: Table, held: _Held, config: Mapping[str, Any], latest: datetime
) -> tuple[dict[str, Any] | None, str]:
    """Return the raw row, or None and why it is still bad."""
    try:
        body = read_json(held.body.encode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return None, held.reason
    if not isinstance(body, dict):
        return None, held.reason
    try:
        row = source.revive(config, body) if source.revive and "cells" in body else body
    except (ValueError, LoadFailed) as error:
        return None, str(error) or held.reason
    typed = type_rows(table, [row], 0, latest.astimezone(UTC).replace(tzinfo=None))
    return (row, "") if typed.rows else (None, typed.bad[0][0])


def _is_overtaken(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: Table,
    row: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Whether a version came since, where nothing in the row says which of two is newer."""
    if table.mode == "events" or table.order:
        return False
    try:
        key = {name: CONVERT[table.column(name).type](row.get(name)) for name in table.key}
    except BadValueError:
        return False
    listed = ", ".join(f'? as "{name}"' for name in key)
    found = connection.execute(
        f"select 1 from raw_{source}.{table.name} as held, (select {listed}) as given "
        f"where {same(table.key, 'held', 'given')} and held._dlt_valid_to is null "
        "and held._dlt_valid_from at time zone 'UTC' > ?",
        [*key.values(), at],
    ).fetchone()
    return found is not None


def _keep_reason(
    connection: duckdb.DuckDBPyConnection, source: str, held: _Held, reason: str
) -> None:
    if reason != held.reason:
        connection.execute(
            f"update quarantine.{source} set reason = ? where quarantine_id = ?",
            [reason, held.quarantine_id],
        )


def _mark(warehouse: Path, source: str, ids: list[str], as_of: datetime) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"update quarantine.{source} set replayed_at = ? "
            "where quarantine_id in (select unnest(from_json(?, '[\"VARCHAR\"]')))",
            [as_of.replace(tzinfo=None), json.dumps(ids)],
        )
        connection.execute("checkpoint")
