"""Parquet through a fenced DuckDB: its memory is capped, so a page that lies about its size fails.

Rows are fetched a few at a time and counted: one stored value can stand for millions of rows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from ingestion.errors import LoadFailed

MAX_ROWS = 20_000_000
MAX_UNPACKED = 2 * 1024**3
# A megabyte a value is the most that quarantine keeps; 64 of them are held at once.
ROWS_AT_ONCE = 64
_FENCE: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "threads": "1",
    "temp_directory": "",
}
_REMEDY = "Nothing of it was loaded: export it anew or take it out of the inbox, then run again."


def read_parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield row numbers from 1 and rows; raises LoadFailed past the caps or where it is broken."""
    if any(mark in path.name for mark in "*?["):
        raise LoadFailed(f"file_drops: {path.name} has *, ? or [ in its name. Rename it.")
    try:
        yield from _rows(path)
    except duckdb.Error as error:
        said = str(error).splitlines()[0][:200]
        raise LoadFailed(
            f"file_drops: {path.name} cannot be read ({type(error).__name__}: {said}). {_REMEDY}"
        ) from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with duckdb.connect(":memory:", config=_FENCE) as connection:
        found = connection.execute("select * from read_parquet(?)", [str(path)])
        names = [each[0] for each in found.description or []]
        number, size = 0, 0
        while rows := found.fetchmany(ROWS_AT_ONCE):
            for values in rows:
                number += 1
                size += sum(len(each) if isinstance(each, str | bytes) else 8 for each in values)
                if number > MAX_ROWS or size > MAX_UNPACKED:
                    raise LoadFailed(
                        f"file_drops: {path.name} unpacks to more than {MAX_ROWS:,} rows or "
                        f"{MAX_UNPACKED:,} bytes. {_REMEDY}"
                    )
                yield number, dict(zip(names, values, strict=True))
