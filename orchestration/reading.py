"""Opens the warehouse for a look, and says why where a run has it."""

from collections.abc import Generator
from contextlib import contextmanager

import duckdb

from orchestration import lock
from orchestration.house import run_lock
from orchestration.settings import Refused, Settings


def require(settings: Settings) -> None:
    """Raise Refused where there is no warehouse yet."""
    if not settings.warehouse.is_file():
        raise Refused(f"{settings.home} has no warehouse yet; make one with `engineroom run`")


@contextmanager
def in_words(settings: Settings) -> Generator[None]:
    """Raise Refused where the warehouse is not there, or another has it when it is opened."""
    require(settings)
    try:
        yield
    except duckdb.IOException:
        who = lock.holder(run_lock(settings)) or "another program"
        raise Refused(f"the warehouse is busy: {who}; ask again when it has ended") from None


@contextmanager
def warehouse(settings: Settings) -> Generator[duckdb.DuckDBPyConnection]:
    """Yield a read-only connection; raises Refused where there is none or a run is writing."""
    with in_words(settings):
        connection = duckdb.connect(str(settings.warehouse), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether the table exists."""
    row = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return bool(row and row[0])
