"""What became of contracted reports: the models as they stand in the project, on any warehouse."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import whole_runs

from benchmarks.model_sql import rendered
from orchestration import definitions, rooms, run_ledger, schedules, transform

MODELS = (
    "stg_config__company",
    "stg_config__holidays",
    "stg_config__reports",
    "stg_ingest__loads",
    "stg_runs__runs",
    "stg_runs__written_marts",
    "stg_runs__held_groups",
    "stg_runs__failed_assets",
    "stg_runs__upstreams",
    "int_core__calendar",
    "int_operations__due_instants",
    "int_operations__source_ages",
    "int_operations__report_versions",
    "int_operations__deliveries",
    "int_operations__stale_causes",
    "int_operations__late_causes",
    "fct_report_deliveries",
    "rpt_report_timeliness",
)


class Told(NamedTuple):
    """What became of a report that was due, and why."""

    status: str
    cause: str | None = None
    culprit: str | None = None
    blame_path: str | None = None


def build(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Build the models in temporary tables of an open warehouse, as of an instant."""
    for model in MODELS:
        connection.execute(f"create or replace temp table {model} as {_sql(model, as_of)}")


@cache
def _sql(model: str, as_of: datetime) -> str:
    return rendered(model, as_of=f"{as_of}", source=lambda schema, table: f"{schema}.{table}")


def found(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, datetime], Told]:
    """Return what the models say of each report and instant."""
    rows = connection.execute(
        "select report, due_at, status, cause, culprit, blame_path from fct_report_deliveries"
    ).fetchall()
    assert len(rows) == len({row[:2] for row in rows})
    return {(report, due_at): Told(*told) for report, due_at, *told in rows}


def of_home(home: Path, as_of: datetime, parsed: Any = None) -> dict[tuple[str, datetime], Told]:
    """Return what became of the reports of a finished home, by the events of its own runs."""
    settings = whole_runs.settings_of(home)
    parsed = parsed or transform.manifest(settings)
    job = definitions.build(settings, parsed).get_repository_def().get_job(schedules.JOB)
    upstreams = rooms.behind_reports(settings, parsed, job.asset_layer.asset_graph)
    with duckdb.connect(str(settings.warehouse)) as connection:
        with whole_runs.instance_of(home) as instance:
            run_ledger.keep(connection, instance)
        run_ledger.replace_upstreams(connection, upstreams)
        build(connection, as_of)
        return found(connection)
