"""The company's YouTube channel: videos, and the days that Analytics tells of them."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from ingestion.sandbox.announcements import CHANNEL, MINUTE, published_on
from ingestion.sandbox.company import DAY, END, HOUR, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.encode import change, day_of, every_day, iso_ms
from ingestion.sandbox.wire.responses import Counts, grown

VENDOR = "youtube"
UPLOADS = CHANNEL.replace("UC", "UU", 1)
DELETED_SHARE = 0.06
# Analytics tells a day once two whole days have passed.
LATE = 3 * DAY + 9 * HOUR
COUNTED = ("views", "likes", "comments", "shares")


def changes(company: Company) -> Iterator[Change]:
    """Yield the channel with its subscribers, videos, their days, and the channel's days."""
    totals: dict[str, dict[str, int]] = {}
    for each, target, at in published_on(company, "YOUTUBE"):
        yield from _video(company.seed, target.native_id, each.title, each.text, at, totals)
    yield from _channel_days(company, totals)


def is_deleted(seed: int, video: str) -> bool:
    """Whether the video is deleted ten days after it came out."""
    return Random(f"{seed}/{VENDOR}/deleted/{video}").random() < DELETED_SHARE


def _video(
    seed: int, id_: str, title: str, text: str, at: int, totals: dict[str, dict[str, int]]
) -> Iterator[Change]:
    rng = Random(f"{seed}/{VENDOR}/video/{id_}")
    seconds = rng.randint(30, 400)
    snippet = {
        "publishedAt": iso_ms(at)[:19] + "Z",
        "channelId": CHANNEL,
        "title": title,
        "description": text,
        "channelTitle": "Fathom",
        "categoryId": "28",
        "liveBroadcastContent": "none",
    }
    gone = at + 10 * DAY if is_deleted(seed, id_) else None
    counts = [each for each in grown(rng, 300) if gone is None or each.age < 10]
    for each in counts:
        shown = at + each.age * DAY + (6 * HOUR if each.age else 0)
        body = _described(id_, snippet, seconds, each)
        yield change(VENDOR, "videos", id_, shown, body, parent=CHANNEL, sort_at=at)
    if gone is not None:
        body = _described(id_, snippet, seconds, counts[-1])
        yield change(VENDOR, "videos", id_, gone, body, parent=CHANNEL, status="deleted")
    none = Counts(-1, 0, 0, 0, 0, 0, 0, 0)
    for before, after in pairwise([none, *counts]):
        yield from _day(rng, id_, at + after.age * DAY, before, after, seconds, totals)


def _described(id_: str, snippet: dict[str, Any], seconds: int, counts: Counts) -> dict[str, Any]:
    """The video as the Data API shows it: numbers of 64 bits are text."""
    return {
        "kind": "youtube#video",
        "etag": f"e{id_}{counts.age}",
        "id": id_,
        "snippet": snippet,
        "contentDetails": {
            "duration": f"PT{seconds // 60}M{seconds % 60}S",
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": False,
            "projection": "rectangular",
        },
        "status": {
            "uploadStatus": "processed",
            "privacyStatus": "public",
            "license": "youtube",
            "embeddable": True,
            "publicStatsViewable": True,
            "madeForKids": False,
        },
        "statistics": {
            "viewCount": str(counts.views),
            "likeCount": str(counts.likes),
            "favoriteCount": "0",
            "commentCount": str(counts.comments),
        },
    }


def _day(
    rng: Random,
    id_: str,
    at: int,
    before: Counts,
    after: Counts,
    seconds: int,
    totals: dict[str, dict[str, int]],
) -> Iterator[Change]:
    """What a day added; Analytics never tells fewer than no views, likes it does."""
    told = {name: getattr(after, name) - getattr(before, name) for name in COUNTED}
    told["views"] = max(0, told["views"])
    if at >= END:
        return
    day = day_of(at)
    start = at - at % DAY
    body = {
        "day": day,
        "video": id_,
        **told,
        "estimatedMinutesWatched": told["views"] * seconds // 180,
        "averageViewDuration": seconds // 3,
    }
    key = f"{day}/{id_}"
    yield change(VENDOR, "video_days", key, start + LATE, body, parent=CHANNEL, sort_at=start)
    if rng.random() < 0.1 and told["views"]:
        # Views that no person had are taken away within the fortnight.
        body = {**body, "views": told["views"] - 1}
        late = start + LATE + 4 * DAY
        yield change(VENDOR, "video_days", key, late, body, parent=CHANNEL, sort_at=start)
    counted = totals.setdefault(day, dict.fromkeys(COUNTED, 0))
    for name in COUNTED:
        counted[name] += told[name]


def _channel_days(company: Company, totals: dict[str, dict[str, int]]) -> Iterator[Change]:
    subscribers = 400
    for start, day in every_day(company):
        rng = Random(f"{company.seed}/{VENDOR}/day/{day}")
        gained, lost = rng.randint(0, 4), rng.randint(0, 1)
        subscribers += gained - lost
        counted = totals.get(day, dict.fromkeys(COUNTED, 0))
        # Old videos that are no announcements are watched as well.
        views = counted["views"] + rng.randint(5, 40)
        body = {
            "day": day,
            **counted,
            "views": views,
            "estimatedMinutesWatched": views,
            "subscribersGained": gained,
            "subscribersLost": lost,
        }
        shown = start + LATE
        yield change(VENDOR, "channel_days", day, shown, body, parent=CHANNEL, sort_at=start)
        channel = {
            "kind": "youtube#channel",
            "etag": f"c{day}",
            "id": CHANNEL,
            "snippet": {
                "title": "Fathom",
                "description": "Clean data for people who sell.",
                "customUrl": "@fathom",
                "publishedAt": "2019-05-06T07:08:09Z",
                "country": "DE",
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": UPLOADS}},
            "statistics": {
                "viewCount": str(100_000 + views * 30),
                "subscriberCount": str(subscribers),
                "hiddenSubscriberCount": False,
            },
        }
        yield change(VENDOR, "channels", CHANNEL, start + MINUTE, channel, sort_at=START)


def planted(company: Company) -> Iterator[Planted]:
    """Yield the videos that are deleted one day."""
    for _, target, _ in published_on(company, "YOUTUBE"):
        if is_deleted(company.seed, target.native_id):
            yield "social_post_deleted", VENDOR, "videos", target.native_id, ""
