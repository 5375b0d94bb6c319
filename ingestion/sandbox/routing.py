"""Who in the made-up company was to get which lead, who got it, and when somebody called.

The company routes the leads of its form by two rule books, one after the other. They are told here
as those who work by them would: nothing is read from config/routing.yml, which says the same.
Draws come from streams of their own, so that no other fact of the company moves.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from ingestion.sandbox.company import DAY, HOUR, OWNERS, Company, Person
from ingestion.sandbox.records import contacts, main_contact_id
from ingestion.sandbox.wire.hubspot_companies import owner_of
from ingestion.sandbox.wire.hubspot_forms import submission_id
from ingestion.sandbox.wire.hubspot_shape import LEFT_OWNER, MINUTE

FIRST_BOOK, SECOND_BOOK = (
    int(datetime(*day, tzinfo=UTC).timestamp() * 1000) for day in ((2025, 2, 3), (2025, 11, 3))
)
# Shares of the leads under a rule book.
WRONG_OWNER, OUT_OF_TURN, INACTIVE_OWNER, UNASSIGNED = 0.05, 0.04, 0.02, 0.02
LATE, CORRECTED, HANDED_ON, HANDED_ON_LATER = 0.06, 0.6, 0.05, 0.05
TOUCHED, ANSWERED = 0.85, 0.1
# The company's days off, as config/company.yml has them.
HOLIDAYS = {
    date.fromisoformat(f"{year}-{day}")
    for year, days in (
        (2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        (2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
    )
    for day in days.split()
}
# Zone, opening and closing of an office.
_NEW_YORK = (ZoneInfo("America/New_York"), time(9), time(17, 30))
_BERLIN = (ZoneInfo("Europe/Berlin"), time(8, 30), time(17))
_AT_BERLIN = (3, 4, 5)
_ROOM = {0: 6, 1: 6, 2: 1, 3: 6, 4: 2}
_AWAY = {
    1: ((date(2025, 7, 7), date(2025, 7, 18)), (date(2026, 3, 9), date(2026, 3, 13))),
    4: ((date(2025, 8, 4), date(2025, 8, 22)), (date(2026, 5, 18), date(2026, 5, 22))),
}
# Teams by rule book: their reps with the leads each gets in a round.
_TEAMS = {
    "americas": {0: 1, 1: 1, 2: 1},
    "europe": {3: 2, 4: 1},
    "north_america": {0: 1, 1: 2, 2: 1},
    "west_europe": {3: 1, 4: 1, 5: 1},
    "rest": {5: 1, 6: 1},
}


@dataclass(frozen=True)
class Routed:
    """A lead on its way: who was to get it (nobody before there were rules), and what became of it.

    `handovers` are (instant, owner), the first one the assignment; `mistake` is empty where the
    rule was kept. `touched` is when sales first turned to the lead, `answered` when the lead wrote.
    """

    person: Person
    arrived: int
    required: str | None
    mistake: str
    is_late: bool
    handovers: tuple[tuple[int, str], ...]
    reassigned: int | None
    touched: int | None
    answered: int | None


def story(company: Company) -> dict[int, Routed]:
    """Return what became of every lead of the form, by the number of its person."""
    leads = sorted(
        (each for each in company.persons if each.kind == "person" and each.form_visit),
        key=lambda each: (each.lead_at or 0, submission_id(each)),
    )
    return {each.person.number: each for each in _told(company, leads)}


def _told(company: Company, leads: list[Person]) -> Iterator[Routed]:
    typed = _misread(company)
    book = _Book(company.seed)
    for person in leads:
        rng = Random(f"{company.seed}/routing/{person.number}")
        required, team = book.owner(person, typed.get(person.number, ""))
        yield _lead(rng, person, required, team)


def _misread(company: Company) -> dict[int, str]:
    """Return the field of a person's first contact that nobody can read, by the person's number."""
    return {
        each.person.number: each.spoiled.field
        for each in contacts(company)
        if each.spoiled
        and each.contact_id == main_contact_id(each.person)
        and each.spoiled.kind in ("country_unknown", "state_unknown")
    }


class _Book:
    """The rule books, and who has had how many leads on the day that is being served."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._had: Counter[tuple[str, int, date]] = Counter()
        self._load: Counter[tuple[int, date]] = Counter()

    def owner(self, person: Person, unread: str) -> tuple[str | None, tuple[int, ...]]:
        """Return who must get a person's lead, and the reps of the team that it is for."""
        at = person.lead_at or 0
        if at < FIRST_BOOK:
            return None, ()
        day = business_day(at)
        found = self._first(person, unread) if at < SECOND_BOOK else self._second(person, unread)
        team = tuple(_TEAMS[found]) if isinstance(found, str) else ()
        rep = self._turn(found, at, day) if isinstance(found, str) else found
        self._load[rep, day] += 1
        return OWNERS[rep], team

    def _first(self, person: Person, unread: str) -> int | str:
        account = person.account
        if account and account.employees >= 1000:
            return OWNERS.index(owner_of(self._seed, account))
        if person.has_consent and person.form_visit and person.form_visit.channel == "referral":
            return 7
        if unread == "country":
            return "rest"
        return "americas" if person.place[0] in ("US", "CA") else "europe"

    def _second(self, person: Person, unread: str) -> int | str:
        account, country = person.account, person.place[0]
        if account and account.employees >= 900:
            return OWNERS.index(owner_of(self._seed, account))
        if account and account.industry == "FINANCE" and account.employees >= 250:
            return 6
        if unread == "country" or (unread == "state" and country == "US"):
            return "rest"
        if country == "DE":
            return 3
        return "north_america" if country in ("US", "CA") else "west_europe"

    def _turn(self, team: str, at: int, day: date) -> int:
        """Return whose turn it is: of those who had least, the next from the day's first on."""
        reps = [each for each in _TEAMS[team] if not _is_away(each, day)]
        free = [each for each in reps if self._load[each, day] < _ROOM.get(each, 10**9)]
        if not free and team != "rest":
            return self._turn("rest", at, day)
        if team == "rest":
            free = [each for each in free if _is_at_work(each, at)] or free
        began = business_day(FIRST_BOOK if at < SECOND_BOOK else SECOND_BOOK)
        everyone = list(_TEAMS[team])
        shift = business_days(began, day) % len(everyone)
        circle = everyone[shift:] + everyone[:shift]
        rep = min(
            free or reps or everyone,
            key=lambda each: (
                Fraction(self._had[team, each, day], _TEAMS[team][each]),
                circle.index(each),
            ),
        )
        self._had[team, rep, day] += 1
        return rep


