"""Publishing as an asset that waits for every mart and every table that a rule can hold back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration import groups, model_tests, publish
from orchestration.house import OWNERS, POOL, House

# Which broken rules hold which group back, in the metadata of a published version.
HELD_BACK_BY = "held_back_by"
VERSION = dg.AssetKey(["published", "version"])
DIGESTS = dg.AssetKey(["marts", publish.DIGESTS])


def assets(parsed: Mapping[str, Any], guarded: Iterable[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """Return the publishing step."""
    deps = sorted({*_marts(parsed), *guarded})

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                DIGESTS,
                deps=deps,
                group_name="published",
                kinds={"python", "duckdb"},
                owners=OWNERS,
                description="One row per published run and mart: what its rows add up to.",
            ),
            dg.AssetSpec(
                VERSION,
                deps=deps,
                group_name="published",
                kinds={"duckdb", "parquet", "html"},
                owners=OWNERS,
                description="The version that readers see: marts, Parquet and report of one run.",
            ),
        ],
        check_specs=[
            dg.AssetCheckSpec(
                model_tests.HOLD,
                asset=VERSION,
                description="No test of the models is broken; marts that read such a table wait.",
            )
        ],
        pool=POOL,
        required_resource_keys={"house"},
    )
    def publish_run(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        house: House = context.resources.house
        found = groups.state(house.settings, parsed, house.suites)
        version = publish.publish(house.settings, house.run_id, house.as_of, house.kind, found)
        yield dg.MaterializeResult(asset_key=DIGESTS)
        yield dg.MaterializeResult(
            asset_key=VERSION,
            metadata={
                "folder": dg.MetadataValue.path(str(version)),
                "report": dg.MetadataValue.path(str(version / "report" / "index.html")),
                "as_of": house.as_of.isoformat(),
                "held_back": ", ".join(each.name for each in found if each.is_held) or "nothing",
                HELD_BACK_BY: json.dumps(_held_back_by(found)),
            },
        )
        broken = "; ".join(
            each.message
            for each in groups.broken(house.settings)
            if each.gate.startswith(model_tests.GATE)
        )
        yield dg.AssetCheckResult(
            asset_key=VERSION,
            check_name=model_tests.HOLD,
            passed=not broken,
            metadata={"message": broken or "every test of the models holds"},
        )

    return [publish_run]


def _held_back_by(found: Iterable[groups.Group]) -> dict[str, list[dict[str, str]]]:
    return {
        each.name: [
            {"rule": broken.rule_id, "table": ".".join(broken.table)}
            for broken in each.broken
            if not broken.is_overridden
        ]
        for each in found
        if each.is_held
    }


def _marts(parsed: Mapping[str, Any]) -> list[dg.AssetKey]:
    return [
        dg.AssetKey([node["config"].get("schema") or node["schema"], node["name"]])
        for node in parsed["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] in ("marts", "custom")
    ]
