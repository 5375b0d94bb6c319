"""When runs start by themselves: daily, weekly, per source, and when a file is dropped."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from orchestration import chosen, ingest
from orchestration.settings import Settings

JOB = "engine_room"
# Ad platforms and mail reports settle over the day; the CRM and the web are worth a look each hour.
HOURLY = ("hubspot", "salesforce", "web_events", "file_drops")
DROPS = {"web_events": "inbox/web_events", "file_drops": "inbox"}
SENSOR_SECONDS = 60


def everything() -> UnresolvedAssetJobDefinition:
    """Return the one job for the whole: sources to published version."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="The whole run: load, judge, resolve, model, judge, publish.",
        executor_def=dg.in_process_executor,
    )


def source_jobs(settings: Settings) -> list[UnresolvedAssetJobDefinition]:
    """Return one job per source that loads it and judges what it loaded."""
    return [
        dg.define_asset_job(
            f"load_only_{name}",
            selection=dg.AssetSelection.assets(*ingest.keys(source)),
            description=f"Loads {source.title} and stops before the transform.",
            executor_def=dg.in_process_executor,
        )
        for name, source in chosen.read(settings).items()
    ]


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return the schedules; they are off until they are turned on in the UI."""
    daily = dg.ScheduleDefinition(
        name="daily", job_name=JOB, cron_schedule="0 5 * * *", execution_timezone="UTC"
    )
    weekly = dg.ScheduleDefinition(
        name="weekly_sweep",
        job_name=JOB,
        cron_schedule="0 3 * * 0",
        execution_timezone="UTC",
        run_config={"resources": {"house": {"config": {"full": True}}}},
        description="Looks for records deleted at the vendor and re-reads the long lookbacks.",
    )
    sources = [
        dg.ScheduleDefinition(
            name=f"load_{name}",
            job_name=f"load_only_{name}",
            cron_schedule="20 * * * *" if name in HOURLY else "20 */6 * * *",
            execution_timezone="UTC",
        )
        for name in chosen.read(settings)
    ]
    return [daily, weekly, *sources]


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Return one sensor per drop folder that starts a load when its files change."""
    return [
        _drop_sensor(name, settings.home / folder)
        for name, folder in DROPS.items()
        if name in chosen.read(settings)
    ]


def _drop_sensor(source: str, folder: Path) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{source}_dropped",
        job_name=f"load_only_{source}",
        minimum_interval_seconds=SENSOR_SECONDS,
        description=f"Loads {source} when a file is dropped into HOME/{DROPS[source]}.",
    )
    def dropped(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        seen = fingerprint(folder, source)
        if seen == (context.cursor or fingerprint(folder.parent / "none", source)):
            yield dg.SkipReason("no file was dropped or changed")
            return
        context.update_cursor(seen)
        yield dg.RunRequest(run_key=f"{source}:{seen}")

    return dropped


def fingerprint(folder: Path, source: str) -> str:
    """Return a digest of names, sizes and times of the files of a drop folder.

    Hidden and partial files do not count, nor do the web events among the other drops.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        apart = source == "file_drops" and "web_events" in path.relative_to(folder).parts
        if path.is_symlink() or not path.is_file() or apart:
            continue
        if path.name.startswith(".") or path.suffix in (".part", ".partial", ".tmp"):
            continue
        told = path.stat()
        digest.update(f"{path.relative_to(folder)}|{told.st_size}|{told.st_mtime_ns}\n".encode())
    return digest.hexdigest()