def _lead(rng: Random, person: Person, required: str | None, team: tuple[int, ...]) -> Routed:
    at = person.lead_at or 0
    others = [each for each in OWNERS if each != required]
    mates = [OWNERS[each] for each in team if OWNERS[each] != required]
    outside = [each for each in others if each not in mates]
    chance, late = rng.random(), rng.random() < LATE
    bounds = (WRONG_OWNER, OUT_OF_TURN, INACTIVE_OWNER, UNASSIGNED)
    kinds = ("wrong_owner", "out_of_turn", "inactive_owner", "unassigned")
    mistake = ""
    for kind, share in zip(kinds, bounds, strict=True):
        if 0 <= chance < share:
            mistake = kind
        chance -= share
    if required is None:
        mistake, late = "", False
    if mistake == "out_of_turn" and not mates:
        mistake = "wrong_owner"
    owner = {
        "": required or rng.choice(OWNERS),
        "wrong_owner": rng.choice(outside),
        "out_of_turn": rng.choice(mates or outside),
        "inactive_owner": LEFT_OWNER,
        "unassigned": None,
    }[mistake]
    wait = rng.randint(4 * 24, 8 * 24) * HOUR if late else rng.randint(1, 15) * MINUTE
    handovers, reassigned = _handovers(rng, at + wait, owner, required)
    touched = None
    if rng.random() < TOUCHED:
        last = handovers[-1] if reassigned else (at + wait, owner or rng.choice(OWNERS))
        touched = _working_time(rng, last[0] + int(rng.expovariate(1 / (5 * HOUR))), last[1])
    answered = at + rng.randint(5, 50) * MINUTE if rng.random() < ANSWERED else None
    is_late = late and owner is not None
    return Routed(person, at, required, mistake, is_late, handovers, reassigned, touched, answered)


def _handovers(
    rng: Random, at: int, owner: str | None, required: str | None
) -> tuple[tuple[tuple[int, str], ...], int | None]:
    """Return the assignment and what follows it, and when that was within seven days."""
    chance, soon, later = rng.random(), rng.randint(6, 144) * HOUR, rng.randint(8, 40) * DAY
    other = rng.choice([each for each in OWNERS if each not in (owner, required)])
    if owner is None:
        return (), None
    given = (at, owner)
    if owner != required and required is not None and chance < CORRECTED:
        return (given, (at + soon, required)), at + soon
    if chance < HANDED_ON:
        return (given, (at + soon, other)), at + soon
    if chance < HANDED_ON + HANDED_ON_LATER:
        return (given, (at + later, other)), None
    return (given,), None


def _working_time(rng: Random, at: int, owner: str) -> int:
    """Return an instant at or after another at which the owner is surely at work."""
    is_at_berlin = owner in OWNERS and OWNERS.index(owner) in _AT_BERLIN
    first, last = (9, 14) if is_at_berlin else (15, 20)
    moment = datetime.fromtimestamp(at / 1000, UTC)
    if moment.hour >= last:
        moment = (moment + timedelta(days=1)).replace(hour=0)
    while moment.weekday() >= 5 or moment.date() in HOLIDAYS:
        moment = (moment + timedelta(days=1)).replace(hour=0)
    if moment.hour < first:
        moment = moment.replace(hour=first, minute=rng.randint(0, 59))
    return int(moment.timestamp() * 1000)


def business_day(at: int) -> date:
    """Return the business day that an instant belongs to: after closing, the next one."""
    zone, _, closes = _NEW_YORK
    moment = datetime.fromtimestamp(at / 1000, zone)
    day = moment.date() if moment.time() < closes else moment.date() + timedelta(days=1)
    while not _is_business_day(day):
        day += timedelta(days=1)
    return day


def business_days(first: date, last: date) -> int:
    """Return how many business days lie between two of them."""
    return sum(_is_business_day(first + timedelta(days=n)) for n in range((last - first).days))


def _is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def _is_away(rep: int, day: date) -> bool:
    return any(first <= day <= last for first, last in _AWAY.get(rep, ()))


def _is_at_work(rep: int, at: int) -> bool:
    zone, opens, closes = _BERLIN if rep in _AT_BERLIN else _NEW_YORK
    moment = datetime.fromtimestamp(at / 1000, zone)
    return _is_business_day(moment.date()) and opens <= moment.time() < closes
