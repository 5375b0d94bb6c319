"""What the company brings to market: its launches, who works on them, and how each went.

A launch goes live when its announcement comes out on LinkedIn; a few slip, a few are called off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from ingestion.sandbox.announcements import Announcement, announcements
from ingestion.sandbox.company import CAMPAIGNS, DAY, END, HOUR, START, Company
from ingestion.sandbox.launch_faults import EARLY_PAGE, NONE, Faults, faults_of
from ingestion.sandbox.wire.wordpress_story import HOST, Item, items

LAUNCHES = range(45)
LEAD_DAYS = 42
ARCHIVED_AFTER = 45 * DAY
# Roles, in the order of the team's numbers below.
LEAD, COPY, DESIGN, WEB, EMAIL, ANALYTICS, LEGAL, CHIEF, SOCIAL, NEW_COPY = range(10)


@dataclass(frozen=True)
class Colleague:
    """One of the marketing team: when they came and left, and a name they took later."""

    number: int
    first: str
    last: str
    came: int = START
    left: int | None = None
    renamed: tuple[int, str] | None = None

    @property
    def email(self) -> str:
        """Their address, which a marriage does not change."""
        return f"{self.first}.{self.last}@fathom.example".lower()


HANDOVER = START + 429 * DAY + 9 * HOUR
TEAM = (
    Colleague(LEAD, "Ines", "Moreau"),
    Colleague(COPY, "Jonas", "Brandt", left=START + 430 * DAY),
    Colleague(DESIGN, "Nadia", "Haddad"),
    Colleague(WEB, "Oscar", "Nilsson"),
    Colleague(EMAIL, "Paula", "Costa"),
    Colleague(ANALYTICS, "Vera", "Novak"),
    Colleague(LEGAL, "Teresa", "Greco"),
    Colleague(CHIEF, "Samuel", "Okafor"),
    Colleague(SOCIAL, "Zoe", "Weber", renamed=(START + 300 * DAY, "Lindqvist")),
    Colleague(NEW_COPY, "Liam", "Ortiz", came=START + 425 * DAY),
)


@dataclass(frozen=True)
class Launch:
    """One launch: begun, planned to go live on a day, live at an instant or called off."""

    number: int
    slug: str
    title: str
    created: int
    planned: int
    live: int | None
    called_off: int | None
    tier: int
    budget_euros: int
    announcement: Announcement | None
    faults: Faults = NONE
    page: str = ""

    @property
    def end(self) -> int:
        """The instant that its work leads up to, though it be called off before."""
        return self.live or self.planned

    @property
    def is_late(self) -> bool:
        """Whether it went live on a later day than was planned."""
        return self.live is not None and self.live // DAY > self.planned // DAY

    @property
    def archived(self) -> int:
        """The instant at which its project is put away."""
        return (self.called_off or self.end) + ARCHIVED_AFTER


def launches(company: Company) -> Iterator[Launch]:
    """Yield the launches of the whole history, one about every two weeks."""
    told = {each.number: each for each in announcements(company)}
    posts = [each for each in items(company) if each.site == "" and each.type == "post"]
    faults = faults_of(company.seed, [each for each in LAUNCHES if not _is_called_off(each)])
    for number in LAUNCHES:
        launch = _launch(company.seed, number, told[announced_by(number)])
        wrong = faults.get(number, NONE)
        yield replace(launch, faults=wrong, page=_page(launch, wrong, posts))


def announced_by(number: int) -> int:
    """Return the number of the announcement that a launch goes live with."""
    return 20 + 5 * number


def local_day(instant: int) -> str:
    """Return the day by which people name an instant; the sandbox's office is in UTC."""
    return datetime.fromtimestamp(instant / 1000, UTC).date().isoformat()


def _launch(seed: int, number: int, told: Announcement) -> Launch:
    rng = Random(f"{seed}/launch/{number}")
    out = told.targets[0].published
    live = out if out is not None else (told.scheduled or END)
    slug, title = CAMPAIGNS[announced_by(number) % len(CAMPAIGNS)]
    created = live // DAY * DAY - LEAD_DAYS * DAY + 9 * HOUR
    slipped = rng.randint(2, 10) * DAY if rng.random() < 0.35 else 0
    tier, budget = rng.choice((1, 2, 2, 3)), rng.randint(4, 60) * 500
    # What was called off has no announcement of its own: that one came out for something else.
    called_off = created + rng.randint(18, 26) * DAY if _is_called_off(number) else None
    return Launch(
        number,
        slug,
        title,
        created,
        live - slipped,
        None if called_off else live,
        called_off,
        tier,
        budget,
        None if called_off else told,
    )


def _is_called_off(number: int) -> bool:
    return number % 13 == 6


def _page(launch: Launch, wrong: Faults, posts: list[Item]) -> str:
    """Return the address of the blog post that tells of a launch, "" where none does.

    It comes out once the launch is live; where it was too early, before anybody had approved it.
    """
    if launch.live is None or not (launch.number % 3 == 0 or wrong.approval == EARLY_PAGE):
        return ""
    first, last = launch.live + HOUR, launch.live + 22 * DAY
    if wrong.approval == EARLY_PAGE:
        first, last = launch.created + DAY, launch.created + 30 * DAY
    for item in posts:
        out = item.versions[-1]
        # What moved or went away since has another address by now, or none.
        stays = out.status == "publish" and "content_slug_changed" not in item.traps
        if stays and first <= (out.dated or 0) <= last:
            return f"{HOST}{out.path}"
    return ""
