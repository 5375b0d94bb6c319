"""LinkedIn organisation pages -> raw_linkedin_pages, by the versioned `/rest` addresses.

A post's counters are lifetime totals, so each load takes one snapshot a post and day while the
post is young. The page's own days go back a rolling year and settle within the lookback. The
parentheses of its query language must not be re-encoded, hence addresses built by hand.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from ingestion.auth import APP
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Bad, Extraction, Page, Source, Sweep, Yield
from ingestion.convert import body_of
from ingestion.days import reach
from ingestion.errors import PageBroken
from ingestion.pages import Declared, Paging, rows_of, sure, whole
from ingestion.sources.linkedin import TOKEN_URL, VERSION, session
from ingestion.sources.linkedin_pages.shares import measures, snapshots, statistics
from ingestion.sources.linkedin_pages.tables import (
    FOLLOWER_DAYS,
    PAGE_DAYS,
    POSTS,
    SHARE_STATISTICS,
)

PAGE = 100


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield every post, a snapshot of the young ones, and the page's days that may have moved."""
    organization = str(ctx.config["organization"])
    posts = list(_posts(ctx, organization))
    yield Page("posts", [_post(record) for record in posts])
    # The list is whole, so a post missing from it is gone.
    yield Sweep("posts", frozenset((str(each["id"]),) for each in posts if each.get("id")))
    oldest = ctx.as_of - timedelta(days=int(ctx.config.get("snapshot_days", 90)))
    young = [record for record in posts if _is_young(record, oldest)]
    for record in young:
        if not record.get("id"):
            why = "its post has no id, so its counters could not be asked for"
            yield Bad("share_statistics", why, body_of(record))
    named = dict.fromkeys(str(record["id"]) for record in young if record.get("id"))
    yield from snapshots(ctx, organization, list(named))
    first, last = _range(ctx)
    yield Page("page_days", list(_page_days(ctx, organization, first, last)))
    yield Page("follower_days", list(_follower_days(ctx, organization, first, last)))
    ctx.advance("days", last.isoformat())


def _posts(ctx: Extraction, organization: str) -> Iterator[dict[str, Any]]:
    """Yield the posts, read until as many different ones came as are declared."""

    def read(paging: Paging) -> Iterator[Declared]:
        start = 0
        while True:
            query = f"author={quote(organization, safe='')}&q=author&start={start}&count={PAGE}"
            body = ctx.http.get(f"/rest/posts?{query}")
            records = rows_of(body, "elements", paging.where)
            stated = body.get("paging") or {}
            more = any(link.get("rel") == "next" for link in stated.get("links") or [])
            # A full page that states no total may have lost its link too.
            more = more or (stated.get("total") is None and len(records) >= PAGE)
            start += len(records)
            paging.add(records, following=str(start) if more else None)
            yield records, int(stated.get("total") or 0)
            if not more:
                return

    for records in whole("linkedin_pages posts", read):
        yield from records


def _is_young(record: Mapping[str, Any], oldest: datetime) -> bool:
    """Whether a post's counters may still move; one whose instant cannot be read is asked for."""
    try:
        return int(record.get("publishedAt") or 0) >= oldest.timestamp() * 1000
    except (TypeError, ValueError):
        return True


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


def _range(ctx: Extraction) -> tuple[date, date]:
    if ctx.window:
        return ctx.window
    last, known = ctx.as_of.date(), ctx.cursor("days", "")
    if not known:
        # The statistics go back a rolling year.
        return last - timedelta(days=365), last
    return reach(last, date.fromisoformat(known), int(ctx.config.get("lookback_days", 30))), last


def _intervals(first: date, last: date) -> str:
    def millis(day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)

    span = f"(start:{millis(first)},end:{millis(last + timedelta(days=1))})"
    return f"&timeIntervals=(timeRange:{span},timeGranularityType:DAY)"


def _days(
    ctx: Extraction, kind: str, organization: str, first: date, last: date
) -> Iterator[tuple[date, Any]]:
    """Yield the days of a report; raises PageBroken where one that was stated before is not."""
    where = f"linkedin_pages {kind.lower()} days"
    path = statistics(kind, organization) + _intervals(first, last)
    records, _ = sure(partial(ctx.http.get, path), "elements", where, None)
    days = [(_day(record), record) for record in records]
    newest = ctx.cursor(f"{kind} days", "")
    if (
        newest
        and first <= date.fromisoformat(newest) <= last
        and newest not in {day.isoformat() for day, _ in days}
    ):
        raise PageBroken(
            f"{where}: {newest} was stated before and is missing now. Nothing was lost and the "
            "cursor did not move: run again."
        )
    if days:
        ctx.advance(f"{kind} days", max(day for day, _ in days).isoformat())
    yield from days


def _day(record: Mapping[str, Any]) -> date:
    start = int((record.get("timeRange") or {}).get("start") or 0)
    return datetime.fromtimestamp(start / 1000, UTC).date()


def _page_days(
    ctx: Extraction, organization: str, first: date, last: date
) -> Iterator[dict[str, Any]]:
    for day, record in _days(ctx, "Share", organization, first, last):
        yield {"organization": organization, "reported_on": day, **measures(record)}


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


def _page_of(ctx: Extraction) -> str:
    return quote(str(ctx.config["organization"]), safe="")


LINKEDIN_PAGES = Source(
    name="linkedin_pages",
    kind="social",
    title="LinkedIn pages",
    tables=(POSTS, SHARE_STATISTICS, PAGE_DAYS, FOLLOWER_DAYS),
    extract=extract,
    required=("base_url", "access_token", "organization"),
    secrets=("access_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", "https://api.linkedin.com", "the address of the API"),
        Setting("token_url", TOKEN_URL, "where the tokens of an OAuth app come from"),
        Setting("organization", None, "the page: urn:li:organization: and its number"),
        Setting("first_day", "2025-01-01", "the first day of history to read"),
        Setting("lookback_days", 30, "days of the page that are read again each time"),
        Setting("snapshot_days", 90, "post counters are lifetime: a snapshot a day while young"),
    ),
    sandbox={
        "access_token": "sandbox-linkedin-token",
        "organization": "urn:li:organization:1001",
    },
    api=Api(
        VERSION,
        date(2027, 6, 30),
        "reckoned: LinkedIn keeps a monthly version for at least a year "
        "(learn.microsoft.com/linkedin/marketing/versioning)",
    ),
    notes=Notes(
        reads="The page's posts with their lifetime counters, and the page's own days of views "
        "and followers.",
        cursor="Posts are listed whole each time; days go on from the last one that was read.",
        lookback="The last 30 days of the page are read again; a post of the last 90 days is "
        "snapshot at each load, because its counters are lifetime totals.",
        limits="LinkedIn publishes no numbers: 20 calls a second are never passed, a 429 waits.",
        scopes=(
            ("r_organization_social", "posts of the page and their counters"),
            ("rw_organization_admin", "the page's daily views and followers"),
        ),
        blind=(
            "Days older than a rolling year: LinkedIn does not keep them.",
            "Counters of a post between two loads: only the snapshots are known.",
            "Who reacted: LinkedIn gives counts, no people.",
        ),
    ),
    asks={
        "r_organization_social": lambda ctx: ctx.http.get(
            f"/rest/posts?author={_page_of(ctx)}&q=author&start=0&count=1"
        ),
        "rw_organization_admin": lambda ctx: ctx.http.get(
            "/rest/organizationalEntityFollowerStatistics?q=organizationalEntity"
            f"&organizationalEntity={_page_of(ctx)}"
        ),
    },
)
