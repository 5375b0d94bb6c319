"""Rewrites the warehouse after an erasure: DuckDB leaves what was deleted in blocks that it frees.

Due once a run has published, as every table is then built without the erased values. The copy is
checked against the original and takes its place in one step, with its own word that it was made.
"""

import os
import shutil

import duckdb

from orchestration.settings import Settings


def is_due(settings: Settings, run_id: str) -> bool:
    """Whether this run published, and something was erased since the last rewriting."""
    current = settings.published / "current"
    if not current.exists() or current.resolve().name != run_id:
        return False
    with duckdb.connect(str(settings.warehouse)) as connection:
        found = connection.execute(
            "select 1 from ingest.erasure_runs where compacted_at is null limit 1"
        ).fetchone()
    return found is not None


def compact(settings: Settings) -> None:
    """Put a fresh copy in the warehouse's place; raises RuntimeError where the copy differs.

    May be killed at any moment and repeated. Call it with the run lock held.
    """
    fresh = settings.warehouse.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{settings.warehouse}' as held (read_only)")
        connection.execute(f"attach '{fresh}' as fresh")
        connection.execute("copy from database held to fresh")
        if counts(connection, "held") != counts(connection, "fresh"):
            fresh.unlink()
            raise RuntimeError(f"the copy of {settings.warehouse} differs; it was left as it is")
        connection.execute(
            "update fresh.ingest.erasure_runs set compacted_at = erased_at"
            " where compacted_at is null"
        )
        connection.execute("checkpoint fresh")
    fresh.replace(settings.warehouse)
    folder = os.open(settings.home, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    for leftover in (settings.home / "work").iterdir():
        shutil.rmtree(leftover, ignore_errors=True)


def counts(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    """Return rows per table of an attached database, views by their definition."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? order by all",
        [database],
    ).fetchall()
    found = {}
    for schema, table in tables:
        row = connection.execute(f'select count(*) from {database}."{schema}"."{table}"').fetchone()
        found[f"{schema}.{table}"] = int(row[0]) if row else 0
    views = connection.execute(
        "select schema_name || '.' || view_name from duckdb_views()"
        " where database_name = ? and not internal",
        [database],
    ).fetchall()
    return found | {name: -1 for (name,) in views}
