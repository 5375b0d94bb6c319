"""What the made-up company bills through Stripe: won deals in two parts, and small subscriptions.

A deposit of two fifths is due at once, the rest a month later; some pay late, a few invoices were
wrong and are voided and written anew. What sales takes back of a deal is refunded on its payments.
Subscriptions are sold without sales, in six currencies: no deal stands behind them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.sandbox.company import DAY, END, HOUR, Company, Deal, Person
from ingestion.sandbox.dice import dice
from ingestion.sandbox.wire.hubspot import deal_id

SUBSCRIBER_SHARE = 0.03
MONTH = 30 * DAY
# A seat a month in minor units: a yen has no decimals, a dinar three of which the last is 0.
SEAT = {"USD": 4_900, "EUR": 4_500, "GBP": 3_900, "JPY": 7_000, "KWD": 15_120, "XAF": 29_000}
WITHOUT_CENTS = {"JPY", "XAF"}


@dataclass(frozen=True)
class Refund:
    """Money given back on one bill; `deal` is the CRM's negative deal."""

    id: str
    at: int
    amount: int
    deal: str


@dataclass(frozen=True)
class Bill:
    """An invoice and what became of it; `deal` is the CRM's id, "" where no deal stands behind."""

    id: str
    person: Person
    deal: str
    subscription: str
    currency: str
    amount: int
    quantity: int
    issued: int
    due: int
    paid: int | None = None
    voided: int | None = None
    failed: int | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True)
class Subscription:
    """Seats that a person pays for by the month, from `start` until `end` if it was cancelled."""

    id: str
    person: Person
    currency: str
    seats: int
    start: int
    end: int | None


def minor(cents: int, currency: str) -> int:
    """Return hundredths as the currency's minor unit; what has none is rounded to whole."""
    return (cents + 50) // 100 if currency in WITHOUT_CENTS else cents


def customer_id(person: Person) -> str:
    """Return Stripe's id of the customer that a person is."""
    return f"cus_{person.number:014d}"


def bills(company: Company) -> list[Bill]:
    """Return every invoice of the company's history."""
    found = list(_deal_bills(company))
    for each in subscriptions(company):
        found += _months(company.seed, each)
    return found


def _deal_bills(company: Company) -> Iterator[Bill]:
    taken_back = {each.refunds: each for each in company.deals if each.refunds is not None}
    for deal in company.deals:
        if deal.refunds is None and deal.history[-1][0] == "closedwon":
            yield from _two_parts(company.seed, deal, taken_back.get(deal.number))


def _two_parts(seed: int, deal: Deal, refund: Deal | None) -> Iterator[Bill]:
    won, id_ = deal.history[-1][1], deal_id(deal.number)
    rng = dice(f"{seed}/stripe/deal/{deal.number}")
    total = minor(deal.cents, deal.currency)
    deposit = total * 2 // 5
    # What is taken back was paid for within days, before anyone could want it back.
    parts = ((deposit, won + HOUR), (total - deposit, won + (2 * HOUR if refund else MONTH)))
    late, wrong = rng.random() < 0.15, rng.random() < 0.04
    delays = [rng.randint(1, 3) if refund else rng.randint(2, 13) for _ in parts]
    delays[1] += rng.randint(25, 75) if late and not refund else 0
    if wrong:
        # Written with its digits turned: voided the next day, beside the right one.
        digits = int(str(deposit)[::-1])
        at = won + HOUR // 2
        yield Bill(
            f"in_{deal.number:012d}90",
            deal.contact,
            id_,
            "",
            deal.currency,
            digits,
            1,
            at,
            at + 14 * DAY,
            voided=at + DAY,
        )
    given = _given_back(deal, refund, [part for part, _ in parts])
    for place, (amount, issued) in enumerate(parts):
        paid = issued + delays[place] * DAY
        yield Bill(
            f"in_{deal.number:012d}0{place}",
            deal.contact,
            id_,
            "",
            deal.currency,
            amount,
            1,
            issued,
            issued + 14 * DAY,
            paid,
            refunds=given[place],
        )


def _given_back(
    deal: Deal, refund: Deal | None, parts: list[int]
) -> tuple[tuple[Refund, ...], ...]:
    """Return the refunds of each part: the newest payment first, the older for what is left."""
    if refund is None:
        return ((), ())
    left = minor(-refund.cents, deal.currency)
    newest = min(left, parts[1])
    shares = (left - newest, newest)
    return tuple(
        (Refund(f"re_{deal.number:012d}0{place}", refund.created, share, deal_id(refund.number)),)
        if share
        else ()
        for place, share in enumerate(shares)
    )


def subscriptions(company: Company) -> list[Subscription]:
    """Return every subscription: of a few people, in the currency of their deals if they have."""
    owed = {
        deal.contact.number: deal.currency
        for deal in company.deals
        if deal.refunds is None and deal.history[-1][0] == "closedwon"
    }
    found = []
    for person in company.persons:
        rng = dice(f"{company.seed}/stripe/subscriber/{person.number}")
        if person.kind != "person" or rng.random() >= SUBSCRIBER_SHARE or not person.lead_at:
            continue
        chosen = rng.choices(tuple(SEAT), (0.5, 0.2, 0.12, 0.1, 0.05, 0.03))[0]
        start = person.lead_at + rng.randint(1, 30) * DAY
        months = rng.randint(1, 12) if rng.random() < 0.4 else None
        found.append(
            Subscription(
                f"sub_{person.number:014d}",
                person,
                owed.get(person.number, chosen),
                rng.randint(1, 4),
                start,
                start + months * MONTH if months else None,
            )
        )
    return found


def _months(seed: int, held: Subscription) -> Iterator[Bill]:
    """One bill a month, paid within the hour; a card now and then fails and pays days later."""
    rng = dice(f"{seed}/stripe/months/{held.person.number}")
    amount = SEAT[held.currency] * held.seats
    for month, at in enumerate(range(held.start, min(held.end or END, END), MONTH)):
        fails = rng.random() < 0.04
        yield Bill(
            f"in_{held.person.number:010d}1{month:03d}",
            held.person,
            "",
            held.id,
            held.currency,
            amount,
            held.seats,
            at,
            at,
            at + (3 * DAY if fails else HOUR),
            failed=at + HOUR if fails else None,
        )
