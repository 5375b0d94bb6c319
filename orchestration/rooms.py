"""The tables that dbt reads and does not build: rules, values, identity, fits, decisions, truth.

Their keys come from dbt's own sources, so that no model waits for an asset that nobody makes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import dagster as dg
import duckdb

from orchestration import (
    chosen,
    groups,
    ingest,
    report_contracts,
    routing_rules,
    rules,
    run_ledger,
    truth,
)
from orchestration.house import OWNERS, POOL, House
from orchestration.settings import Kind, Settings
from orchestration.transform import JOURNEYS, LEADS, RECORDS, VALUES, source_tables
from quality.rules import Suite

# The check of identity's map, beside the hygiene rules: it is identity that holds back, in its run.
CHANGES_ARE_FEW = "few_known_persons_change_at_once"
# dbt sources that are written while sources load or rows are judged.
LEDGERS = ("ingest", "quarantine")
# The groups of marts whose credits the fits make, and whose persons identity resolves.
ATTRIBUTION = "attribution"
IDENTITY = "identity"
# The gates whose rules are judged before records are resolved.
_BEFORE_IDENTITY = ("raw", "staging")


def assets(
    settings: Settings, parsed: Mapping[str, Any], judged: Iterable[dg.AssetKey]
) -> list[dg.AssetsDefinition]:
    """Return the assets of rules, values, identity, ledgers, scores and truth that models read."""
    raw = ingest.every_key(settings)
    found = [
        _rule_tables(settings),
        _values(source_tables(parsed, "hygiene"), _model_key(parsed, VALUES)),
        _identity(parsed, source_tables(parsed, "identity"), _model_key(parsed, RECORDS)),
        _fits(parsed),
        _decisions(settings, parsed),
        *[
            _ledger(name, source_tables(parsed, name), raw, "What each load did, row by row count.")
            for name in LEDGERS
        ],
        _ledger("quality", source_tables(parsed, "quality"), judged, "What the hygiene rules saw."),
        _run_ledger(parsed, source_tables(parsed, run_ledger.SCHEMA)),
        _truth(source_tables(parsed, "truth"), raw),
    ]
    return [each for each in found if each is not None]


def _rule_tables(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="rules",
        specs=[
            dg.AssetSpec(
                ["config", table.name],
                group_name="config",
                kinds={"yaml", "duckdb"},
                owners=OWNERS,
                description=f"The user's rules of config/{table.file} as a table.",
            )
            for table in rules.tables(settings.config)
        ],
        pool=POOL,
        required_resource_keys={"house"},
    )
    def load_rules(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        loaded = rules.load(house.settings.config, house.settings.warehouse)
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=key, metadata={"dagster/row_count": loaded[key.path[-1]]}
            )

    return load_rules


def _model_key(parsed: Mapping[str, Any], name: str) -> dg.AssetKey | None:
    for node in parsed["nodes"].values():
        if node["name"] == name:
            return dg.AssetKey([node["config"]["schema"] or node["schema"], name])
    return None


def _values(tables: list[str], stated: dg.AssetKey | None) -> dg.AssetsDefinition | None:
    if not tables or stated is None:
        return None

    @dg.multi_asset(
        name="normalise_values",
        specs=_specs("hygiene", tables, [stated], "Distinct values in their one form"),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def normalise_values(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        normalise(house.settings)
        yield from _counted("hygiene", tables, house)

    return normalise_values


def normalise(settings: Settings) -> dict[str, int]:
    """Bring schema hygiene up to what staging states; return the values made per table."""
    from hygiene import cache
    from hygiene.kinds import RULE_FILES

    told: dict[str, Any] = {}
    for file in RULE_FILES:
        told |= rules.read(settings.config, file)
    return cache.normalise(settings.warehouse, told)


def _identity(
    parsed: Mapping[str, Any], tables: list[str], records: dg.AssetKey | None
) -> dg.AssetsDefinition | None:
    if not tables or records is None:
        return None

    judged = dg.AssetKey(["identity", "person_map"])

    @dg.multi_asset(
        name="resolve_identity",
        specs=_specs("identity", tables, [records], "Records resolved to persons and accounts"),
        check_specs=[
            dg.AssetCheckSpec(
                CHANGES_ARE_FEW,
                asset=judged,
                description="No more known persons would be merged or split than may be at once.",
            )
        ],
        pool=POOL,
        required_resource_keys={"house"},
    )
    def resolve_identity(context: dg.AssetExecutionContext) -> Iterator[Any]:
        from identity.resolve import resolve

        house: House = context.resources.house
        broken = _broken(house.settings, parsed, house.suites, IDENTITY)
        report = resolve(
            house.settings.warehouse,
            run_id=house.run_id,
            as_of=house.as_of,
            matching=_matching(house.settings),
            broken=[each.rule_id for each in broken if each.gate in _BEFORE_IDENTITY],
        )
        yield from _counted("identity", tables, house)
        yield dg.AssetCheckResult(
            asset_key=judged,
            check_name=CHANGES_ARE_FEW,
            passed=report.waiting is None,
            metadata={"message": str(report.waiting or "nothing waits")},
        )

    return resolve_identity


def _matching(settings: Settings) -> Mapping[str, Any]:
    if (settings.config / "matching.yml").exists():
        return rules.read(settings.config, "matching")
    return {}


def _fits(parsed: Mapping[str, Any]) -> dg.AssetsDefinition | None:
    tables = source_tables(parsed, "attribution")
    journeys = [key for name in JOURNEYS if (key := _model_key(parsed, name))]
    if not tables or len(journeys) < len(JOURNEYS):
        return None

    @dg.multi_asset(
        name="fit_attribution",
        specs=_specs("attribution", tables, journeys, "What the fitted models have learnt"),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def fit_attribution(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        told = fit(house.settings, parsed, house.suites, run_id=house.run_id, as_of=house.as_of)
        context.log.info(told)
        yield from _counted("attribution", tables, house)

    return fit_attribution


def fit(
    settings: Settings,
    parsed: Mapping[str, Any],
    suites: Sequence[Suite],
    *,
    run_id: str,
    as_of: datetime,
) -> str:
    """Make the fits that are missing and return what to tell.

    Where a broken rule holds attribution back none is made: it would stay when the rows are mended.
    """
    from attribution import monthly, tables

    broken = [each.rule_id for each in _broken(settings, parsed, suites, ATTRIBUTION)]
    if broken:
        tables.ensure_tables(settings.warehouse)
        return f"no fits are made, those in force go on: {', '.join(broken)} is broken"
    made, few = monthly.fit(settings.warehouse, run_id=run_id, as_of=as_of)
    return f"{made} fits made; {few} months of a model have too few conversions"


def _decisions(settings: Settings, parsed: Mapping[str, Any]) -> dg.AssetsDefinition | None:
    tables = source_tables(parsed, "routing")
    leads = [key for name in LEADS if (key := _model_key(parsed, name))]
    if not tables or len(leads) < len(LEADS):
        return None
    rules.read(settings.config, "routing")  # refused before anything runs

    @dg.multi_asset(
        name="route_leads",
        specs=_specs("routing", tables, leads, "What the rules of routing require"),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def route_leads(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        route(house.settings, house.kind)
        yield from _counted("routing", tables, house)

    return route_leads


def route(settings: Settings, kind: Kind) -> int:
    """Decide every lead by the rules that count in a home; return how many there are."""
    from routing import run

    return run.run(settings.warehouse, routing_rules.read(settings.config, kind))


def _broken(
    settings: Settings, parsed: Mapping[str, Any], suites: Sequence[Suite], group: str
) -> list[groups.Broken]:
    """Return the broken rules that hold a group of marts back and that nobody has overridden."""
    return [
        each
        for found in groups.state(settings, parsed, suites)
        if found.name == group
        for each in found.broken
        if not each.is_overridden
    ]


def _ledger(
    name: str, tables: list[str], after: Iterable[dg.AssetKey], text: str
) -> dg.AssetsDefinition | None:
    if not tables:
        return None

    @dg.multi_asset(
        name=f"{name}_ledger",
        specs=_specs(name, tables, after, text.removesuffix(".")),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        yield from _counted(name, tables, context.resources.house)

    return ledger


def _run_ledger(parsed: Mapping[str, Any], tables: list[str]) -> dg.AssetsDefinition | None:
    if not tables:
        return None

    @dg.multi_asset(
        name="run_ledger",
        specs=_specs(run_ledger.SCHEMA, tables, [], "How earlier runs went, by Dagster's events"),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def keep_runs(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        graph = context.job_def.asset_layer.asset_graph
        upstreams = behind_reports(house.settings, parsed, graph)
        with duckdb.connect(str(house.settings.warehouse)) as connection:
            added = run_ledger.keep(connection, context.instance)
            run_ledger.replace_upstreams(connection, upstreams)
        context.log.info(f"{added} runs ended since the last time")
        yield from _counted(run_ledger.SCHEMA, tables, house)

    return keep_runs


def behind_reports(settings: Settings, parsed: Mapping[str, Any], graph: Any) -> list[list[Any]]:
    """Return what is behind each contracted report, by Dagster's asset graph."""
    parents = {
        ".".join(key.path): sorted(".".join(each.path) for each in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }
    grouped = {
        asset: group
        for group, marts in groups.marts(parsed).items()
        for asset in run_ledger.mart_assets(marts)
    }
    found = [
        each
        for report, marts in report_contracts.marts(settings, parsed).items()
        for each in report_contracts.behind(report, run_ledger.mart_assets(marts), parents)
    ]
    return run_ledger.upstream_rows(found, grouped, chosen.read(settings))


def _truth(tables: list[str], after: list[dg.AssetKey]) -> dg.AssetsDefinition | None:
    if not tables:
        return None

    @dg.multi_asset(
        name="planted_truth",
        specs=_specs("truth", tables, after, "Planted truth of the sandbox company; empty else"),
        pool=POOL,
        required_resource_keys={"house"},
    )
    def planted_truth(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        house: House = context.resources.house
        truth.load(house.settings, house.kind)
        # Every load has ended: at SCALE=1 the company holds 500 MB that the models can use.
        house.close()
        yield from _counted("truth", tables, house)

    return planted_truth


def _specs(
    schema: str, tables: list[str], deps: Iterable[dg.AssetKey], text: str
) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            [schema, table],
            deps=list(deps),
            group_name=schema,
            kinds={"python", "duckdb"},
            owners=OWNERS,
            description=f"{text}: {table.replace('_', ' ')}.",
        )
        for table in tables
    ]


def _counted(schema: str, tables: list[str], house: House) -> Iterator[dg.MaterializeResult]:
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        for table in tables:
            row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey([schema, table]),
                metadata={"dagster/row_count": int(row[0]) if row else 0},
            )
