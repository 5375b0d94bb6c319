"""`engineroom status`: the last run, how fresh each source is, what is blocked or in quarantine."""

from datetime import datetime
from typing import Any

import duckdb

from orchestration import alerts, home, lock, quarantine, reading
from orchestration.house import run_lock
from orchestration.settings import Settings


def report(settings: Settings) -> tuple[list[str], bool]:
    """Return the lines to show, and whether all is well."""
    if not (settings.home / "home.json").exists():
        return [f"{settings.home} is no home yet; make one with `engineroom run`"], False
    lines = [f"home        {settings.home} ({home.kind_of(settings)})"]
    running = lock.is_held(run_lock(settings))
    if running:
        lines.append(f"running     {lock.holder(run_lock(settings))}")
    lines += [_published(settings)]
    is_well = (settings.published / "current").exists()
    if running:
        lines.append("freshness   unknown while a run writes; ask again when it has ended")
    elif settings.warehouse.exists():
        with reading.warehouse(settings) as connection:
            fresh, loads_are_well = _sources(connection)
            held = quarantine.counts(connection)
            blocked = _blocked(connection)
        lines += fresh
        is_well = is_well and loads_are_well and not blocked
        lines += [f"blocked     {each}" for each in blocked]
        lines.append(f"quarantine  {sum(row[3] for row in held):,} rows")
    incidents = alerts.open_incidents(settings)
    for key, incident in incidents.items():
        lines.append(f"incident    {key} since {incident['opened_at']}: {incident['message']}")
    return lines, is_well and not incidents


def _published(settings: Settings) -> str:
    current = settings.published / "current"
    if not current.exists():
        return "published   nothing yet"
    with duckdb.connect(str(current.resolve() / "engineroom.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "select max(as_of) from marts.rpt_run_digests where run_id = ?",
            [current.resolve().name],
        ).fetchone()
    as_of: Any = row[0] if row else None
    return f"published   run {current.resolve().name}, as of {_shown(as_of)}"


def _sources(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], bool]:
    if not reading.has_table(connection, "ingest", "loads"):
        return ["sources     none was loaded yet"], False
    rows = connection.execute(
        """
        select source, max(as_of) filter (status = 'succeeded'),
            arg_max(status, (as_of, status)), arg_max(message, (as_of, status))
        from ingest.loads where status <> 'replayed' group by source order by source
        """
    ).fetchall()
    lines = []
    for source, good, status, message in rows:
        told = "" if status == "succeeded" else f"; the last load failed: {message}"
        lines.append(f"source      {source:<16} last good load {_shown(good)}{told}")
    return lines, all(row[2] == "succeeded" for row in rows)


def _blocked(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Blocking rules that were broken when their gate was last judged."""
    if not reading.has_table(connection, "quality", "results"):
        return []
    rows = connection.execute(
        """
        select gate, rule_id, message from quality.results
        where not passed and severity = 'blocking'
            and (gate, run_id) in (
                -- Rows are added as gates are judged; two runs may share their as_of.
                select (gate, arg_max(run_id, rowid)) from quality.results group by gate
            )
        order by gate, rule_id
        """
    ).fetchall()
    return [f"gate {gate}: {rule_id}: {message}" for gate, rule_id, message in rows]


def _shown(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "never"
