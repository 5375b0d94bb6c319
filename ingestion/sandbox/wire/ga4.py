"""The company in Google Analytics 4: the sessions that its tag saw, by the property's own day.

A day shows the next morning without a tenth of its sessions, is whole two days later, and a few key
events get their true channel only a day or nine after that. Who refuses consent, and one in twelve
who block the tag, are never seen.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.sandbox.company import DAY, END, HOUR, START, Company, Person, Visit
from ingestion.sandbox.dice import dice
from ingestion.sandbox.files import accepts, sessions_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change

PROPERTY = "310000001"
ZONE, CURRENCY = "America/New_York", "USD"
KEY_EVENT = "generate_lead"
_ZONE = ZoneInfo(ZONE)
_BLOCKED = 0.08
# Our channel -> Google's default channel group, source, medium.
_TRAFFIC = {
    "paid_search": ("Paid Search", "google", "cpc"),
    "organic_search": ("Organic Search", "google", "organic"),
    "direct": ("Direct", "(direct)", "(none)"),
    "organic_social": ("Organic Social", "linkedin.com", "referral"),
    "paid_social": ("Paid Social", "linkedin", "paid_social"),
    "referral": ("Referral", "partner.example", "referral"),
    "display": ("Display", "criteo", "display"),
    "email": ("Email", "mailchimp", "email"),
}
_NO_CAMPAIGN = {
    "Direct": "(direct)",
    "Organic Search": "(organic)",
    "Organic Social": "(referral)",
    "Referral": "(referral)",
}


def changes(company: Company) -> Iterator[Change]:
    """Yield each day of the property: all its sessions in one record, as known at that time."""
    days: dict[str, list[dict[str, Any]]] = {}
    for held in seen(company):
        days.setdefault(held["date"], []).append(held)
    for day, held in days.items():
        yield from _day(day, held)


def seen(company: Company) -> Iterator[dict[str, Any]]:
    """Yield every session that the tag saw, in no order, with what later versions correct."""
    known: dict[str, int] = {}
    found = [
        (visit, person)
        for visit, person in sessions_of(company, START, END)
        if accepts(company.seed, visit, person)
    ]
    for visit, _ in found:
        known[visit.visitor] = min(known.get(visit.visitor, visit.started), visit.started)
    for visit, person in found:
        rng = dice(f"{company.seed}/ga4/{visit.visitor}/{visit.started}")
        draws = [rng.random() for _ in range(4)]
        if draws[0] >= _BLOCKED:
            yield _session(visit, person, draws, is_new=known[visit.visitor] == visit.started)


def _session(
    visit: Visit, person: Person | None, draws: list[float], *, is_new: bool
) -> dict[str, Any]:
    group, source, medium = _TRAFFIC[visit.channel]
    leads = int(bool(person and person.form_visit is visit and person.lead_at))
    duration = (visit.pages[-1][0] - visit.started) // 1000
    day = datetime.fromtimestamp(visit.started / 1000, UTC).astimezone(_ZONE).date()
    moves = leads and group != "Direct" and draws[2] < 0.2
    return {
        "date": day.isoformat(),
        "user": visit.visitor,
        "traffic": [group, source, medium, visit.campaign or _NO_CAMPAIGN.get(group, "(not set)")],
        "landing": "(not set)" if draws[3] < 0.02 else visit.pages[0][1],
        "views": len(visit.pages),
        "seconds": duration,
        "new": int(is_new),
        "leads": leads,
        # What a version lacks: a session that comes a day late, a channel that is known later.
        "late": int(draws[1] < 0.1),
        "settles": 0 if not moves else 9 if draws[2] < 0.02 else 1,
    }


def _day(day: str, held: list[dict[str, Any]]) -> Iterator[Change]:
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    whole = start + 2 * DAY + 4 * HOUR
    versions = [(start + DAY + 9 * HOUR, [each for each in held if not each["late"]], 0)]
    versions += [(whole + settled * DAY, held, settled) for settled in (0, 1, 9)]
    before: list[list[Any]] | None = None
    for shown, sessions, settled in versions:
        body = [_row(each, settled) for each in sessions]
        if body == before:
            continue
        before = body
        yield change("ga4", "days", day, shown, {"sessions": body}, sort_at=start)


def _row(held: dict[str, Any], settled: int) -> list[Any]:
    """A session as it is known so and so many days after its day was whole."""
    is_known = held["settles"] <= settled
    traffic = held["traffic"] if is_known else ["Direct", "(direct)", "(none)", "(direct)"]
    values = ("user", "landing", "views", "seconds", "new", "leads")
    return [*traffic, *(held[name] for name in values)]
