"""One multi-asset a source: raw tables under the keys [source, table], which dbt's sources join.

A source that fails raises nothing here: its tables keep their last state, its checks are red, and
the others go on.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb

from ingestion.catalogue import Api
from ingestion.contract import Source, Table
from ingestion.sources import SOURCES
from orchestration import chosen, rules, transform
from orchestration.house import OWNERS, POOL, House
from orchestration.settings import Settings

CHECK = "load_succeeded"
VERSION_CHECK = "api_version_is_supported"
TOTALS = "totals_agree"
# Sums of money in doubles; counts must be equal.
TOLERANCE = 1e-9
# Twice the daily cadence before red, so that one late morning run is a warning only.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=48), warn_window=timedelta(hours=30)
)


def keys(source: Source) -> list[dg.AssetKey]:
    """Return the asset keys of a source's raw tables."""
    return [dg.AssetKey([source.name, table.name]) for table in source.tables]


def every_key(settings: Settings) -> list[dg.AssetKey]:
    """Return the asset keys of all raw tables that the home reads."""
    return [key for source in chosen.read(settings).values() for key in keys(source)]


def assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return one multi-asset per source that the home reads."""
    return [_source_assets(source) for source in chosen.read(settings).values()]


def kept(settings: Settings) -> list[dg.AssetSpec]:
    """Return the raw tables that models still read and that nothing loads any more."""
    return [
        _spec(source, table).replace_attributes(
            description="Nothing reads it; the rows that it holds stay.", freshness_policy=None
        )
        for source in _kept_sources(settings)
        for table in source.tables
    ]


def _kept_sources(settings: Settings) -> list[Source]:
    """What was read once, and what only gives the models the columns of its kind."""
    named = {name for names in transform.systems(settings).values() for name in names}
    known = named | set(chosen.modelled(settings))
    return [SOURCES[name] for name in SOURCES if name in known - set(chosen.read(settings))]


def _source_assets(source: Source) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"load_{source.name}",
        specs=[_spec(source, table) for table in source.tables],
        check_specs=_checks(source),
        pool=POOL,
        required_resource_keys={"house"},
        can_subset=False,
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _load(source, context.resources.house, context.log.info)

    return load


def _load(source: Source, house: House, log: Any) -> Iterator[Any]:
    from ingestion.errors import LoadFailed
    from orchestration import disk
    from orchestration.settings import Refused

    failure, report = None, None
    try:
        report = _report(source, house, log)
    except (LoadFailed, Refused) as error:
        failure = disk.explained(house.settings, str(error))
    except (duckdb.Error, OSError) as error:
        # The books of a load are closed after it, and a full disk can strike there too.
        told = f"{source.name}: {type(error).__name__}: {str(error)[:300]}. Run again."
        failure = disk.explained(house.settings, told)
    rows, columns = _state(source, house)
    for table in source.tables:
        key = dg.AssetKey([source.name, table.name])
        metadata: dict[str, Any] = {
            "dagster/row_count": rows[table.name],
            "dagster/column_schema": columns[table.name],
        }
        if failure is not None:
            metadata["state"] = "the load failed; these are the rows of the last good load"
        elif report is not None and table.name in report.tables:
            metadata |= _counts(report.tables[table.name])
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=metadata,
        )
    yield _verdict(source, failure)
    yield _totals(source, report)
    if source.api:
        yield _version(source, source.api, house)


def _checks(source: Source) -> list[dg.AssetCheckSpec]:
    """The checks of a source, which stand on its first table.

    A load is good or not as a whole: one check on each of 180 tables cost 5 s of events a run.
    """
    told = {
        CHECK: "The last load of this source was good.",
        TOTALS: "What the vendor counts is what was read, where it states a total.",
    }
    if source.api:
        told[VERSION_CHECK] = "The vendor goes on answering the version of its API that is spoken."
    first = keys(source)[0]
    return [dg.AssetCheckSpec(name, asset=first, description=each) for name, each in told.items()]


def _verdict(source: Source, failure: str | None) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=keys(source)[0],
        check_name=CHECK,
        passed=failure is None,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"source": source.name, "message": failure or "loaded"},
    )


def _version(source: Source, api: Api, house: House) -> dg.AssetCheckResult:
    """Whether the vendor's end of the version is far away; `ends_within` names the warning."""
    warn_days = rules.read(house.settings.config, "alerts")["api_versions"]["warn_days"]
    within = api.ends_within(house.as_of.date(), warn_days)
    told = f"version {api.version} has no end that was announced ({api.stated_by})"
    if api.sunset:
        left = (api.sunset - house.as_of.date()).days
        when = f"in {left} days" if left > 0 else "which is past"
        told = (
            f"version {api.version} of {source.title} ends on {api.sunset}, {when} "
            f"({api.stated_by}); upgrade the platform before"
        )
    # One incident a threshold, so that each is told once; the others are over.
    incidents = {f"api_version:{source.name}:{days}": days for days in (*warn_days, 0)}
    metadata: dict[str, Any] = {
        "message": told,
        "over": [key for key, days in incidents.items() if days != within],
    }
    if within is not None:
        metadata["incident"] = f"api_version:{source.name}:{within}"
    return dg.AssetCheckResult(
        asset_key=keys(source)[0],
        check_name=VERSION_CHECK,
        passed=within is None,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _totals(source: Source, report: Any) -> dg.AssetCheckResult:
    """Compare the vendor's totals with ours; a difference is a warning, as both may move."""
    stated = report.totals if report is not None else ()
    unlike = [
        f"{table} {measure}: the vendor says {theirs:,.2f}, read were {ours:,.2f}"
        for table, measure, theirs, ours in stated
        if abs(theirs - ours) > max(abs(theirs), abs(ours)) * TOLERANCE
    ]
    return dg.AssetCheckResult(
        asset_key=keys(source)[0],
        check_name=TOTALS,
        passed=not unlike,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "source": source.name,
            "stated": len(stated),
            "message": "; ".join(unlike) or "no total differs",
        },
    )


