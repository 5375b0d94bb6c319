"""The made-up company: who its people are, what they did, and what each channel really caused.

Hallmark of the design: one story. The person who clicked the ad filled the form and became the
deal. Every random draw comes from a generator seeded by (seed, part, number), so that the same seed
gives the same bytes and a larger scale only adds people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from random import Random
from zlib import crc32

from ingestion.sandbox import names

DAY = 86_400_000
HOUR = 3_600_000
START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)
END = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000)
# 18 of the 24 generated months are visible at the default clock.
DEFAULT_AS_OF = datetime(2026, 7, 1, 6, tzinfo=UTC)
PERSONS_PER_SCALE = 5_000
VISITORS_PER_PERSON = 2.2

# The lift of one touch on the hazard of becoming a lead: what each channel really causes.
LIFTS = {
    "paid_search": 0.14,
    "organic_search": 0.10,
    "email": 0.12,
    "organic_social": 0.06,
    "paid_social": 0.05,
    "referral": 0.09,
    "direct": 0.0,
    "display": 0.01,
}
BASE_HAZARD = 0.05
# Met at a fair or called by sales: they visit no page and read no mail, so no touch explains them.
OFFLINE_SHARE = 0.06
CHANNEL_SHARES = (
    ("paid_search", 0.26),
    ("organic_search", 0.24),
    ("direct", 0.20),
    ("organic_social", 0.09),
    ("paid_social", 0.08),
    ("referral", 0.09),
    ("display", 0.04),
)
STAGES = (
    ("appointmentscheduled", "Appointment scheduled", 0.2),
    ("qualifiedtobuy", "Qualified to buy", 0.4),
    ("presentationscheduled", "Presentation scheduled", 0.6),
    ("contractsent", "Contract sent", 0.9),
    ("closedwon", "Closed won", 1.0),
    ("closedlost", "Closed lost", 0.0),
)
OWNERS = tuple(f"{70_000_001 + number}" for number in range(8))
CAMPAIGNS = (
    ("spring_launch", "Spring Launch"),
    ("data_hygiene_guide", "Data Hygiene Guide"),
    ("attribution_webinar", "Attribution Webinar"),
    ("brand_search", "Brand Search"),
    ("competitor_search", "Competitor Search"),
    ("retargeting", "Retargeting"),
)


@dataclass(frozen=True)
class Account:
    """A company that may buy."""

    number: int
    name: str
    domain: str
    industry: str
    place: tuple[str, str, str, str, str]
    employees: int
    currency: str

    @property
    def true_id(self) -> str:
        """The id that truth knows the account by."""
        return f"a{self.number}"


@dataclass
class Person:
    """A human being, or what looks like one: `kind` is person, mailbox, test or spam."""

    number: int
    kind: str
    first: str
    last: str
    account: Account | None
    email: str
    phone: str
    title: str
    place: tuple[str, str, str, str, str]
    visitors: list[str]
    has_consent: bool
    sessions: list["Visit"] = field(default_factory=list)
    lead_at: int | None = None
    form_visit: "Visit | None" = None
    stages: list[tuple[str, int]] = field(default_factory=list)
    subscribed_at: int | None = None
    unsubscribed_at: int | None = None

    @property
    def true_id(self) -> str:
        """The id that truth knows the person by; a test entry is one too, though nobody is it."""
        return f"p{self.number}"


@dataclass(frozen=True)
class Visit:
    """One session of a visitor; `pages` are (instant, path)."""

    visitor: str
    started: int
    channel: str
    campaign: str | None
    click_id: str | None
    pages: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Deal:
    """An opportunity with its stage history; a refund is a negative deal naming its original."""

    number: int
    account: Account
    contact: Person
    owner: str
    created: int
    history: tuple[tuple[str, int], ...]
    cents: int
    currency: str
    refunds: int | None = None
    reopened: bool = False


@dataclass(frozen=True)
class Company:
    """The whole made-up company, its truth included."""

    seed: int
    scale: float
    accounts: list[Account]
    persons: list[Person]
    anonymous: list[Visit]
    deals: list[Deal]
    effects: dict[tuple[str, str], float]


def generate(seed: int, scale: float) -> Company:
    """Return the company of a seed at a scale (1 = 5,000 persons in the first 18 months)."""
    months_ratio = (END - START) / (int(DEFAULT_AS_OF.timestamp() * 1000) - START)
    count = max(20, round(PERSONS_PER_SCALE * scale * months_ratio))
    accounts = [_account(seed, number) for number in range(max(6, count // 4))]
    persons = [_person(seed, number, accounts) for number in range(count)]
    effects: dict[tuple[str, str], float] = {}
    for person in persons:
        _live(seed, person, effects)
    visitors = range(round(count * VISITORS_PER_PERSON))
    anonymous = [visit for number in visitors for visit in _stranger(seed, number)]
    deals = _deals(seed, persons, effects)
    return Company(seed, scale, accounts, persons, anonymous, deals, effects)


def _account(seed: int, number: int) -> Account:
    rng = Random(f"{seed}/account/{number}")
    first = names.COMPANY_FIRST[number % len(names.COMPANY_FIRST)]
    second = names.COMPANY_SECOND[number // len(names.COMPANY_FIRST) % len(names.COMPANY_SECOND)]
    lap = number // (len(names.COMPANY_FIRST) * len(names.COMPANY_SECOND))
    name = f"{first} {second}" + (f" {lap + 1}" if lap else "")
    return Account(
        number,
        name,
        name.lower().replace(" ", "") + ".example",
        rng.choice(names.INDUSTRIES),
        rng.choice(names.PLACES),
        rng.choice((20, 80, 250, 900, 4000)),
        rng.choices(("USD", "EUR", "GBP", "XAF"), (0.70, 0.18, 0.11, 0.01))[0],
    )


def _person(seed: int, number: int, accounts: list[Account]) -> Person:
    rng = Random(f"{seed}/person/{number}")
    kind = rng.choices(("person", "mailbox", "test", "spam"), (0.955, 0.01, 0.005, 0.03))[0]
    account = rng.choice(accounts) if rng.random() < 0.86 or kind == "mailbox" else None
    first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
    local = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}")).lower()
    # Two people of one name at one company get a number, as real mail systems do.
    host = account.domain if account else rng.choice(names.FREE_MAIL)
    email = f"{local}{number % 97 or ''}@{host}"
    if account is None:
        email = f"{local}{number}@{rng.choice(names.FREE_MAIL)}"
    if kind == "mailbox" and account:
        first, last, email = "", "", f"{rng.choice(names.ROLE_BOXES)}@{account.domain}"
    if kind == "test":
        first, last, email = "Test", "Test", rng.choice(("test@test.com", "asdf@asdf.com"))
    if kind == "spam":
        first, last = "".join(rng.choices("bcdfgklmnprstvxz", k=9)).title(), ""
        email, account = f"{first.lower()}{number}@mailinator.com", None
    place = account.place if account else rng.choice(names.PLACES)
    phone = f"+1212{rng.randrange(2_000_000, 9_999_999):07d}"
    if kind == "test":
        phone = "0000000000"
    visitors = [
        f"v-{seed}-{number}-{device}" for device in range(rng.choices((1, 2), (0.8, 0.2))[0])
    ]
    return Person(
        number,
        kind,
        first,
        last,
        account,
        email,
        phone,
        rng.choice(names.TITLES),
        place,
        visitors,
        rng.random() < 0.93,
    )


def social_network(visitor: str, started: int) -> str:
    """Return the network whose ad brought a paid social visit: half LinkedIn's, half Meta's two.

    A digest and no draw, so that whoever asks, in whatever order, is told the same.
    """
    share = crc32(f"{visitor}/{started}".encode()) % 10
    return "linkedin" if share < 5 else "facebook" if share < 8 else "instagram"


def paid_social_visits(company: "Company", network: str) -> Iterator[Visit]:
    """Yield the visits that ads on a network brought, of everyone whom the web site sees."""
    known = (each for each in company.persons if each.kind not in ("spam", "test"))
    visits = chain(company.anonymous, *(person.sessions for person in known))
    for visit in visits:
        if visit.channel == "paid_social" and network == social_network(
            visit.visitor, visit.started
        ):
            yield visit


def session_of(rng: Random, visitor: str, started: int, channel: str) -> Visit:
    """Return a session of two to six pages that begins at `started`."""
    campaign = click = None
    if channel in ("paid_search", "paid_social", "display", "email"):
        campaign = rng.choice(CAMPAIGNS)[0]
    if channel == "paid_search":
        click = "gclid:" + "".join(rng.choices("ABCDEFGHabcdefgh0123456789-_", k=24))
    if channel == "paid_social" and rng.random() < 0.8:
        click = "li_fat_id:" + "".join(rng.choices("0123456789abcdef", k=32))
        if social_network(visitor, started) != "linkedin":
            click = click.replace("li_fat_id:", "fbclid:IwAR")
    pages, instant = [], started
    paths = ("/", "/pricing", "/product", "/blog/clean-data", "/customers", "/webinar")
    for _ in range(rng.randint(2, 6)):
        pages.append((instant, rng.choice(paths)))
        instant += rng.randint(5, 240) * 1000
    return Visit(visitor, started, channel, campaign, click, tuple(pages))


def _channel(rng: Random, known: bool) -> str:
    if known and rng.random() < 0.3:
        return "email"
    return rng.choices(
        [name for name, _ in CHANNEL_SHARES], [share for _, share in CHANNEL_SHARES]
    )[0]


def _live(seed: int, person: Person, effects: dict[tuple[str, str], float]) -> None:
    """One person's visits until they lead to a form, and the CRM's stages after it."""
    rng = Random(f"{seed}/life/{person.number}")
    instant = START + int(rng.random() * (END - START))
    touched: list[str] = []
    if _is_offline(seed, person):
        person.lead_at = instant
        person.stages = [("lead", instant)]
        _credit(effects, "lead", touched)
        _advance(rng, person, touched)
        return
    for step in range(12):
        channel = _channel(rng, known=step > 2)
        visit = session_of(rng, rng.choice(person.visitors), instant, channel)
        person.sessions.append(visit)
        touched.append(channel)
        hazard = BASE_HAZARD + sum(LIFTS[each] for each in touched)
        if person.lead_at is None and (person.kind != "person" or rng.random() < hazard):
            person.lead_at = visit.pages[-1][0] + 30_000
            person.form_visit = visit
            if person.kind == "person":
                _credit(effects, "lead", touched)
            break
        instant += int(rng.expovariate(1 / (6 * DAY))) + HOUR
    if person.lead_at is None:
        # Everyone here has a record: those whom no form caught were met at a fair or imported.
        person.lead_at = instant + DAY
    person.stages = [("lead", person.lead_at)]
    if person.kind in ("person", "mailbox") and rng.random() < 0.7:
        person.subscribed_at = person.lead_at + rng.randint(1, 48) * HOUR
        if rng.random() < 0.12:
            person.unsubscribed_at = person.subscribed_at + rng.randint(5, 200) * DAY
    if person.kind != "person":
        return
    _advance(rng, person, touched)


def _is_offline(seed: int, person: Person) -> bool:
    rng = Random(f"{seed}/offline/{person.number}")
    return person.kind == "person" and rng.random() < OFFLINE_SHARE


def _credit(effects: dict[tuple[str, str], float], stage: str, touched: list[str]) -> None:
    """Share one conversion over what caused it: each touch by its lift, the rest by nothing."""
    total = BASE_HAZARD + sum(LIFTS[each] for each in touched)
    for each in touched:
        effects[stage, each] = effects.get((stage, each), 0.0) + LIFTS[each] / total
    effects[stage, "(none)"] = effects.get((stage, "(none)"), 0.0) + BASE_HAZARD / total


def _advance(rng: Random, person: Person, touched: list[str]) -> None:
    """CRM stages after the lead, with later visits of those who ever visit in between."""
    instant = person.lead_at or 0
    steps = (
        ("marketingqualifiedlead", 0.55, 8),
        ("salesqualifiedlead", 0.60, 10),
        ("opportunity", 0.62, 9),
    )
    for stage, chance, days in steps:
        if rng.random() > chance:
            return
        for _ in range(rng.randint(0, 2) if person.sessions else 0):
            instant += int(rng.expovariate(1 / (days * DAY / 2))) + HOUR
            channel = _channel(rng, known=True)
            person.sessions.append(session_of(rng, rng.choice(person.visitors), instant, channel))
            touched.append(channel)
        instant += int(rng.expovariate(1 / (days * DAY))) + HOUR
        person.stages.append((stage, instant))


def _stranger(seed: int, number: int) -> list[Visit]:
    rng = Random(f"{seed}/stranger/{number}")
    instant = START + int(rng.random() * (END - START))
    visits = []
    for _ in range(rng.choices((1, 2, 3), (0.7, 0.2, 0.1))[0]):
        visits.append(session_of(rng, f"s-{seed}-{number}", instant, _channel(rng, known=False)))
        instant += int(rng.expovariate(1 / (5 * DAY))) + HOUR
    return visits


def _deals(seed: int, persons: list[Person], effects: dict[tuple[str, str], float]) -> list[Deal]:
    deals: list[Deal] = []
    for person in persons:
        reached = dict(person.stages)
        if "opportunity" not in reached or person.account is None:
            continue
        rng = Random(f"{seed}/deal/{person.number}")
        created = reached["opportunity"]
        instant, history = created, [(STAGES[0][0], created)]
        outcome = rng.choices(("won", "lost", "open"), (0.34, 0.46, 0.20))[0]
        for stage, _, _ in STAGES[1 : rng.randint(2, 4)]:
            instant += int(rng.expovariate(1 / (9 * DAY))) + HOUR
            history.append((stage, instant))
        if outcome != "open":
            instant += int(rng.expovariate(1 / (12 * DAY))) + HOUR
            reopened = outcome == "lost" and rng.random() < 0.06
            history.append(("closedlost" if reopened else f"closed{outcome}", instant))
            if reopened:
                history.append(("contractsent", instant + 20 * DAY))
        cents = rng.randint(100_000, 3_000_000)
        currency = person.account.currency
        deal = Deal(
            len(deals),
            person.account,
            person,
            rng.choice(OWNERS),
            created,
            tuple(history),
            cents,
            currency,
        )
        deals.append(deal)
        touched = [visit.channel for visit in person.sessions if visit.started <= created]
        _credit(effects, "opportunity", touched)
        if history[-1][0] == "closedwon":
            _credit(effects, "won", touched)
            # A CRM makes the contacts of a won deal customers by itself.
            person.stages.append(("customer", instant))
            if rng.random() < 0.04:
                back = instant + rng.randint(5, 60) * DAY
                part = cents if rng.random() < 0.5 else cents // 3
                deals.append(
                    Deal(
                        len(deals),
                        person.account,
                        person,
                        deal.owner,
                        back,
                        (("closedwon", back),),
                        -part,
                        currency,
                        refunds=deal.number,
                    )
                )
    return deals
