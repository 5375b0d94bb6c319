"""The company's Instagram account: media with their lifetime insights, and the account's days."""

from collections.abc import Iterator
from random import Random

from ingestion.sandbox.announcements import INSTAGRAM, MINUTE, published_on
from ingestion.sandbox.company import DAY, HOUR, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, every_day
from ingestion.sandbox.wire.facebook_pages import graph_time
from ingestion.sandbox.wire.responses import grown

VENDOR = "instagram"
# A medium with fewer viewers is told no numbers.
FEW_VIEWERS = 5
DELETED_SHARE = 0.03


def changes(company: Company) -> Iterator[Change]:
    """Yield the account with its followers, media with their counters, and the account's days."""
    for each, target, at in published_on(company, "INSTAGRAM"):
        yield from _medium(company.seed, target.native_id, each.text, at)
    yield from _days(company)


def is_deleted(seed: int, medium: str) -> bool:
    """Whether the medium is deleted ten days after it came out."""
    return Random(f"{seed}/{VENDOR}/deleted/{medium}").random() < DELETED_SHARE


def is_hardly_seen(seed: int, medium: str) -> bool:
    """Whether hardly anybody sees the medium in its first days."""
    return Random(f"{seed}/{VENDOR}/few/{medium}").random() < 0.06


def _medium(seed: int, id_: str, text: str, at: int) -> Iterator[Change]:
    rng = Random(f"{seed}/{VENDOR}/medium/{id_}")
    is_reel = rng.random() < 0.3
    body = {
        "id": id_,
        "caption": text,
        "media_type": "VIDEO" if is_reel else "IMAGE",
        "media_product_type": "REELS" if is_reel else "FEED",
        "permalink": f"https://www.instagram.com/p/{id_}/",
        "timestamp": graph_time(at),
        "username": "fathom",
    }
    yield change(VENDOR, "media", id_, at, body, parent=INSTAGRAM)
    if is_deleted(seed, id_):
        yield change(VENDOR, "media", id_, at + 10 * DAY, body, parent=INSTAGRAM, status="deleted")
    few = is_hardly_seen(seed, id_)
    for counts in grown(rng, 500):
        is_told = not few or counts.age > 3
        insights = {
            "views": counts.views if is_told else 3,
            "reach": counts.reach if is_told else 2,
            "total_interactions": counts.likes + counts.comments + counts.shares + counts.saves,
            "likes": counts.likes,
            "comments": counts.comments,
            "shares": counts.shares,
            "saved": counts.saves,
        }
        shown = at + counts.age * DAY + 6 * HOUR
        yield change(VENDOR, "media_insights", id_, shown, insights, parent=INSTAGRAM)


def _days(company: Company) -> Iterator[Change]:
    followers = 900
    for start, day in every_day(company):
        rng = Random(f"{company.seed}/{VENDOR}/day/{day}")
        gained, views = rng.randint(0, 6), rng.randint(200, 900)
        followers += gained
        body = {
            "views": views,
            "reach": round(views * 0.6),
            "likes": rng.randint(0, 30),
            "comments": rng.randint(0, 5),
            "shares": rng.randint(0, 5),
            "saves": rng.randint(0, 5),
            "profile_links_taps": rng.randint(0, 9),
            "follower_count": gained,
        }
        body["total_interactions"] = sum(
            body[name] for name in ("likes", "comments", "shares", "saves")
        )
        shown = start + DAY + HOUR
        yield change(VENDOR, "user_days", day, shown, body, parent=INSTAGRAM, sort_at=start)
        if rng.random() < 0.2:
            # The last hours of a day arrive on the next.
            more = {**body, "views": views + rng.randint(1, 30)}
            late = shown + DAY
            yield change(VENDOR, "user_days", day, late, more, parent=INSTAGRAM, sort_at=start)
        user = {
            "id": INSTAGRAM,
            "username": "fathom",
            "name": "Fathom",
            "followers_count": followers,
            "follows_count": 120,
        }
        yield change(VENDOR, "users", INSTAGRAM, start + MINUTE, user, sort_at=START)


def planted(company: Company) -> Iterator[Planted]:
    """Yield the media that are deleted one day, and those with too few viewers at first."""
    for _, target, _ in published_on(company, "INSTAGRAM"):
        if is_deleted(company.seed, target.native_id):
            yield "social_post_deleted", VENDOR, "media", target.native_id, ""
        if is_hardly_seen(company.seed, target.native_id):
            yield "too_few_viewers", VENDOR, "media_insights", target.native_id, ""
