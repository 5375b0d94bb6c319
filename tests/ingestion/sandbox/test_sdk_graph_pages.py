"""Meta's own client reads the sandbox's page and account, and sees what was loaded."""

import warnings
from datetime import datetime
from typing import Any

import pytest
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.instagraminsightsresult import InstagramInsightsResult
from facebook_business.adobjects.page import Page
from facebook_business.api import FacebookAdsApi, FacebookSession
from facebook_business.exceptions import FacebookRequestError
from live_sandbox import Live

from ingestion.sandbox.wire.facebook_pages import planted as planted_page
from ingestion.sandbox.wire.instagram import planted as planted_account
from ingestion.sources.facebook_pages import PAGE_METRICS, POST_METRICS
from ingestion.sources.instagram.tables import MEDIA_METRICS, USER_METRICS

pytestmark = pytest.mark.slow
PAGE, ACCOUNT = "100200300400500", "17841400000001001"


@pytest.fixture
def graph(served: Live, monkeypatch: pytest.MonkeyPatch) -> FacebookAdsApi:
    monkeypatch.setattr(FacebookSession, "GRAPH", served.base)
    return FacebookAdsApi.init(access_token="sandbox-page-token", crash_log=False)


def insights(node: Any, **params: Any) -> dict[str, Any]:
    """Return metric -> record of an object's insights.

    The client's list of metrics is one for media; it warns of those of accounts and of pages.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {each["name"]: each for each in node.get_insights(params=params)}


def test_metas_client_lists_the_posts_that_were_loaded(graph: Any, loaded: Any) -> None:
    fields = ["id", "created_time", "permalink_url", "message"]
    posts = list(Page(PAGE, api=graph).get_published_posts(fields=fields, params={"limit": 25}))

    held = loaded(
        "facebook_pages",
        "select id, created_time, permalink_url, message from raw_facebook_pages.posts "
        "where _dlt_valid_to is null and not is_deleted",
    )
    found = [
        (
            each["id"],
            datetime.fromisoformat(each["created_time"]).replace(tzinfo=None),
            each["permalink_url"],
            each["message"],
        )
        for each in posts
    ]
    assert len(found) == len(set(found)) > 100
    assert set(found) == set(held)


def test_metas_client_sees_the_counters_of_a_post_that_were_loaded(graph: Any, loaded: Any) -> None:
    held = loaded(
        "facebook_pages",
        "select post_id, metric, part, value from raw_facebook_pages.post_insights "
        "where _dlt_valid_to is null",
    )
    posts = {post for post, *_ in held}
    assert len(posts) > 10
    found = set()
    for post in Page(PAGE, api=graph).get_published_posts(fields=["id"], params={"limit": 100}):
        if post["id"] not in posts:
            continue
        for name, each in insights(post, metric=list(POST_METRICS), period="lifetime").items():
            value = each["values"][0]["value"]
            parts = value if isinstance(value, dict) else {}
            whole = sum(parts.values()) if isinstance(value, dict) else value
            found |= {(post["id"], name, part, count) for part, count in parts.items()}
            found.add((post["id"], name, "", whole))
    assert found == set(held)


def test_metas_client_sees_the_days_of_the_page_and_that_a_metric_is_dead(
    graph: Any, loaded: Any
) -> None:
    alive = [name for name in PAGE_METRICS if name != "page_views_total"]
    asked = {"period": "day", "since": "2026-06-01", "until": "2026-06-30"}
    found = insights(Page(PAGE, api=graph), metric=alive, **asked)

    held = loaded(
        "facebook_pages",
        "select metric, count(*), sum(value) from raw_facebook_pages.page_insights where "
        "_dlt_valid_to is null and reported_on between '2026-06-01' and '2026-06-29' group by 1",
    )
    assert {
        (name, len(each["values"]), sum(one["value"] for one in each["values"]))
        for name, each in found.items()
    } == set(held)
    with pytest.raises(FacebookRequestError) as told:
        insights(Page(PAGE, api=graph), metric=list(PAGE_METRICS), **asked)
    assert told.value.api_error_code() == 100
    drift = loaded(
        "facebook_pages", "select column_name from ingest.drift where kind like 'metric%'"
    )
    assert drift == [("page_views_total",)]


def test_metas_client_knows_every_metric_that_is_asked_of_a_medium() -> None:
    known = set(vars(InstagramInsightsResult.Metric).values())
    assert set(MEDIA_METRICS) <= known


def test_metas_client_sees_the_media_and_their_counters_that_were_loaded(
    graph: Any, loaded: Any
) -> None:
    fields = ["id", "media_type", "media_product_type", "timestamp", "caption"]
    media = list(IGUser(ACCOUNT, api=graph).get_media(fields=fields, params={"limit": 25}))
    held = loaded(
        "instagram",
        "select id, media_type, media_product_type, timestamp, caption from raw_instagram.media "
        "where _dlt_valid_to is null and not is_deleted",
    )
    assert len(media) > 80
    assert {
        (
            each["id"],
            each["media_type"],
            each["media_product_type"],
            datetime.fromisoformat(each["timestamp"]).replace(tzinfo=None),
            each["caption"],
        )
        for each in media
    } == set(held)

    counted = loaded(
        "instagram",
        f"select media_id, {', '.join(MEDIA_METRICS)} from raw_instagram.media_insights "
        "where _dlt_valid_to is null",
    )
    assert len(counted) > 5
    by_id = {each["id"]: each for each in media}
    for id_, *values in counted:
        found = insights(by_id[id_], metric=list(MEDIA_METRICS))
        assert [found[name]["values"][0]["value"] for name in MEDIA_METRICS] == values


def test_metas_client_sees_the_days_of_the_account_that_were_loaded(
    graph: Any, loaded: Any
) -> None:
    held = loaded(
        "instagram",
        f"select epoch(reported_on)::bigint, {', '.join(USER_METRICS)} "
        "from raw_instagram.user_days where _dlt_valid_to is null order by 1 desc limit 3",
    )
    assert len(held) == 3
    for since, *values in held:
        asked = {"since": since, "until": since + 86_400, "metric_type": "total_value"}
        node = IGUser(ACCOUNT, api=graph)
        found = insights(node, metric=list(USER_METRICS), period=["day"], **asked)
        assert [found[name]["total_value"]["value"] for name in USER_METRICS] == values


def test_what_was_planted_is_what_is_found(served: Live, graph: Any, loaded: Any) -> None:
    company = served.world.company
    name = loaded("facebook_pages", "select name from raw_facebook_pages.pages")
    assert name == [("Fathom Data",)]
    posts = {id_ for (id_,) in loaded("facebook_pages", "select id from raw_facebook_pages.posts")}
    media = {id_ for (id_,) in loaded("instagram", "select id from raw_instagram.media")}
    for planted, held in ((planted_page, posts), (planted_account, media)):
        deleted = {key for kind, _, _, key, _ in planted(company) if kind == "social_post_deleted"}
        # Deleted ten days after it came out: a few have that before them still.
        assert len(deleted - held) > len(deleted) // 2 > 0
