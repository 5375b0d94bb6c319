"""Drives a source and spools its rows, typed, to one Parquet file a table: memory stays bounded."""

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.audit import QuarantinedRow
from ingestion.columnar import type_columns
from ingestion.contract import CLOCK_SKEW, Bad, Extraction, Forget, Page, Source, Sweep, Table
from ingestion.errors import LoadFailed
from ingestion.keys import JOINER
from ingestion.typed import arrow_schema

# Rows wait to be typed together: a page of 50 costs as much by column as one of 5,000. 10,000 rows
# of 30 columns are about 30 MB as dicts.
ROWS_PER_BATCH = 10_000
Progress = Callable[[str], None]


@dataclass
class Spooled:
    """What extraction left in the work folder: files, and what the reduction must know.

    `units`, `held` and `swept` are keys as joined text, each unit with the number of the page that
    covered it; `scopes` are SQL conditions of the sweeps; of the tables in `nameless` a row came
    whose key cannot be read. `forgotten` are the privacy deletes.
    """

    folder: Path
    yielded: dict[str, int] = field(default_factory=dict)
    bad: list[QuarantinedRow] = field(default_factory=list)
    drift: dict[tuple[str, str, str], int] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    units: dict[str, dict[str, int]] = field(default_factory=dict)
    pages: int = 0
    held: dict[str, set[str]] = field(default_factory=dict)
    swept: dict[str, set[str]] = field(default_factory=dict)
    scopes: dict[str, set[str]] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    forgotten: list[Forget] = field(default_factory=list)
    erasing: dict[str, str] = field(default_factory=dict)
    _writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)

    def path(self, table: Table) -> Path:
        """Return the file of the table's rows."""
        return self.folder / f"{table.name}.spool.parquet"

    def quarantined(self, table: str) -> int:
        """Return how many rows of the table went to quarantine."""
        return sum(row.table == table for row in self.bad)

    def vanished(self, table: Table) -> list[str]:
        """Return the declared columns that no row of this load named, if any row came."""
        if table.name not in self.seen:
            return []
        seen = self.seen[table.name]
        return [column.name for column in table.own_columns if column.name not in seen]

    def is_idle(self, table: Table) -> bool:
        """Whether nothing came for the table that its rows could be compared with."""
        named = table.name in self.units or table.name in self.scopes
        return table.name not in self._writers and not (named and table.mode == "versioned")

    def note(self, table: str, column: str, kind: str, times: int) -> None:
        """Count a finding for the drift report."""
        key = (table, column, kind)
        self.drift[key] = self.drift.get(key, 0) + times

    def write(self, table: Table, rows: pa.Table) -> None:
        """Append typed rows to the table's file."""
        if table.name not in self._writers:
            self._writers[table.name] = pq.ParquetWriter(
                self.path(table), arrow_schema(table), compression="zstd"
            )
        self._writers[table.name].write_table(rows)

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()


def extract(source: Source, extraction: Extraction, folder: Path, said: Progress) -> Spooled:
    """Return everything that the source yields, typed or in quarantine, spooled to `folder`."""
    spooled = Spooled(folder)
    with _collecting_seldom():
        _read(source, extraction, spooled, said)
    pa.default_memory_pool().release_unused()
    for (name, column, what), times in extraction.counted.items():
        spooled.note(name, column, what, times)
    return spooled


