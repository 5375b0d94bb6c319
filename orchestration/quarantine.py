"""`engineroom quarantine`: rows that could not be loaded, with their reasons, and another try."""

from uuid import uuid4

import duckdb

from orchestration import accounts, home, reading
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


def replayed(
    settings: Settings, quarantine_id: str | None, source: str | None
) -> tuple[list[str], bool]:
    """Replay one row, a source's rows or all; return the lines to show and whether none is left.

    Holds the house like a run. Raises Refused where there is nothing of that name.
    """
    from ingestion.replay import replay
    from ingestion.sources import SOURCES
    from orchestration.house import checkpoint, occupied, wait_for_warehouse

    names = _asked(settings, quarantine_id, source)
    lines, is_clear = [], True
    run_id = f"replay-{uuid4()}"
    with occupied(settings, run_id):
        wait_for_warehouse(settings)
        for name in names:
            found = replay(
                SOURCES[name],
                warehouse=settings.warehouse,
                work=settings.home / "work",
                pipelines=settings.home / "dlt",
                config=accounts.local_config(settings, name),
                as_of=home.clock(settings),
                run_id=run_id,
                quarantine_id=quarantine_id,
            )
            told = f"{found.loaded:,} loaded, {found.overtaken:,} overtaken by a newer version"
            lines.append(f"{name}: {told}, {sum(found.still_bad.values()):,} still bad")
            lines += [f"{times:>8,}  {reason}" for reason, times in found.still_bad.items()]
            is_clear = is_clear and not found.still_bad
        checkpoint(settings)
    if not lines:
        return ["nothing is in quarantine"], True
    return [*lines, "the marts follow with the next `engineroom run`"], is_clear


def _asked(settings: Settings, quarantine_id: str | None, source: str | None) -> list[str]:
    """Return the sources that hold what was asked for."""
    from ingestion.sources import SOURCES

    if source is not None and source not in SOURCES:
        raise Refused(f"no source is called {source}; there are {', '.join(SOURCES)}")
    with reading.warehouse(settings) as connection:
        if quarantine_id is None:
            waiting = {name for name, *_ in counts(connection)}
            return [name for name in SOURCES if name in waiting and source in (None, name)]
        for name in _sources(connection):
            query = f'select replayed_at from quarantine."{name}" where quarantine_id = ?'
            row = connection.execute(query, [quarantine_id]).fetchone()
            if row and row[0]:
                raise Refused(f"row {quarantine_id} was replayed at {row[0]} already")
            if row:
                return [name]
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
