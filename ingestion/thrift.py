"""How much memory and how many threads DuckDB is given while a load lands."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingestion.contract import Source
from ingestion.keys import one
from ingestion.spool import Spooled

# One thread takes a quarter less CPU than two and half their memory: with this much beside it a
# million events land in less than 500 MB. What does not fit is put in the work folder.
_THRIFTY = "set threads = 1; set memory_limit = '128MB'"
# Not everything goes to disk: three million contacts, and 300,000 rows of 3 KB, did not fit in
# 160 MB; half a million short versions, new or all changed, did in 128 MB.
VERSIONS, EVENTS = 500_000, 5_000_000
VERSION_BYTES, BYTES_A_ROW = 128_000_000, 1_000


@contextmanager
def thrift(
    connection: duckdb.DuckDBPyConnection, source: Source, spooled: Spooled, folder: Path
) -> Generator[None]:
    """Spill to `folder`; give little to a load that needs little, everything to any other.

    The settings hold for whoever opens the file in this process while the connection is open, dlt
    too. A source whose load failed under them is given everything from then on: what did not fit
    once would fail again each time.
    """
    connection.execute(f"set temp_directory = '{folder}'")
    failed_once = folder.with_name(f"{folder.name}.failed_in_little_memory")
    if failed_once.exists() or not _is_small(connection, source, spooled):
        yield
        return
    connection.execute(_THRIFTY)
    try:
        yield
    except Exception:
        # dlt tells of a job's failure in words only, so any failure counts.
        failed_once.touch()
        raise


def _is_small(connection: duckdb.DuckDBPyConnection, source: Source, spooled: Spooled) -> bool:
    sizes = {table: _size(spooled.path(table)) for table in source.tables}
    versions = [size for table, size in sizes.items() if table.mode == "versioned"]
    events = [size for table, size in sizes.items() if table.mode == "events"]
    compared = _held(connection, source) + sum(rows for rows, _ in versions)
    return (
        compared <= VERSIONS
        and sum(size for _, size in versions) <= VERSION_BYTES
        and sum(rows for rows, _ in events) <= EVENTS
        and all(size <= max(rows, 1_000) * BYTES_A_ROW for rows, size in sizes.values())
    )


def _size(spool: Path) -> tuple[int, int]:
    """Return the rows of a file and their bytes before compression."""
    if not spool.exists():
        return 0, 0
    told = pq.read_metadata(spool)
    groups = range(told.num_row_groups)
    return told.num_rows, sum(told.row_group(each).total_byte_size for each in groups)


def _held(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    """Return about how many versions the warehouse holds: new ones are compared with them."""
    names = [f"'{each.name}'" for each in source.tables if each.mode == "versioned"]
    return one(
        connection,
        "select sum(estimated_size) from duckdb_tables() where schema_name = "
        f"'raw_{source.name}' and table_name in ({', '.join(names) or 'null'})",
    )