@contextmanager
def _collecting_seldom() -> Generator[None]:
    """Let Python look for circular garbage seldom: rows have none, and there are millions of them.

    At its usual pace it took a third of the time of reading them.
    """
    before = gc.get_threshold()
    gc.set_threshold(ROWS_PER_BATCH * 20, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _read(source: Source, extraction: Extraction, spooled: Spooled, said: Progress) -> None:
    latest = (extraction.as_of + CLOCK_SKEW).astimezone(UTC).replace(tzinfo=None)
    waiting = {table.name: _Waiting(table, latest) for table in source.tables}
    try:
        for item in source.extract(extraction):
            table = source.table(item.table)
            match item:
                case Page():
                    _take(spooled, item, waiting[table.name])
                case Bad():
                    spooled.yielded[table.name] = spooled.yielded.get(table.name, 0) + 1
                    spooled.bad.append(QuarantinedRow(table.name, item.reason, item.body))
                case Sweep():
                    swept = (JOINER.join(key) for key in item.keys)
                    spooled.swept.setdefault(table.name, set()).update(swept)
                    spooled.scopes.setdefault(table.name, set()).add(_condition(table, item))
                    if item.erased_unless:
                        spooled.erasing[table.name] = item.erased_unless
                case Forget():
                    spooled.forgotten.append(item)
            if len(waiting[table.name].rows) >= ROWS_PER_BATCH:
                waiting[table.name].type_all(spooled)
                said(f"{source.name} {table.name}: {spooled.yielded[table.name]:,} rows read")
        for table in source.tables:
            waiting[table.name].type_all(spooled)
            if not spooled.is_idle(table):
                spooled.write(table, arrow_schema(table).empty_table())
            for column in spooled.vanished(table):
                spooled.note(table.name, column, "vanished", spooled.yielded[table.name])
    except UnicodeEncodeError as error:
        # Rows can wait in quarantine, but an id of half a letter cannot be asked about.
        raise LoadFailed(
            f"{source.name}: the vendor told a name or an id that is no UTF-8 text, and what hangs"
            " on it cannot be asked for. Nothing was lost: run again when the vendor has mended it."
        ) from error
    finally:
        spooled.close()


@dataclass
class _Waiting:
    """Rows of one table that are yet to be typed, `first` being the number of the first one."""

    table: Table
    latest: datetime
    rows: list[dict[str, Any]] = field(default_factory=list)
    first: int = 0

    def add(self, rows: list[dict[str, Any]], first: int) -> None:
        if not self.rows:
            self.first = first
        self.rows += rows

    def type_all(self, spooled: Spooled) -> None:
        """Type the rows and write them; what is told of them goes to the account."""
        name, rows = self.table.name, self.rows
        if not rows:
            return
        found, told = type_columns(self.table, rows, self.first, self.latest)
        self.rows = []
        spooled.bad += [QuarantinedRow(name, *bad) for bad in told.bad]
        spooled.held.setdefault(name, set()).update(JOINER.join(key) for key in told.held)
        if told.nameless:
            spooled.nameless.add(name)
        if len(found):
            spooled.seen.setdefault(name, set()).update(told.seen)
        for (column, kind), times in told.drift.items():
            spooled.note(name, column, kind, times)
        spooled.write(self.table, found)


def _take(spooled: Spooled, page: Page, waiting: _Waiting) -> None:
    table = waiting.table
    first = spooled.yielded.get(table.name, 0)
    spooled.yielded[table.name] = first + len(page.rows)
    spooled.pages += 1
    if page.is_partial:
        spooled.partial.add(table.name)
    if page.units:
        units = (JOINER.join(str(part) for part in unit) for unit in page.units)
        spooled.units.setdefault(table.name, {}).update(dict.fromkeys(units, spooled.pages))
    if isinstance(page.rows, pa.Table):
        fitting = _fitting(table, page.rows, first)
        if fitting is not None:
            waiting.type_all(spooled)
            spooled.seen.setdefault(table.name, set()).update(page.rows.column_names)
            spooled.write(table, fitting)
            return
    rows = page.rows.to_pylist() if isinstance(page.rows, pa.Table) else page.rows
    waiting.add(rows, first)


def _fitting(table: Table, rows: pa.Table, first: int) -> pa.Table | None:
    """Return arrow rows in the table's schema, or None where a row needs a closer look."""
    schema = arrow_schema(table)
    if not set(rows.column_names) <= {column.name for column in table.columns} or table.order:
        return None
    if any(column.type in ("money", "micros") for column in table.columns):
        return None
    filled = {}
    for each in schema:
        if each.name in rows.column_names:
            try:
                filled[each.name] = rows[each.name].cast(each.type)
            except pa.ArrowInvalid:
                return None
        else:
            filled[each.name] = pa.nulls(len(rows), each.type)
    for name in table.key:
        if filled[name].null_count:
            return None
    for column in table.columns:
        if column.type == "double":
            numbers = filled[column.name].drop_null().to_numpy()
            if not np.isfinite(numbers).all():
                return None
    filled["_seq"] = pa.array(np.arange(first, first + len(rows)))
    if "is_deleted" not in rows.column_names:
        filled["is_deleted"] = pa.array(np.zeros(len(rows), dtype=bool))
    return pa.table(filled, schema=schema)


def _condition(table: Table, sweep: Sweep) -> str:
    """Return the SQL that says which open rows a sweep speaks of."""
    parts = []
    for name, value in sweep.scope:
        text = value.replace("'", "''")
        parts.append(f"cast(held.\"{table.column(name).name}\" as varchar) = '{text}'")
    return " and ".join(parts) or "true"
