"""`engineroom quarantine`: rows that could not be loaded, with their reasons."""

import duckdb

from orchestration import reading
from orchestration.settings import Refused, Settings


def counts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, int]]:
    """Return (source, table, reason, rows) of what waits, most first."""
    found: list[tuple[str, str, str, int]] = []
    for source in _sources(connection):
        found += connection.execute(
            f'select ?, table_name, reason, count(*) from quarantine."{source}"'
            " where replayed_at is null group by all order by count(*) desc, table_name, reason",
            [source],
        ).fetchall()
    return found


def listed(settings: Settings) -> list[str]:
    """Return one line per source, table and reason."""
    with reading.warehouse(settings) as connection:
        found = counts(connection)
        ids = {
            (source, table, reason): _newest(connection, source, table, reason)
            for source, table, reason, _ in found
        }
    if not found:
        return ["nothing is in quarantine"]
    return [
        f"{rows:>8,}  {source}.{table}: {reason} (see `engineroom quarantine show "
        f"{ids[(source, table, reason)]}`)"
        for source, table, reason, rows in found
    ]


def shown(settings: Settings, quarantine_id: str) -> str:
    """Return one row with its body; bodies hold personal data, so they are never listed."""
    with reading.warehouse(settings) as connection:
        for source in _sources(connection):
            row = connection.execute(
                "select table_name, reason, run_id, quarantined_at, replayed_at, body"
                f' from quarantine."{source}" where quarantine_id = ?',
                [quarantine_id],
            ).fetchone()
            if row:
                state = f"replayed at {row[4]}" if row[4] else "waiting"
                return f"{source}.{row[0]}: {row[1]}\nrun {row[2]}, {row[3]} UTC, {state}\n{row[5]}"
    raise Refused(f"no row {quarantine_id!r}; list them with `engineroom quarantine list`")


def _newest(connection: duckdb.DuckDBPyConnection, source: str, table: str, reason: str) -> str:
    row = connection.execute(
        f'select max(quarantine_id) from quarantine."{source}"'
        " where table_name = ? and reason = ? and replayed_at is null",
        [table, reason],
    ).fetchone()
    return str(row[0]) if row else ""


def _sources(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'quarantine' order by 1"
    ).fetchall()
    return [row[0] for row in rows]
