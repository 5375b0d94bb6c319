"""What the company announces, on which networks, and how the publishing went.

LinkedIn's posts exist with the page; each is one announcement, whose siblings on the other networks
are published by the same tool. A few announcements never got out, and a few are drafts for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ingestion.sandbox.company import CAMPAIGNS, DAY, END, HOUR, START, Company
from ingestion.sandbox.wire import linkedin_pages

MINUTE = 60_000
PAGE, INSTAGRAM, CHANNEL = "100200300400500", "17841400000001001", "UCfathomSandbox0000000001"
# LinkedIn, Facebook, Instagram, YouTube: the share of announcements that each is meant to carry.
NETWORKS = (("LINKEDIN", 1.0), ("FACEBOOK", 0.9), ("INSTAGRAM", 0.7), ("YOUTUBE", 0.15))
ERRORS = (
    "Error validating access token: the session has expired",
    "Media processing timed out",
    "Spam risk: too many posts in a short window",
)
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Target:
    """An announcement on one network: what failed, and when and as what it came out at last."""

    network: str
    native_id: str
    failed: tuple[tuple[int, str], ...]
    published: int | None


@dataclass(frozen=True)
class Announcement:
    """One text for several networks; a draft is scheduled for no time, or deleted one day."""

    number: int
    slug: str
    title: str
    text: str
    created: int
    scheduled: int | None
    targets: tuple[Target, ...]
    deleted: int | None = None


def announcements(company: Company) -> Iterator[Announcement]:
    """Yield the announcements of the whole history, LinkedIn's numbers first."""
    for number in linkedin_pages.NUMBERS:
        yield _published(company.seed, number)
    for number in range(1, (END - START) // (25 * DAY)):
        yield _never_out(company.seed, number)


def published_on(company: Company, network: str) -> Iterator[tuple[Announcement, Target, int]]:
    """Yield what came out on a network, with the instant at which it did."""
    for each in announcements(company):
        for target in each.targets:
            if target.network == network and target.published is not None:
                yield each, target, target.published


def _published(seed: int, number: int) -> Announcement:
    body, _ = linkedin_pages.share(seed, number)
    rng = Random(f"{seed}/announcements/{number}")
    at = int(body["publishedAt"])
    # LinkedIn's own instant stands; where it took two attempts the first was half an hour before.
    retried = rng.random() < 0.05
    scheduled = at - (31 * MINUTE if retried else MINUTE)
    failed = ((scheduled + MINUTE, ERRORS[1]),) if retried else ()
    targets = [Target("LINKEDIN", str(body["id"]), failed, at)]
    for network, share in NETWORKS[1:]:
        if rng.random() < share:
            targets.append(_target(rng, network, number, scheduled))
    slug, title = CAMPAIGNS[number % len(CAMPAIGNS)]
    text = str(body["commentary"])
    return Announcement(number, slug, title, text, scheduled - 5 * DAY, scheduled, tuple(targets))


def _target(rng: Random, network: str, number: int, scheduled: int) -> Target:
    outcome = rng.choices(("at once", "next day", "never"), (0.88, 0.08, 0.04))[0]
    first = scheduled + rng.randint(20, 240) * 1000
    id_ = native_id(rng, network, number)
    if outcome == "at once":
        return Target(network, id_, (), first)
    failed = ((first, rng.choice(ERRORS)),)
    # Someone sees it the next day and tries again.
    later = first + DAY + rng.randint(1, 6) * HOUR
    return Target(network, id_, failed, later if outcome == "next day" else None)


def native_id(rng: Random, network: str, number: int) -> str:
    """Return the id that a network gives a post."""
    match network:
        case "FACEBOOK":
            return f"{PAGE}_{122_000_000_000 + number}"
        case "INSTAGRAM":
            return f"{17_900_000_000_000_000 + number}"
        case _:
            return "".join(rng.choices(_ID_LETTERS, k=11))


def _never_out(seed: int, number: int) -> Announcement:
    """An announcement that failed everywhere, or a draft, some of them thrown away."""
    rng = Random(f"{seed}/announcements/never/{number}")
    created = START + number * 25 * DAY + rng.randint(7, 17) * HOUR
    slug, title = CAMPAIGNS[number % len(CAMPAIGNS)]
    text = f"{title}: a word in between. https://www.fathom.example/{slug}"
    if number % 3 == 0:
        at = created + DAY
        error = rng.choice(ERRORS)
        failed = tuple(
            Target(network, "", ((at + MINUTE, error),), None)
            for network in ("FACEBOOK", "INSTAGRAM")
        )
        return Announcement(10_000 + number, slug, title, text, created, at, failed)
    drafted = (Target("FACEBOOK", "", (), None),)
    deleted = created + 20 * DAY if number % 3 == 1 else None
    return Announcement(10_000 + number, slug, title, text, created, None, drafted, deleted)
