"""The company's LinkedIn page: posts, lifetime counters per post, page and follower days."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox.company import CAMPAIGNS, DAY, END, HOUR, START, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, every_day

ORGANIZATION = "urn:li:organization:1001"
POST_EVERY = 3 * DAY
NUMBERS = range(1, (END - START) // POST_EVERY)
# A post goes on collecting for three weeks.
ALIVE_DAYS = 21


def changes(company: Company) -> Iterator[Change]:
    """Yield posts, their growing counters, and the page's days."""
    for number in NUMBERS:
        yield from _post(company, number)
    for start, day in every_day(company):
        yield from _page_day(company, start, day)


def _counters(
    impressions: int, clicks: int, likes: int, comments: int, shares: int
) -> dict[str, Any]:
    engaged = clicks + likes + comments + shares
    return {
        "impressionCount": impressions,
        "uniqueImpressionsCount": round(impressions * 0.7),
        "clickCount": clicks,
        "likeCount": likes,
        "commentCount": comments,
        "shareCount": shares,
        "engagement": engaged / impressions if impressions else 0.0,
    }


def share(seed: int, number: int) -> tuple[dict[str, Any], Random]:
    """Return a post as it was published, and the generator of what became of it."""
    rng = Random(f"{seed}/linkedin/post/{number}")
    published = START + number * POST_EVERY + rng.randint(7, 17) * HOUR
    id_ = f"urn:li:share:{7_000_000_000 + number}"
    slug, title = CAMPAIGNS[number % len(CAMPAIGNS)]
    link = f"https://www.fathom.example/{slug}?utm_source=linkedin&utm_medium=social&utm_campaign={slug}"
    body = {
        "id": id_,
        "author": ORGANIZATION,
        "commentary": f"{title}: what we learned. {link}",
        "createdAt": published - HOUR,
        "publishedAt": published,
        "lastModifiedAt": published,
        "lifecycleState": "PUBLISHED",
        "visibility": "PUBLIC",
        "content": {"article": {"source": link}} if number % 2 else {"media": {"id": f"m{number}"}},
    }
    return body, rng


def _post(company: Company, number: int) -> Iterator[Change]:
    body, rng = share(company.seed, number)
    id_, published = body["id"], body["publishedAt"]
    yield change("linkedin_pages", "posts", id_, published, body, parent=ORGANIZATION)
    if rng.random() < 0.02:
        yield change(
            "linkedin_pages",
            "posts",
            id_,
            published + 10 * DAY,
            body,
            parent=ORGANIZATION,
            status="deleted",
        )
    impressions = clicks = likes = comments = shares = 0
    for age in range(ALIVE_DAYS):
        fresh = round(rng.randint(200, 900) / (1 + age))
        impressions += fresh
        clicks += round(fresh * rng.uniform(0.005, 0.03))
        likes += round(fresh * rng.uniform(0.0, 0.02))
        comments += rng.random() < 0.2
        shares += rng.random() < 0.1
        counters = {
            "share": id_,
            "organizationalEntity": ORGANIZATION,
            "totalShareStatistics": _counters(impressions, clicks, likes, comments, shares),
        }
        at = published + age * DAY + 6 * HOUR
        yield change("linkedin_pages", "share_statistics", id_, at, counters, parent=ORGANIZATION)


def _page_day(company: Company, start: int, day: str) -> Iterator[Change]:
    rng = Random(f"{company.seed}/linkedin/day/{day}")
    span = {"start": start, "end": start + DAY}
    impressions = rng.randint(300, 1500)
    body = {
        "organizationalEntity": ORGANIZATION,
        "timeRange": span,
        "totalShareStatistics": _counters(
            impressions,
            rng.randint(2, 30),
            rng.randint(0, 20),
            rng.randint(0, 4),
            rng.randint(0, 3),
        ),
    }
    shown = start + DAY + 5 * HOUR
    yield change(
        "linkedin_pages", "page_days", day, shown, body, parent=ORGANIZATION, sort_at=start
    )
    gained = {
        "organizationalEntity": ORGANIZATION,
        "timeRange": span,
        "followerGains": {
            "organicFollowerGain": rng.randint(0, 9),
            "paidFollowerGain": rng.randint(0, 2),
        },
    }
    yield change(
        "linkedin_pages", "follower_days", day, shown, gained, parent=ORGANIZATION, sort_at=start
    )
