"""One multi-asset a source: raw tables under the keys [source, table], which dbt's sources join.

A source that fails raises nothing here: its tables keep their last state, its checks are red, and
the others go on. A real home reads what it is connected to; the rest is told, and is no failure.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb

from ingestion.contract import Source, Table
from ingestion.sources import SOURCES
from orchestration.house import OWNERS, POOL, House

CHECK = "load_succeeded"
TOTALS = "totals_agree"
NOT_CONNECTED = "not connected, no credentials are set"
# Sums of money in doubles; counts must be equal.
TOLERANCE = 1e-9
# Twice the daily cadence before red, so that one late morning run is a warning only.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=48), warn_window=timedelta(hours=30)
)


def keys(source: Source) -> list[dg.AssetKey]:
    """Return the asset keys of a source's raw tables."""
    return [dg.AssetKey([source.name, table.name]) for table in source.tables]


def every_key() -> list[dg.AssetKey]:
    """Return the asset keys of all raw tables."""
    return [key for source in SOURCES.values() for key in keys(source)]


def assets() -> list[dg.AssetsDefinition]:
    """Return one multi-asset per source of the registry."""
    return [_source_assets(source) for source in SOURCES.values()]


def _source_assets(source: Source) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"load_{source.name}",
        specs=[_spec(source, table) for table in source.tables],
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=key, description="The last load of this table was good.")
            for key in keys(source)
        ]
        + [
            dg.AssetCheckSpec(
                TOTALS,
                asset=keys(source)[0],
                description="What the vendor counts is what was read, where it states a total.",
            )
        ],
        pool=POOL,
        required_resource_keys={"house"},
        can_subset=False,
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _load(source, context.resources.house, context.log.info)

    return load


def _load(source: Source, house: House, log: Any) -> Iterator[Any]:
    from ingestion.errors import LoadFailed
    from orchestration import accounts, disk
    from orchestration.settings import Refused

    failure, report = None, None
    connected = house.kind == "sandbox" or accounts.is_connected(house.settings, source.name)
    try:
        report = _report(source, house, log) if connected else None
    except (LoadFailed, Refused) as error:
        failure = disk.explained(house.settings, str(error))
    except (duckdb.Error, OSError) as error:
        # The books of a load are closed after it, and a full disk can strike there too.
        told = f"{source.name}: {type(error).__name__}: {str(error)[:300]}. Run again."
        failure = disk.explained(house.settings, told)
    told = "loaded" if connected else f"{NOT_CONNECTED}: `engineroom sources check {source.name}`"
    rows, columns = _state(source, house)
    for table in source.tables:
        key = dg.AssetKey([source.name, table.name])
        metadata: dict[str, Any] = {
            "dagster/row_count": rows[table.name],
            "dagster/column_schema": columns[table.name],
        }
        if failure is not None:
            metadata["state"] = "the load failed; these are the rows of the last good load"
        elif not connected:
            metadata["state"] = told
        elif report is not None and table.name in report.tables:
            metadata |= _counts(report.tables[table.name])
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=metadata,
            check_results=[
                dg.AssetCheckResult(
                    asset_key=key,
                    check_name=CHECK,
                    passed=failure is None,
                    severity=dg.AssetCheckSeverity.ERROR,
                    metadata={"source": source.name, "message": failure or told},
                ),
                *([_totals(source, report)] if table is source.tables[0] else []),
            ],
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
