"""The numbers of posts, from raw rows by other SQL than the project's, for two companies.

Two loads a month apart, so that posts have days, restatements and deletions between them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from live_sandbox import serving

from benchmarks.model_sql import rendered
from ingestion.config import sandbox_config
from ingestion.pipeline import load
from ingestion.sources import SOURCES

pytestmark = pytest.mark.slow
PLATFORMS = ("linkedin_pages", "facebook_pages", "instagram", "youtube")
CLOCKS = (datetime(2026, 5, 28, 6, tzinfo=UTC), datetime(2026, 7, 1, 6, tzinfo=UTC))
# Newest lifetime counters of each post: what its days must sum to. YouTube tells days already.
NEWEST = {
    "linkedin_pages": """
        select share_id, arg_max(impressions, observed_on),
            arg_max(clicks + likes + comments + shares, observed_on)
        from raw_linkedin_pages.share_statistics where _dlt_valid_to is null group by 1
    """,
    "facebook_pages": """
        with newest as (
            select post_id, metric, part, arg_max(value, observed_on) as value,
                max(observed_on) as seen_on
            from raw_facebook_pages.post_insights where _dlt_valid_to is null group by all
        )
        select post_id,
            sum(value) filter (metric = 'post_media_view'),
            sum(value) filter (
                metric in ('post_clicks', 'post_reactions_by_type_total') and part = ''
                or part in ('comment', 'share')
            )
        from newest group by 1
    """,
    "instagram": """
        select media_id, arg_max(views, observed_on),
            arg_max(likes + comments + shares, observed_on)
        from raw_instagram.media_insights where _dlt_valid_to is null group by 1
    """,
    "youtube": """
        select video_id, sum(views), sum(likes + comments + shares)
        from raw_youtube.video_days where _dlt_valid_to is null group by 1
    """,
}
IDS = {
    "linkedin_pages": ("posts", "lifecycle_state = 'PUBLISHED'"),
    "facebook_pages": ("posts", "true"),
    "instagram": ("media", "true"),
    "youtube": ("videos", "true"),
}


@pytest.fixture(scope="module", params=[5, 23])
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp(f"social{request.param}")
    with serving(seed=request.param, scale=0.01) as live:
        for clock in CLOCKS:
            assert live.control("POST", "clock", {"as_of": clock.isoformat()}).status == 200
            for name in (*PLATFORMS, "adaptlypost"):
                load(
                    name,
                    warehouse=home / "warehouse.duckdb",
                    work=home / "work",
                    pipelines=home / "dlt",
                    config=sandbox_config(SOURCES[name], {}, live.base),
                    as_of=clock,
                    run_id=f"{clock:%Y%m%d}",
                )
    return home / "warehouse.duckdb"


@pytest.fixture
def models(warehouse: Path) -> Callable[..., list[tuple]]:
    """Return a query over the project's own models of the raw rows, changed first if asked to."""

    def query(sql: str, change: str = "") -> list[tuple]:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{warehouse}' as held (read_only)")
            _copy_raw(connection)
            connection.execute(change or "select 1")
            _build(connection)
            return connection.execute(sql).fetchall()

    return query


def _copy_raw(connection: duckdb.DuckDBPyConnection) -> None:
    for source in (*PLATFORMS, "adaptlypost"):
        connection.execute(f"create schema raw_{source}")
        for table in SOURCES[source].tables:
            name = f"raw_{source}.{table.name}"
            connection.execute(f"create table {name} as select * from held.{name}")


def _build(connection: duckdb.DuckDBPyConnection) -> None:
    things = [
        *((name, f"social_{thing}") for name in PLATFORMS for thing in ("posts", "post_snapshots")),
        *(("adaptlypost", thing) for thing in ("publications", "publish_posts")),
    ]
    for source, thing in things:
        model = f"stg_{source}__{thing}"
        # Sources are named by their tables alone here, so each stands in its own schema.
        connection.execute(f"set search_path = 'raw_{source}'")
        connection.execute(f"create table main.{model} as {rendered(model)}")
    connection.execute("set search_path = 'main'")
    for thing in ("social_posts", "social_post_snapshots"):
        connection.execute(
            f"create table stg_file_drops__{thing} as from stg_instagram__{thing} limit 0"
        )
    seeds = Path(__file__).parents[3] / "transform/seeds"
    for seed in ("publish_statuses", "publish_networks"):
        connection.execute(f"create table {seed} as from '{seeds}/{seed}.csv'")
    connection.execute(
        "create table int_campaigns__utm_lookup as select 'organic_social' as channel, "
        "'spring_launch' as utm_campaign_normalised, '(none)' as ad_network, 'k' as campaign_id"
    )
    for model in ("int_social__posts", "int_social__post_days", "int_social__publications"):
        connection.execute(f"create table {model} as {rendered(model)}")
    for model in ("fct_social_posts", "fct_social_post_days"):
        connection.execute(f"create table {model} as {rendered(model)}")


