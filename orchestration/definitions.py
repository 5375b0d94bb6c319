"""Everything that Dagster knows, put together from the rooms."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration import (
    checks,
    groups,
    house,
    ingest,
    judging,
    release,
    report_contracts,
    rooms,
    schedules,
    transform,
)
from orchestration.settings import Settings, export, from_environment


def build(settings: Settings, parsed: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Return the definitions of one home; dbt is parsed first where its manifest is stale."""
    export(settings)
    parsed = parsed if parsed is not None else transform.manifest(settings)
    models = transform.assets(settings, parsed)
    raw = ingest.assets(settings)
    kept = ingest.kept(settings)
    built = {key for each in [*raw, *models] for key in each.keys}
    suites = judging.suites(settings)
    groups.check(suites, parsed)
    report_contracts.check(settings, parsed)
    hygiene = checks.catalogue(suites)
    judged = {rule.key for rule in hygiene if rule.key in built and rule.gate != "marts"}
    values = [dg.AssetKey(["hygiene", each]) for each in transform.source_tables(parsed, "hygiene")]
    publish = release.assets(parsed, checks.guarded(hygiene, built))
    return dg.Definitions(
        assets=[*raw, *kept, *models, *rooms.assets(settings, parsed, sorted(judged)), *publish],
        asset_checks=checks.checks(hygiene, built, values),
        jobs=[schedules.everything(), *schedules.source_jobs(settings)],
        schedules=schedules.schedules(settings),
        sensors=schedules.sensors(settings),
        resources={"house": house.resource(settings), "dbt": transform.resource(settings)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of the home that the environment names."""
    return build(from_environment())