def _report(source: Source, house: House, log: Any) -> Any:
    from ingestion import pipeline

    return pipeline.load(
        source.name,
        warehouse=house.settings.warehouse,
        work=house.settings.home / "work",
        pipelines=house.settings.home / "dlt",
        config=house.source_config(source.name),
        as_of=house.as_of,
        run_id=house.run_id,
        window=house.window,
        full=house.full,
        progress=log,
    )


def _counts(audit: Any) -> dict[str, int]:
    names = ("yielded", "loaded", "unchanged", "superseded", "deduplicated", "quarantined")
    return {name: int(getattr(audit, name)) for name in names}


def _state(source: Source, house: House) -> tuple[dict[str, int], dict[str, dg.TableSchema]]:
    rows, columns = {}, {}
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        for table in source.tables:
            counted = connection.execute(
                f'select count(*) from raw_{source.name}."{table.name}"'
            ).fetchone()
            rows[table.name] = int(counted[0]) if counted else 0
            columns[table.name] = _schema(table)
    return rows, columns


def _schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                tags={"pii": ""} if column.pii else {},
                constraints=dg.TableColumnConstraints(nullable=column.name not in table.key),
            )
            for column in table.columns
        ]
    )


def _spec(source: Source, table: Table) -> dg.AssetSpec:
    kept = "every version of every row" if table.mode == "versioned" else "each event once"
    return dg.AssetSpec(
        key=[source.name, table.name],
        group_name=source.name,
        kinds={"dlt", "duckdb"},
        owners=OWNERS,
        description=f"{source.title}: {table.name.replace('_', ' ')} as sent; {kept}.",
        metadata={"dagster/column_schema": _schema(table)},
        freshness_policy=FRESHNESS,
    )
