"""LinkedIn organisation pages -> raw_linkedin_pages, by the versioned `/rest` addresses.

A post's counters are lifetime totals, so each load takes one snapshot a post and day while the
post is young. The page's own days go back a rolling year and settle within the lookback. The
parentheses of its query language must not be re-encoded, hence addresses built by hand.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from ingestion.auth import Fixed
from ingestion.contract import Column, Extraction, Page, Source, Sweep, Table, Yield, columns
from ingestion.http import Budget, Clock, Session
from ingestion.pages import Paging, rows_of

VERSION = "202606"
PAGE = 100
SHARES = 20
_COUNTERS = "impressions unique_impressions clicks likes comments shares"
_VENDOR = "impressionCount uniqueImpressionsCount clickCount likeCount commentCount shareCount"
_MEASURES = (*columns(_COUNTERS, "bigint"), Column("engagement", "double"))
POSTS = Table(
    "posts",
    "versioned",
    ("id",),
    (
        *columns("id author commentary lifecycle_state visibility content_type"),
        *columns("created_at published_at last_modified_at", "timestamp"),
    ),
    order="last_modified_at",
)
SHARE_STATISTICS = Table(
    "share_statistics",
    "versioned",
    ("share_id", "observed_on"),
    (*columns("share_id organization"), Column("observed_on", "date"), *_MEASURES),
)
_DAY_KEY = (Column("organization"), Column("reported_on", "date"))
PAGE_DAYS = Table(
    "page_days", "versioned", ("organization", "reported_on"), (*_DAY_KEY, *_MEASURES)
)
FOLLOWER_DAYS = Table(
    "follower_days",
    "versioned",
    ("organization", "reported_on"),
    (*_DAY_KEY, *columns("organic_gained paid_gained", "bigint")),
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield every post, a snapshot of the young ones, and the page's days that may have moved."""
    organization = str(ctx.config["organization"])
    posts = list(_posts(ctx, organization))
    yield Page("posts", [_post(record) for record in posts])
    # The list is whole, so a post missing from it is gone.
    yield Sweep("posts", frozenset((str(record["id"]),) for record in posts))
    oldest = ctx.as_of - timedelta(days=int(ctx.config.get("snapshot_days", 90)))
    young = [
        str(record["id"])
        for record in posts
        if int(record.get("publishedAt") or 0) >= oldest.timestamp() * 1000
    ]
    for start in range(0, len(young), SHARES):
        yield Page("share_statistics", _snapshots(ctx, organization, young[start : start + SHARES]))
    first, last = _range(ctx)
    yield Page("page_days", list(_page_days(ctx, organization, first, last)))
    yield Page("follower_days", list(_follower_days(ctx, organization, first, last)))
    ctx.advance("days", last.isoformat())


def _posts(ctx: Extraction, organization: str) -> Iterator[dict[str, Any]]:
    paging, start = Paging("linkedin_pages posts"), 0
    while True:
        query = f"author={quote(organization, safe='')}&q=author&start={start}&count={PAGE}"
        body = ctx.http.get(f"/rest/posts?{query}")
        records = rows_of(body, "elements", paging.where)
        links = (body.get("paging") or {}).get("links") or []
        more = any(link.get("rel") == "next" for link in links)
        start += len(records)
        paging.add(records, following=str(start) if more else None)
        yield from records
        if not more:
            paging.met(int((body.get("paging") or {}).get("total") or 0))
            return


def _post(record: Mapping[str, Any]) -> dict[str, Any]:
    content = record.get("content") or {}
    return {
        "id": record.get("id"),
        "author": record.get("author"),
        "commentary": record.get("commentary"),
        "created_at": record.get("createdAt"),
        "published_at": record.get("publishedAt"),
        "last_modified_at": record.get("lastModifiedAt"),
        "lifecycle_state": record.get("lifecycleState"),
        "visibility": record.get("visibility"),
        "content_type": next(iter(content), "text") if isinstance(content, Mapping) else None,
    }


def _snapshots(ctx: Extraction, organization: str, shares: list[str]) -> list[dict[str, Any]]:
    listed = ",".join(quote(share, safe="") for share in shares)
    path = f"{_statistics('Share', organization)}&shares=List({listed})"
    records = rows_of(ctx.http.get(path), "elements", "linkedin_pages share statistics")
    return [
        {
            "share_id": record.get("share"),
            "organization": organization,
            "observed_on": ctx.as_of.date(),
            **_measures(record),
        }
        for record in records
    ]


def _statistics(kind: str, organization: str) -> str:
    owner = quote(organization, safe="")
    return (
        f"/rest/organizationalEntity{kind}Statistics"
        f"?q=organizationalEntity&organizationalEntity={owner}"
    )


def _measures(record: Mapping[str, Any]) -> dict[str, Any]:
    held = record.get("totalShareStatistics") or {}
    pairs = zip(_COUNTERS.split(), _VENDOR.split(), strict=True)
    return {ours: held.get(theirs) for ours, theirs in pairs} | {
        "engagement": held.get("engagement")
    }


def _range(ctx: Extraction) -> tuple[date, date]:
    if ctx.window:
        return ctx.window
    last, known = ctx.as_of.date(), ctx.cursor("days", "")
    if not known:
        # The statistics go back a rolling year.
        return last - timedelta(days=365), last
    reach = last - timedelta(days=int(ctx.config.get("lookback_days", 30)))
    return min(reach, date.fromisoformat(known)), last


def _intervals(first: date, last: date) -> str:
    def millis(day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)

    span = f"(start:{millis(first)},end:{millis(last + timedelta(days=1))})"
    return f"&timeIntervals=(timeRange:{span},timeGranularityType:DAY)"


def _days(ctx: Extraction, kind: str, organization: str, first: date, last: date) -> Iterator[Any]:
    path = _statistics(kind, organization) + _intervals(first, last)
    for record in rows_of(ctx.http.get(path), "elements", f"linkedin_pages {kind.lower()} days"):
        start = int((record.get("timeRange") or {}).get("start") or 0)
        yield datetime.fromtimestamp(start / 1000, UTC).date(), record


def _page_days(
    ctx: Extraction, organization: str, first: date, last: date
) -> Iterator[dict[str, Any]]:
    for day, record in _days(ctx, "Share", organization, first, last):
        yield {"organization": organization, "reported_on": day, **_measures(record)}


def _follower_days(
    ctx: Extraction, organization: str, first: date, last: date
) -> Iterator[dict[str, Any]]:
    for day, record in _days(ctx, "Follower", organization, first, last):
        gains = record.get("followerGains") or {}
        yield {
            "organization": organization,
            "reported_on": day,
            "organic_gained": gains.get("organicFollowerGain"),
            "paid_gained": gains.get("paidFollowerGain"),
        }


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one page; version and protocol go with every request."""
    token = str(config["access_token"])
    headers = {
        "Authorization": f"Bearer {token}",
        "LinkedIn-Version": VERSION,
        "X-Restli-Protocol-Version": "2.0.0",
    }
    return Session(
        str(config["base_url"]),
        auth=Fixed(headers),
        budgets=(Budget(20, 1.0),),
        secrets=(token,),
        clock=clock,
    )


LINKEDIN_PAGES = Source(
    name="linkedin_pages",
    kind="social",
    title="LinkedIn pages",
    tables=(POSTS, SHARE_STATISTICS, PAGE_DAYS, FOLLOWER_DAYS),
    extract=extract,
    required=("base_url", "access_token", "organization"),
    secrets=("access_token",),
    session=session,
)
