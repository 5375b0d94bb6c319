"""The company's Facebook page: posts, lifetime insights, days that end in California."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.sandbox.announcements import MINUTE, PAGE, published_on
from ingestion.sandbox.company import DAY, HOUR, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, every_day, iso_offset
from ingestion.sandbox.wire.responses import grown

VENDOR = "facebook_pages"
PACIFIC = ZoneInfo("America/Los_Angeles")
RENAMED = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp() * 1000)
# Meta gave the metric up for all versions on that day.
DIED = {"page_views_total": int(datetime(2026, 6, 15, tzinfo=UTC).timestamp() * 1000)}
DELETED_SHARE = 0.03


def changes(company: Company) -> Iterator[Change]:
    """Yield the page with its followers, posts with their counters, and the page's days."""
    for each, target, at in published_on(company, "FACEBOOK"):
        yield from _post(company.seed, target.native_id, each.text, at)
    yield from _days(company)


def graph_time(instant: int) -> str:
    """`2026-07-01T06:00:00+0000`, as the Graph writes it."""
    return iso_offset(instant).replace("+00:00", "+0000")


def is_deleted(seed: int, post: str) -> bool:
    """Whether the post is deleted ten days after it came out."""
    return Random(f"{seed}/{VENDOR}/deleted/{post}").random() < DELETED_SHARE


def _post(seed: int, id_: str, text: str, at: int) -> Iterator[Change]:
    rng = Random(f"{seed}/{VENDOR}/post/{id_}")
    body = {
        "id": id_,
        "message": text,
        "created_time": graph_time(at),
        "updated_time": graph_time(at),
        "permalink_url": f"https://www.facebook.com/{id_}",
        "status_type": "added_photos",
        "is_published": True,
    }
    yield change(VENDOR, "posts", id_, at, body, parent=PAGE)
    if is_deleted(seed, id_):
        yield change(VENDOR, "posts", id_, at + 10 * DAY, body, parent=PAGE, status="deleted")
    for counts in grown(rng, 600):
        loves = counts.likes // 4
        acts = {"like": counts.likes, "comment": counts.comments, "share": counts.shares}
        insights: dict[str, Any] = {
            "post_media_view": counts.views,
            "post_total_media_view_unique": counts.reach,
            "post_clicks": counts.clicks,
            # Kinds of which there is none are left out.
            "post_reactions_by_type_total": {
                kind: count
                for kind, count in (("like", counts.likes - loves), ("love", loves))
                if count
            },
            "post_activity_by_action_type": {kind: count for kind, count in acts.items() if count},
        }
        shown = at + counts.age * DAY + 6 * HOUR
        yield change(VENDOR, "post_insights", id_, shown, insights, parent=PAGE)


def _days(company: Company) -> Iterator[Change]:
    followers = 1_800
    for start, day in every_day(company):
        rng = Random(f"{company.seed}/{VENDOR}/day/{day}")
        gained, lost, views = rng.randint(0, 9), rng.randint(0, 3), rng.randint(300, 1500)
        followers += gained - lost
        body = {
            "page_media_view": views,
            "page_total_media_view_unique": round(views * 0.7),
            "page_post_engagements": rng.randint(5, 60),
            "page_views_total": rng.randint(10, 90),
            "page_follows": followers,
            "page_daily_follows_unique": gained,
            "page_daily_unfollows_unique": lost,
        }
        end = end_of(day)
        yield change(VENDOR, "page_days", day, end + HOUR, body, parent=PAGE, sort_at=start)
        if rng.random() < 0.1:
            # Numbers settle a few days later.
            restated = {**body, "page_media_view": views + rng.randint(1, 20)}
            late = end + 3 * DAY
            yield change(VENDOR, "page_days", day, late, restated, parent=PAGE, sort_at=start)
        yield _page(start + MINUTE, followers)


def end_of(day: str) -> int:
    """The midnight in California that ends a day."""
    following = date.fromisoformat(day) + timedelta(days=1)
    at = datetime(following.year, following.month, following.day, tzinfo=PACIFIC)
    return int(at.timestamp() * 1000)


def _page(at: int, followers: int) -> Change:
    body = {
        "id": PAGE,
        "name": "Fathom" if at < RENAMED else "Fathom Data",
        "category": "Software Company",
        "link": "https://www.facebook.com/fathom",
        "followers_count": followers,
        "fan_count": followers - 40,
    }
    return change(VENDOR, "pages", PAGE, at, body, sort_at=START)


def planted(company: Company) -> Iterator[Planted]:
    """Yield what the page keeps in store: deleted posts, its new name, a metric given up."""
    for _, target, _ in published_on(company, "FACEBOOK"):
        if is_deleted(company.seed, target.native_id):
            yield "social_post_deleted", VENDOR, "posts", target.native_id, ""
    yield "page_renamed", VENDOR, "pages", PAGE, "Fathom Data"
    for metric in DIED:
        yield "metric_given_up", VENDOR, "page_insights", metric, ""
