"""How each run went, out of Dagster's own events: what it wrote, published, held back and failed.

Kept as state, because Dagster's history is let go after a while. Instants are on the platform's
clock, which is a sandbox home's own: a run is tagged with it when it takes the house. A run that
never took it has no clock, did nothing, and is no row here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration.release import HELD_BACK_BY, VERSION
from orchestration.report_contracts import Upstream
from orchestration.retention import ENDED

SCHEMA = "runs"
AS_OF, READ_AT = "engineroom/as_of", "engineroom/as_of_read_at"
# What a run leaves, table by table; the last is not of a run but of the graph as it is now.
TABLES = {
    "runs": "run_id varchar primary key, as_of timestamp, ended_at timestamp,"
    " published_at timestamp, has_succeeded boolean, is_whole boolean, is_backfill boolean,"
    " updated_at timestamp",
    "written_marts": "run_id varchar, mart varchar",
    "held_groups": "run_id varchar, mart_group varchar, rule_id varchar, table_name varchar",
    "failed_assets": "run_id varchar, step varchar, asset varchar",
    "upstreams": "report varchar, mart_group varchar, mart varchar, source varchar,"
    " upstream varchar, distance bigint, path varchar",
}
_READ = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.STEP_FAILURE,
}
_VERSION = ".".join(VERSION.path)
Rows = dict[str, list[list[Any]]]


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of schema runs."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists {SCHEMA}.{name} ({columns})")


def stamp(instance: dg.DagsterInstance, run_id: str, as_of: datetime) -> None:
    """Tag a run with its clock and the instant at which it was read."""
    told = {AS_OF: as_of.isoformat(), READ_AT: datetime.now(UTC).isoformat()}
    instance.add_run_tags(run_id, told)


def keep(connection: duckdb.DuckDBPyConnection, instance: dg.DagsterInstance) -> int:
    """Add the runs that ended since the last time, in one transaction; return how many."""
    connection.begin()
    ensure_tables(connection)
    row = connection.execute(f"select max(updated_at) from {SCHEMA}.runs").fetchone()
    since = row[0].replace(tzinfo=UTC) if row and row[0] else None
    wanted = dg.RunsFilter(statuses=ENDED, updated_after=since)
    found = [each for each in instance.get_run_records(wanted) if AS_OF in each.dagster_run.tags]
    for record in found:
        run = record.dagster_run
        logs = instance.all_logs(run.run_id, of_type=_READ)
        for table, rows in _rows(record, logs).items():
            add(connection, table, rows)
    connection.commit()
    return len(found)


def replace_upstreams(connection: duckdb.DuckDBPyConnection, rows: list[list[Any]]) -> None:
    """Put what is behind each contracted report in the place of what was."""
    connection.begin()
    ensure_tables(connection)
    connection.execute(f"delete from {SCHEMA}.upstreams")
    add(connection, "upstreams", rows)
    connection.commit()


def upstream_rows(
    found: Iterable[Upstream], marts: Mapping[str, str], sources: Iterable[str]
) -> list[list[Any]]:
    """Return the rows of table upstreams; `marts` gives a mart's group, `sources` what is read.

    A source that is no longer read ages without anybody's fault, so it is none here.
    """
    read = set(sources)
    return [
        [
            each.report,
            marts.get(each.upstream) if each.distance == 0 else None,
            each.upstream.removeprefix("marts.") if each.distance == 0 else None,
            schema if (schema := each.upstream.partition(".")[0]) in read else None,
            each.upstream,
            each.distance,
            each.path,
        ]
        for each in found
    ]


def add(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    """Append rows to a table of the ledger."""
    if rows:
        # By columns: row by row, the thousands of upstreams took seconds.
        columns = [list(column) for column in zip(*rows, strict=True)]
        marks = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"insert into {SCHEMA}.{table} select {marks}", columns)


@dataclass
class _Events:
    """What the events of one run say, assets by name."""

    planned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by step
    written: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    published: float | None = None
    held: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def note(self, entry: dg.EventLogEntry, event: dg.DagsterEvent) -> None:
        """Take in one event."""
        name = ".".join(event.asset_key.path) if event.asset_key else ""
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED:
            self.planned[event.step_key or ""].add(name)
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            self.failed.add(event.step_key or "")
        else:
            self.written.add(name)
            if event.asset_key == VERSION:
                self.published, self.held = entry.timestamp, _held(event)

    @property
    def is_whole(self) -> bool:
        """Whether the run set out to build marts and to publish them."""
        publishing = [names for names in self.planned.values() if _VERSION in names]
        # Publishing writes a mart too, the digests; it builds none.
        building = [names for names in self.planned.values() if _VERSION not in names]
        return bool(publishing) and any(_is_mart(name) for names in building for name in names)


def _rows(record: dg.RunRecord, logs: Iterable[dg.EventLogEntry]) -> Rows:
    """Return the rows of one run, table by table."""
    told = _Events()
    for entry in logs:
        if entry.dagster_event is not None:
            told.note(entry, entry.dagster_event)
    return {
        "runs": [_facts(record, told)],
        "written_marts": [
            [record.dagster_run.run_id, _mart(name)]
            for name in sorted(told.written)
            if _is_mart(name)
        ],
        "held_groups": [
            [record.dagster_run.run_id, group, rule, table]
            for group, rules in sorted(told.held.items())
            for rule, table in sorted({(each["rule"], each["table"]) for each in rules})
        ],
        "failed_assets": [
            [record.dagster_run.run_id, step, name]
            for step in sorted(told.failed)
            for name in sorted(told.planned[step] - told.written)
        ],
    }


def _facts(record: dg.RunRecord, told: _Events) -> list[Any]:
    run, updated = record.dagster_run, record.update_timestamp.astimezone(UTC)
    as_of = datetime.fromisoformat(run.tags[AS_OF])
    shift = as_of.replace(tzinfo=UTC) - datetime.fromisoformat(run.tags[READ_AT])

    def instant(wall: float | None) -> datetime | None:
        return (datetime.fromtimestamp(wall, UTC) + shift).replace(tzinfo=None) if wall else None

    is_backfill = _is_backfill(run)
    return [
        run.run_id,
        as_of,
        instant(record.end_time or updated.timestamp()),
        instant(told.published),
        run.status == dg.DagsterRunStatus.SUCCESS,
        told.is_whole and not is_backfill,
        is_backfill,
        updated.replace(tzinfo=None),
    ]


def _held(event: dg.DagsterEvent) -> dict[str, list[dict[str, str]]]:
    told = event.step_materialization_data.materialization.metadata.get(HELD_BACK_BY)
    return dict(json.loads(str(told.value))) if told else {}


def _is_backfill(run: dg.DagsterRun) -> bool:
    """Whether a run re-read days of the past: it makes no source fresh and delivers nothing."""
    resources: Any = run.run_config.get("resources", {})
    return bool(resources.get("house", {}).get("config", {}).get("window_from"))


def _is_mart(name: str) -> bool:
    return name.startswith(("marts.", "custom."))


def _mart(name: str) -> str:
    """A mart's name as groups have it: one of the user's own keeps `custom.`."""
    return name.removeprefix("marts.")


def mart_assets(marts: Iterable[str]) -> Iterator[str]:
    """Yield the names of marts as assets."""
    for mart in marts:
        yield mart if mart.startswith("custom.") else f"marts.{mart}"
