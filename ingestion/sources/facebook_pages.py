"""A Facebook page by the Graph API v26.0 -> raw_facebook_pages.

Posts are listed whole each time. A post's insights are lifetime totals, so each load keeps a
snapshot while it is young; a page's insights are days that end at midnight in Los Angeles, stated
by their end, 90 days a call and two years back. Views took the place of impressions in November
2025, viewers that of reach in June 2026 (Meta's page of deprecated metrics).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion import graph
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Column, Extraction, Page, Source, Sweep, Table, Yield, columns
from ingestion.days import ONE_DAY, days_to_read, spans
from ingestion.errors import PageBroken
from ingestion.http import Clock, Session
from ingestion.lifetime import refuse_silent, young

DAYS_A_CALL, DAYS_KEPT = 90, 730
PACIFIC = ZoneInfo("America/Los_Angeles")
PAGE_METRICS = (
    *("page_media_view", "page_total_media_view_unique", "page_post_engagements"),
    *("page_views_total", "page_follows", "page_daily_follows_unique"),
    "page_daily_unfollows_unique",
)
POST_METRICS = (
    *("post_media_view", "post_total_media_view_unique", "post_clicks"),
    *("post_reactions_by_type_total", "post_activity_by_action_type"),
)
PAGES = Table(
    "pages",
    "versioned",
    ("id",),
    (
        *columns("id name category link"),
        *columns("followers_count fan_count", "bigint", volatile=True),
    ),
)
FOLLOWERS = Table(
    "page_followers",
    "versioned",
    ("page_id", "observed_on"),
    (
        Column("page_id"),
        Column("observed_on", "date"),
        *columns("followers_count fan_count", "bigint"),
    ),
)
POSTS = Table(
    "posts",
    "versioned",
    ("id",),
    (
        *columns("id page_id message permalink_url status_type"),
        *columns("created_time updated_time", "timestamp"),
    ),
    order="updated_time",
)
# `part` is the key of a metric that is split (reactions by their kind), "" where it is one number.
POST_INSIGHTS = Table(
    "post_insights",
    "versioned",
    ("post_id", "metric", "part", "observed_on"),
    (*columns("post_id metric part"), Column("observed_on", "date"), Column("value", "bigint")),
)
PAGE_INSIGHTS = Table(
    "page_insights",
    "versioned",
    ("page_id", "metric", "reported_on"),
    (*columns("page_id metric"), Column("reported_on", "date"), Column("value", "bigint")),
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the page, its posts, a snapshot of the young ones, and the days that may have moved."""
    page = str(ctx.config["page_id"])
    held = graph.node(ctx, page, ",".join(each.name for each in PAGES.columns), "facebook_pages")
    yield Page("pages", [{each.name: held.get(each.name) for each in PAGES.columns}])
    counts = {name: held.get(name) for name in ("followers_count", "fan_count")}
    yield Page("page_followers", [{"page_id": page, "observed_on": ctx.as_of.date(), **counts}])
    fields = [each.name for each in POSTS.columns if each.name != "page_id"]
    path, params = f"/{graph.API}/{page}/published_posts", {"fields": ",".join(fields)}
    posts = graph.edge(ctx, path, params, "facebook_pages posts")
    yield Page(
        "posts",
        [{**{name: each.get(name) for name in fields}, "page_id": page} for each in posts],
    )
    keys = frozenset((str(each["id"]),) for each in posts)
    yield Sweep("posts", keys, (("page_id", page),))
    published = {str(each["id"]): _instant(each.get("created_time")) for each in posts}
    yield Page("post_insights", list(_snapshots(ctx, young(ctx, published))))
    last = ctx.as_of.astimezone(PACIFIC).date() - ONE_DAY
    first, last = days_to_read(ctx, last)
    first = max(first, last - timedelta(days=DAYS_KEPT))
    yield Page("page_insights", list(_page_days(ctx, page, first, last)))
    ctx.advance("days", last.isoformat())


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _snapshots(ctx: Extraction, posts: list[str]) -> Iterator[dict[str, Any]]:
    metrics = graph.Metrics(ctx, "post_insights", list(POST_METRICS))
    counted: set[str] = set()
    for post in posts:
        for record in metrics.read(post, {"period": "lifetime"}, "facebook_pages post insights"):
            for part, value in _parts(record):
                counted.add(post)
                key = {"post_id": post, "metric": record.get("name"), "part": part}
                yield {**key, "observed_on": ctx.as_of.date(), "value": value}
    refuse_silent(
        ctx, "facebook_pages post insights", "post_insights", set(posts) - counted, counted
    )


