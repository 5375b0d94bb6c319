"""The ledger of runs, filled from events that Dagster itself wrote."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration import release, run_ledger
from orchestration.report_contracts import Upstream

AS_OF = datetime(2026, 7, 1, 6)
HELD = {"spend": [{"rule": "spend_is_positive", "table": "staging.ads"}]}


def broken() -> None:
    raise ValueError("the mart cannot be built")


def assets(*, fails: bool = False, held: Any = None) -> list[dg.AssetsDefinition]:
    @dg.multi_asset(
        name="dbt_staging",
        specs=[dg.AssetSpec(["staging", "ads"])],
        required_resource_keys={"house"},
    )
    def staging() -> Iterator[dg.MaterializeResult]:
        yield dg.MaterializeResult(asset_key=["staging", "ads"])

    @dg.multi_asset(
        name="dbt_marts",
        specs=[
            dg.AssetSpec(["marts", "fct_ads"], deps=[["staging", "ads"]]),
            dg.AssetSpec(["custom", "mine"], deps=[["staging", "ads"]]),
        ],
    )
    def marts() -> Iterator[dg.MaterializeResult]:
        yield dg.MaterializeResult(asset_key=["marts", "fct_ads"])
        if fails:
            broken()
        yield dg.MaterializeResult(asset_key=["custom", "mine"])

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(key, deps=[["marts", "fct_ads"], ["custom", "mine"]])
            for key in (release.DIGESTS, release.VERSION)
        ],
    )
    def publish() -> Iterator[dg.MaterializeResult]:
        yield dg.MaterializeResult(asset_key=release.DIGESTS)
        told = {release.HELD_BACK_BY: json.dumps(held or {})}
        yield dg.MaterializeResult(asset_key=release.VERSION, metadata=told)

    return [staging, marts, publish]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def run(
    instance: dg.DagsterInstance,
    *,
    window: str = "",
    is_stamped: bool = True,
    only: list[dg.AssetKey] | None = None,
    **told: Any,
) -> str:
    """Run the small graph and return its id; its house says by which clock."""

    @dg.resource(config_schema={"window_from": dg.Field(str, default_value="")})
    def house(context: dg.InitResourceContext) -> None:
        if is_stamped:
            run_ledger.stamp(instance, str(context.run_id), AS_OF)

    job = dg.Definitions(
        assets=assets(**told),
        jobs=[dg.define_asset_job("all", executor_def=dg.in_process_executor)],
        resources={"house": house},
    ).resolve_job_def("all")
    config = {"resources": {"house": {"config": {"window_from": window}}}}
    done = job.execute_in_process(
        instance=instance, run_config=config, raise_on_error=False, asset_selection=only
    )
    return done.run_id


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


RUNS = "select run_id, as_of, has_succeeded, is_whole, is_backfill from runs.runs order by all"


def test_a_run_that_published_is_kept_with_what_it_wrote_on_the_platform_s_clock(
    instance, connection
) -> None:
    run_id = run(instance, held=HELD)

    assert run_ledger.keep(connection, instance) == 1

    assert rows(connection, RUNS) == [(run_id, AS_OF, True, True, False)]
    [(published, ended)] = rows(connection, "select published_at, ended_at from runs.runs")
    # The wall clock is elsewhere: the instants follow the run's own clock by what it took.
    assert AS_OF < published <= ended < AS_OF + timedelta(minutes=5)
    assert rows(connection, "from runs.written_marts order by mart") == [
        (run_id, "custom.mine"),
        (run_id, "fct_ads"),
        (run_id, "rpt_run_digests"),
    ]
    assert rows(connection, "from runs.held_groups") == [
        (run_id, "spend", "spend_is_positive", "staging.ads")
    ]
    assert rows(connection, "from runs.failed_assets") == []


def test_a_failed_run_is_kept_with_the_assets_that_its_step_did_not_write(
    instance, connection
) -> None:
    run_id = run(instance, fails=True)

    run_ledger.keep(connection, instance)

    assert rows(connection, RUNS) == [(run_id, AS_OF, False, True, False)]
    assert rows(connection, "select published_at from runs.runs") == [(None,)]
    assert rows(connection, "from runs.failed_assets") == [(run_id, "dbt_marts", "custom.mine")]
    assert rows(connection, "from runs.written_marts") == [(run_id, "fct_ads")]


def test_a_backfill_is_told_from_a_run(instance, connection) -> None:
    run_id = run(instance, window="2026-01-01")
    run_ledger.keep(connection, instance)
    assert rows(connection, RUNS) == [(run_id, AS_OF, True, False, True)]


def test_a_run_that_publishes_what_it_did_not_build_is_no_whole_one(instance, connection) -> None:
    run_id = run(instance)
    only = run(instance, only=[dg.AssetKey(["staging", "ads"]), release.DIGESTS, release.VERSION])

    run_ledger.keep(connection, instance)

    found = rows(connection, "select run_id, is_whole, published_at is not null from runs.runs")
    assert sorted(found) == sorted([(run_id, True, True), (only, False, True)])


def test_a_run_is_kept_once_and_one_that_never_took_the_house_not_at_all(
    instance, connection
) -> None:
    run(instance)
    assert run_ledger.keep(connection, instance) == 1
    assert run_ledger.keep(connection, instance) == 0
    run(instance, is_stamped=False)
    assert run_ledger.keep(connection, instance) == 0
    run(instance)
    assert run_ledger.keep(connection, instance) == 1
    assert rows(connection, "select count(*), count(distinct run_id) from runs.runs") == [(2, 2)]
    assert rows(connection, "select count(*) from runs.written_marts") == [(6,)]


def test_dagster_may_forget_a_run_that_is_kept(instance, connection) -> None:
    run_id = run(instance)
    run_ledger.keep(connection, instance)
    instance.delete_run(run_id)
    assert run_ledger.keep(connection, instance) == 0
    assert rows(connection, "select run_id from runs.runs") == [(run_id,)]


def test_what_is_behind_reports_is_replaced_and_names_read_sources_only(connection) -> None:
    found = [
        Upstream("r", "marts.m", 0, "marts.m"),
        Upstream("r", "crm.deals", 1, "marts.m < crm.deals"),
        Upstream("r", "old.deals", 1, "marts.m < old.deals"),
    ]
    for _ in range(2):
        run_ledger.replace_upstreams(
            connection, run_ledger.upstream_rows(found, {"marts.m": "sales"}, ["crm"])
        )
    assert rows(connection, "select * exclude (report, distance) from runs.upstreams") == [
        ("sales", "m", None, "marts.m", "marts.m"),
        (None, None, "crm", "crm.deals", "marts.m < crm.deals"),
        (None, None, None, "old.deals", "marts.m < old.deals"),
    ]
