"""`engineroom status`: the last run, how fresh each source is, what is blocked or in quarantine."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration import alerts, drift, groups, held, home, lock, quarantine, reading
from orchestration.house import run_lock
from orchestration.settings import Settings

# Dagster's states in the words of a reader; any other is a run that has not ended.
ENDED = {
    dg.DagsterRunStatus.SUCCESS: "success",
    dg.DagsterRunStatus.FAILURE: "failure",
    dg.DagsterRunStatus.CANCELED: "failure",
}


def report(settings: Settings) -> tuple[list[str], bool]:
    """Return the lines to show, and whether all is well."""
    if not (settings.home / "home.json").exists():
        return [f"{settings.home} is no home yet; make one with `engineroom run`"], False
    lines = [f"home        {settings.home} ({home.kind_of(settings)})"]
    running = lock.is_held(run_lock(settings))
    if running:
        lines.append(f"running     {lock.holder(run_lock(settings))}")
    told, ended_well = _last_run(settings, is_running=running)
    lines += [*told, *_published(settings)]
    is_well = ended_well and (settings.published / "current").exists()
    if running:
        lines.append("freshness   unknown while a run writes; ask again when it has ended")
    elif settings.warehouse.exists():
        with reading.warehouse(settings) as connection:
            fresh, loads_are_well = _sources(connection)
            held = quarantine.counts(connection)
            blocked = _blocked(connection)
        lines += fresh
        is_well = is_well and loads_are_well and all(each.is_overridden for each in blocked)
        lines += [
            f"{'overridden' if each.is_overridden else 'blocked':<12}"
            f"gate {each.gate}: {each.rule_id}: {each.message}"
            for each in blocked
        ]
        lines.append(f"quarantine  {sum(row[3] for row in held):,} rows")
        lines += [f"drift       {each}" for each in drift.told(settings)]
    incidents = alerts.open_incidents(settings)
    for key, incident in incidents.items():
        lines.append(f"incident    {key} since {incident['opened_at']}: {incident['message']}")
    return lines, is_well and not incidents


def _last_run(settings: Settings, *, is_running: bool) -> tuple[list[str], bool]:
    """Return the lines on the run that was started last, and whether it is or ended well."""
    # A fresh Dagster home is made by a run, under its lock: two that make one would race.
    if not (settings.dagster_home / "history" / "runs.db").exists():
        return ["last run    none yet"], False
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        records = instance.get_run_records(limit=1)
        if not records:
            return ["last run    none yet"], False
        run = records[0].dagster_run
        stats = {each.step_key: each.status for each in instance.get_run_step_stats(run.run_id)}
        planned = _planned(instance, run)
    # With the lock free nobody is at work: a run without an end died without a word.
    state = ENDED.get(run.status, "running" if is_running else "failure")
    ended = f"ended {_wall(records[0].end_time)}" if records[0].end_time else "not ended"
    began = _wall(records[0].start_time or records[0].create_timestamp.timestamp())
    lines = [f"last run    {run.run_id} {state}, started {began}, {ended}"]
    if state == "failure":
        lines += [
            f"failed      step {key}"
            for key, status in stats.items()
            if status and status.value == "FAILURE"
        ]
        missed = [key for key in planned if key not in stats]
        lines += [f"blocked     steps that were not reached: {', '.join(missed)}"] if missed else []
    return lines, state != "failure"


def _planned(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    """Return the steps that the run set out to do; one that died at its start has no plan."""
    if not run.execution_plan_snapshot_id:
        return []
    snapshot = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    return list(snapshot.step_keys_to_execute)


def _wall(seconds: float) -> str:
    return _shown(datetime.fromtimestamp(seconds, UTC))


def _published(settings: Settings) -> list[str]:
    """The version that is served, and which groups of marts in it are older than it."""
    current = settings.published / "current"
    if not current.exists():
        return ["published   nothing yet"]
    with duckdb.connect(str(current.resolve() / "engineroom.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "select max(as_of) from marts.rpt_run_digests where run_id = ?",
            [current.resolve().name],
        ).fetchone()
        kept = held.told(connection)
    as_of: Any = row[0] if row else None
    return [f"published   run {current.resolve().name}, as of {_shown(as_of)}", *kept]


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


def _blocked(connection: duckdb.DuckDBPyConnection) -> list[groups.Broken]:
    """Blocking rules that were broken when their gate was last judged."""
    if not reading.has_table(connection, "quality", "results"):
        return []
    return groups.broken_in(connection)


def _shown(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "never"