def raw(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_days_of_a_post_sum_to_its_newest_counters(
    warehouse: Path, models: Any, platform: str
) -> None:
    held = raw(warehouse, NEWEST[platform])
    shown = models(
        "select post_id, sum(impressions), sum(interactions) from fct_social_post_days "
        f"where platform = '{platform}' group by 1"
    )
    assert len(held) > 5
    assert sum(row[1] for row in held) > 1000
    assert sorted(shown) == sorted(held)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_post_is_there_once_and_says_whether_it_is_gone(
    warehouse: Path, models: Any, platform: str
) -> None:
    table, condition = IDS[platform]
    held = raw(
        warehouse,
        f"select id, is_deleted from raw_{platform}.{table} "
        f"where _dlt_valid_to is null and {condition}",
    )
    shown = models(
        f"select post_id, is_deleted from fct_social_posts where platform = '{platform}'"
    )
    assert len(held) > 10
    assert sorted(shown) == sorted(held)


def test_a_restated_counter_is_a_negative_day_that_is_marked(warehouse: Path, models: Any) -> None:
    """A fifth of what a post had is taken back: one day of it is less by that, and no other."""
    [(post,)] = raw(
        warehouse,
        "select post_id from raw_facebook_pages.post_insights where metric = 'post_media_view' "
        "and _dlt_valid_to is null group by 1 having count(*) = 2 order by 1 limit 1",
    )
    before = models("from fct_social_post_days order by all")
    taken = (
        "update raw_facebook_pages.post_insights set value = 1 where "
        f"post_id = '{post}' and metric = 'post_media_view' and observed_on = '2026-07-01'"
    )
    after = models("from fct_social_post_days order by all", taken)
    assert len(before) == len(after)
    [old] = set(before) - set(after)
    [new] = set(after) - set(before)
    assert old[:3] == new[:3]
    assert new[1] == post
    assert new[3] < 0
    assert new[-1] is True


def test_what_the_tool_published_is_found_at_the_platform(warehouse: Path, models: Any) -> None:
    ids = "select id from raw_{}.{} where _dlt_valid_to is null"
    native = {
        word: {id_ for (id_,) in raw(warehouse, ids.format(source, table))}
        for word, source, table in (
            ("LINKEDIN", "linkedin_pages", "posts"),
            ("FACEBOOK", "facebook_pages", "posts"),
            ("INSTAGRAM", "instagram", "media"),
            ("YOUTUBE", "youtube", "videos"),
        )
    }
    rows = raw(
        warehouse,
        "select id, platform, status, platform_post_id from raw_adaptlypost.post_platforms "
        "where _dlt_valid_to is null",
    )
    expected = {
        (id_, post if post in native[network] else None) for id_, network, status, post in rows
    }
    shown = models("select publication_id, post_id from int_social__publications")
    assert set(shown) == expected
    found = [post for _, post in shown if post]
    assert len(found) == len(set(found)) > 100


def test_the_statuses_of_publications_are_counted_by_hand(warehouse: Path, models: Any) -> None:
    rows = raw(
        warehouse,
        "select n.status, p.status, count(*) from raw_adaptlypost.post_platforms n "
        "join raw_adaptlypost.posts p on n.post_id = p.id "
        "where n._dlt_valid_to is null and p._dlt_valid_to is null group by all",
    )
    counted: dict[str, int] = {}
    for network, post, count in rows:
        status = {"PUBLISHED": "published", "FAILED": "failed"}.get(network, "publishing")
        if status == "publishing" and post in ("DRAFT", "SCHEDULED"):
            status = post.lower()
        counted[status] = counted.get(status, 0) + count
    shown = models("select status, count(*) from int_social__publications group by 1")
    assert dict(shown) == counted
    assert {"published", "failed", "draft"} <= counted.keys()
    # What failed at the first load and came out by the second is remembered.
    retried = models(
        "select publication_id from int_social__publications "
        "where status = 'published' and failures_seen > 0"
    )
    held = raw(
        warehouse,
        "select id from raw_adaptlypost.post_platforms where status = 'FAILED' "
        "intersect select id from raw_adaptlypost.post_platforms "
        "where status = 'PUBLISHED' and _dlt_valid_to is null",
    )
    assert sorted(retried) == sorted(held)