def _parts(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the value of a metric, or those of its parts; a metric without any says nothing."""
    for each in (record.get("values") or [])[:1]:
        value = each.get("value")
        if isinstance(value, Mapping):
            # Without an entry nobody did anything: the whole is a zero of its own.
            yield "", sum(value.values())
            yield from value.items()
        elif value is not None:
            yield "", value


def _page_days(ctx: Extraction, page: str, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Yield the days of every metric; raises PageBroken where one that was stated before is not."""
    where = "facebook_pages page insights"
    metrics = graph.Metrics(ctx, "page_insights", list(PAGE_METRICS))
    stated: dict[str, set[date]] = {name: set() for name in PAGE_METRICS}
    for start, end in spans(first, last, DAYS_A_CALL):
        params = {"period": "day", "since": start.isoformat(), "until": (end + ONE_DAY).isoformat()}
        for record in metrics.read(page, params, where):
            name = str(record.get("name"))
            for each in record.get("values") or []:
                day = _day(str(each.get("end_time")))
                if start <= day <= end:
                    stated.setdefault(name, set()).add(day)
                    key = {"page_id": page, "metric": name, "reported_on": day}
                    yield {**key, "value": each.get("value")}
    for name in metrics.alive:
        newest = ctx.cursor(f"days of {name}", "")
        if newest and first <= date.fromisoformat(newest) <= last:
            _refuse_missing(where, name, date.fromisoformat(newest), stated[name])
        if stated[name]:
            ctx.advance(f"days of {name}", max(stated[name]).isoformat())


def _refuse_missing(where: str, name: str, newest: date, stated: set[date]) -> None:
    if newest not in stated:
        raise PageBroken(
            f"{where}: {name} of {newest} was stated before and is missing now. Nothing was lost "
            "and the cursor did not move: run again."
        )


def _day(end_time: str) -> date:
    """Return the day that a value is of: it is stated by the midnight at its end."""
    at = _instant(end_time)
    if at is None:
        raise PageBroken("facebook_pages page insights: a value without its day. Run again.")
    return at.astimezone(PACIFIC).date() - ONE_DAY


def _one_day(ctx: Extraction) -> object:
    yesterday = ctx.as_of.astimezone(PACIFIC).date() - ONE_DAY
    return list(_page_days(ctx, str(ctx.config["page_id"]), yesterday, yesterday))


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one page."""
    return graph.session(config, clock, "`pages_read_engagement` and `read_insights`")


FACEBOOK_PAGES = Source(
    name="facebook_pages",
    kind="social",
    title="Facebook pages",
    tables=(PAGES, FOLLOWERS, POSTS, POST_INSIGHTS, PAGE_INSIGHTS),
    extract=extract,
    required=("base_url", "access_token", "page_id"),
    secrets=("access_token", "app_secret"),
    session=session,
    settings=(
        Setting("base_url", "https://graph.facebook.com", "the address of the API"),
        Setting("page_id", None, "the page, by its number"),
        Setting("first_day", "2025-01-01", "the first day to read; two years back at most"),
        Setting("lookback_days", 7, "days of the page that are read again each time"),
        Setting("long_lookback_days", 28, "days of the page that are read again once a week"),
        Setting("snapshot_days", 90, "post counters are lifetime: a snapshot a day while young"),
        Setting(
            "calls_per_10_seconds", 20, "pace; Meta allows a page by its number of engaged users"
        ),
    ),
    sandbox={
        "access_token": "sandbox-page-token",
        "app_secret": "sandbox-page-secret",
        "page_id": "100200300400500",
    },
    api=Api(
        graph.API,
        None,
        "facebook-business 26.0.3 speaks v26.0; Meta keeps a Graph API version about two years "
        "and had named no last day for this one",
    ),
    notes=Notes(
        reads="The page and its followers; every published post with a snapshot of its views, "
        "viewers, clicks, reactions, comments and shares; the page's own days.",
        cursor="Posts are listed whole each time; days go on from the last one that was read.",
        lookback="Seven days of the page each time and 28 once a week; a post of the last 90 days "
        "is snapshot at each load, because its counters are lifetime totals.",
        limits="Throttles are errors under status 400 (codes 4, 17, 32, 613, 80001), waited for "
        "and retried; from three quarters of an allowance on, as the usage headers state it, "
        "requests slow down. A metric that Meta has given up is drift, not a failure.",
        scopes=(
            ("pages_read_engagement", "the page and its posts"),
            ("read_insights", "views, viewers and reactions of posts and of the page"),
            ("pages_show_list", "finds the page for the token"),
        ),
        blind=(
            "Days more than two years back, and pages of fewer than 100 followers.",
            "Counters of a post between two loads: only the snapshots are known.",
            "Who reacted or commented: only counts are read.",
        ),
    ),
    asks={
        "pages_read_engagement": lambda ctx: graph.node(
            ctx, str(ctx.config["page_id"]), "id", "facebook_pages"
        ),
        "read_insights": _one_day,
    },
)
