"""Removes history that config/retention.yml lets go, at the end of a run, and tells what went."""

import shutil
from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb

from ingestion.contract import Source, Table
from ingestion.sources import SOURCES
from orchestration import rules
from orchestration.settings import Refused, Settings
from quality import issues

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
# Models read the closed versions of these, besides days that platforms restate.
IN_USE = {("file_drops", "contacts"), ("file_drops", "deals")}
# A refusal that was written over later is told by the version that held it, which never goes.
_LEFT = "status in ('unsubscribed', 'archived')"
_SOLD_TO = "has_opted_out_of_email or do_not_call"
REFUSES = {
    ("hubspot", "contacts"): "properties__hs_email_optout = 'true'",
    ("salesforce", "leads"): _SOLD_TO,
    ("salesforce", "contacts"): _SOLD_TO,
    ("salesforce", "individuals"): (
        "has_opted_out_solicit or has_opted_out_processing or has_opted_out_profiling"
        " or has_opted_out_tracking"
    ),
    ("mailchimp", "members"): _LEFT,
    ("klaviyo", "profiles"): (
        "'UNSUBSCRIBED' in (email_consent, sms_consent) or email_suppressions like '%reason%'"
    ),
    ("file_drops", "contacts"): "is_unsubscribed",
    ("file_drops", "members"): _LEFT,
}


def apply(
    settings: Settings, as_of: datetime, instance: dg.DagsterInstance | None, run_id: str
) -> list[str]:
    """Remove what is older than the rules keep; return a line for each kind that lost any.

    Call it with the run lock held. `as_of` is the run's clock; Dagster's store goes by the wall.
    """
    told = rules.read(settings.config, "retention")["retention"]
    unknown = sorted(set(told["keep_versions_days"]) - set(SOURCES))
    if unknown:
        raise Refused(
            f"config/retention.yml names no source that there is: {', '.join(unknown)}; there are "
            f"{', '.join(SOURCES)}"
        )
    gone: dict[str, int] = {}
    with duckdb.connect(str(settings.warehouse)) as connection:
        for name, days in told["keep_versions_days"].items():
            gone[f"closed versions of {name}"] = _versions(
                connection, SOURCES[name], as_of, days, in_use=told["keep_versions_in_use"]
            )
        gone["replayed rows of quarantine"] = _replayed(
            connection, as_of, told["replayed_rows_days"]
        )
        if days := told["resolved_issues_days"]:
            gone["resolved issues"] = issues.forget(connection, as_of - timedelta(days=days))
    gone["folders of finished loads"] = _packages(settings)
    if instance:
        gone["runs of Dagster's history"] = _runs(instance, told["run_history_days"], run_id)
    return [f"retention: {count:,} {what} removed" for what, count in gone.items() if count]


def is_kept(source: Source, table: Table, *, in_use: bool) -> bool:
    """Whether every version of a table stays."""
    read = table.reads_days or (source.name, table.name) in IN_USE
    return table.mode != "versioned" or (in_use and read)


def _versions(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    as_of: datetime,
    days: int,
    *,
    in_use: bool,
) -> int:
    if not days:
        return 0
    return sum(
        _deleted(
            connection,
            f"raw_{source.name}.{table.name}",
            "_dlt_valid_to at time zone 'UTC' < ?"
            f" and not coalesce({REFUSES.get((source.name, table.name), 'false')}, false)",
            as_of - timedelta(days=days),
        )
        for table in source.tables
        if not is_kept(source, table, in_use=in_use)
    )


def _replayed(connection: duckdb.DuckDBPyConnection, as_of: datetime, days: int) -> int:
    if not days:
        return 0
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'quarantine' order by 1"
    ).fetchall()
    before = as_of - timedelta(days=days)
    return sum(
        _deleted(connection, f'quarantine."{name}"', "replayed_at < ?", before) for (name,) in rows
    )


def _deleted(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, before: datetime
) -> int:
    row = connection.execute(f"delete from {table} where {condition}", [before]).fetchone()
    return int(row[0]) if row else 0


def _packages(settings: Settings) -> int:
    """Remove what dlt keeps of loads that ended; cursors are in the warehouse."""
    found = list((settings.home / "dlt").glob("*/load/loaded/*"))
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def _runs(instance: dg.DagsterInstance, days: int, run_id: str) -> int:
    if not days:
        return 0
    before = datetime.now(UTC) - timedelta(days=days)
    old = instance.get_run_records(dg.RunsFilter(statuses=ENDED, created_before=before), limit=500)
    ids = [each.dagster_run.run_id for each in old if each.dagster_run.run_id != run_id]
    for each in ids:
        instance.delete_run(each)
    return len(ids)
