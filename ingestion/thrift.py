"""How much memory and how many threads DuckDB is given while a load lands."""

from pathlib import Path

import duckdb

from ingestion.contract import Source
from ingestion.keys import one
from ingestion.spool import Spooled

# One thread takes a quarter less CPU than two and half their memory: with this much beside it a
# million events land in less than 500 MB. What does not fit is put in the work folder.
_THRIFTY = "set threads = 1; set memory_limit = '160MB'"
# Versions are compared by windows and by `not in`, which not everywhere go to disk: three million
# contacts did not fit in 160 MB, 400,000 did with room to spare. Events are joined, which does.
VERSIONS, EVENTS = 500_000, 5_000_000


def be_thrifty(
    connection: duckdb.DuckDBPyConnection, source: Source, spooled: Spooled, folder: Path
) -> None:
    """Spill to `folder`; give little to a load that needs little, everything to any other.

    The settings hold for whoever opens the file in this process while the connection is open, dlt
    too.
    """
    connection.execute(f"set temp_directory = '{folder}'")
    versions = [table.name for table in source.tables if table.mode == "versioned"]
    events = [table.name for table in source.tables if table.mode == "events"]
    named = ", ".join(f"'{name}'" for name in versions) or "''"
    held = one(
        connection,
        "select sum(estimated_size) from duckdb_tables() "
        f"where schema_name = 'raw_{source.name}' and table_name in ({named})",
    )
    compared = held + sum(spooled.yielded.get(name, 0) for name in versions)
    if compared <= VERSIONS and sum(spooled.yielded.get(name, 0) for name in events) <= EVENTS:
        connection.execute(_THRIFTY)
