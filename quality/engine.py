"""Great Expectations on DuckDB: the dialect that makes its SQL expectations work, and one context.

Out of the box every SQL expectation fails on DuckDB: rows are read after the connection closed and
the rollback empties them (measured on 1.24). A dialect that starts no transactions of its own fixes
it. Import this module inside the check only: Great Expectations takes 7 to 8 s to import.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import great_expectations as gx
from duckdb_sqlalchemy import Dialect as DuckDBDialect
from sqlalchemy.dialects import postgresql, registry
from sqlalchemy.pool import StaticPool


class HygieneDialect(DuckDBDialect):
    """DuckDB as Great Expectations needs it: no transactions of its own, PostgreSQL's wording."""

    supports_statement_cache = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An instance attribute, because SQLAlchemy unwraps a class attribute.
        self.dialect = postgresql.dialect

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing: results are read after the connection was given back."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit nothing: the file is open for reading only."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll nothing back: a rollback empties the pending result."""


registry.register("duckdb.hygiene", __name__, "HygieneDialect")


@contextmanager
def data_source(database: Path) -> Generator[Any]:
    """Yield a data source over a DuckDB file opened for reading, and let go of it after.

    Both closes are needed, or this process keeps the file locked for the next writer.
    """
    # The stubs of Great Expectations leave out what its sources accept (progress bars, `kwargs`).
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        name="hygiene",
        connection_string=f"duckdb+hygiene:///{database}",
        create_temp_table=False,
        kwargs={"poolclass": StaticPool, "connect_args": {"read_only": True}},
    )
    try:
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
