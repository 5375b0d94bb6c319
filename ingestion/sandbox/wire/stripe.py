"""The company in Stripe: every version of every record, and the event that tells of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.sandbox.company import DAY, END, HOUR, START, Company, Person
from ingestion.sandbox.dice import dice
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire import stripe_shape as shape
from ingestion.sandbox.wire.encode import change
from ingestion.sandbox.wire.stripe_bills import (
    SEAT,
    Bill,
    Subscription,
    bills,
    subscriptions,
)

# Settled money becomes available a week later; foreign money is changed at these made-up rates.
SETTLE = 7 * DAY
_TO_USD = {"JPY": 0.0065, "KWD": 0.326, "XAF": 1.65}


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every Stripe object, in no particular order."""
    seed, written = company.seed, bills(company)
    yield from _catalogue()
    for each in customers(company):
        yield from _customer(seed, each)
    months: dict[str, list[Bill]] = {}
    for bill in written:
        yield from _bill(seed, bill)
        months.setdefault(bill.subscription, []).append(bill)
    for held in subscriptions(company):
        yield from _subscription(held, months.get(held.id, []))


@dataclass(frozen=True)
class Customer:
    """A person with a bill: known from shortly before the first one on, in its currency."""

    person: Person
    currency: str
    created: int
    deleted: int | None


def customers(company: Company) -> list[Customer]:
    """Return every customer; a few are deleted some time after their last bill, which stays."""
    found: dict[int, list[Bill]] = {}
    for bill in bills(company):
        found.setdefault(bill.person.number, []).append(bill)
    ends = {
        number: max(bill.paid or bill.issued for bill in held) for number, held in found.items()
    }
    # However small the company, the one that left first is gone.
    oldest = min(ends, key=lambda number: (ends[number], number), default=None)
    every = []
    for number, held in found.items():
        rng = dice(f"{company.seed}/stripe/deleted/{number}")
        is_gone = rng.random() < 0.12 or number == oldest
        gone = ends[number] + rng.randint(20, 200) * DAY if is_gone else None
        first = min(held, key=lambda bill: bill.issued)
        every.append(Customer(first.person, first.currency, first.issued - HOUR, gone))
    return every


def is_late(seed: int, bill: Bill) -> bool:
    """Return whether a payment shows the next day, dated when it was begun, as bank debits do."""
    return dice(f"{seed}/stripe/late/{bill.id}").random() < 0.03


def _told(
    object_: str,
    type_: str,
    at: int,
    body: dict[str, Any],
    *,
    shown: int = 0,
    deleted: bool = False,
) -> Iterator[Change]:
    """Yield a version of a record, and the event of it."""
    if at > END:
        return
    id_ = str(body["id"])
    created = int(body.get("created") or 0) * 1000
    gone = {"id": id_, "object": body["object"], "deleted": True}
    yield change(
        "stripe",
        object_,
        id_,
        max(at, shown),
        gone if deleted else body,
        status="deleted" if deleted else "live",
        sort_at=created,
    )
    moment = max(at, shown)
    event = {
        "id": f"evt_{type_}_{id_}_{moment // 1000}",
        "object": "event",
        "type": type_,
        # Of the account's own version, which is older than the one our reader speaks.
        "api_version": "2024-06-20",
        "created": moment // 1000,
        "livemode": False,
        "data": {"object": {**body, "rendered_by": "another version"}},
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
    }
    yield change("stripe", "events", event["id"], moment, event)


def _catalogue() -> Iterator[Change]:
    for id_, name in ((shape.PLATFORM, "Platform"), (shape.SEATS, "Hygiene Watch, one seat")):
        body = shape.product(id_, name, START, START)
        yield from _told("products", "product.created", START, body)
    kit = shape.product(shape.TRIAL, "Trial kit", START, START)
    yield from _told("products", "product.created", START, kit)
    renamed = START + 200 * DAY
    body = shape.product(shape.SEATS, "Hygiene Watch seat", START, renamed)
    yield from _told("products", "product.updated", renamed, body)
    yield from _told("products", "product.deleted", START + 500 * DAY, kit, deleted=True)
    for currency in SEAT:
        yield from _told("prices", "price.created", START, shape.price(currency, START))
    # No longer sold in dinars; who pays in them goes on.
    body = shape.price("KWD", START, active=False)
    yield from _told("prices", "price.updated", START + 515 * DAY, body)


def _customer(seed: int, held: Customer) -> Iterator[Change]:
    body = shape.customer(seed, held.person, held.currency, held.created)
    yield from _told("customers", "customer.created", held.created, body)
    moved = held.created + 40 * DAY
    if held.person.number % 7 == 0 and (held.deleted is None or moved < held.deleted):
        address = {**body["address"], "line1": f"{held.person.number} New Street"}
        yield from _told("customers", "customer.updated", moved, {**body, "address": address})
    if held.deleted is not None:
        yield from _told("customers", "customer.deleted", held.deleted, body, deleted=True)


def _subscription(held: Subscription, written: list[Bill]) -> Iterator[Change]:
    kind = "customer.subscription"
    latest = None
    for bill in written:
        latest, type_ = bill.id, f"{kind}.{'updated' if latest else 'created'}"
        body = shape.subscription(held, bill.issued, "active", latest)
        yield from _told("subscriptions", type_, bill.issued, body)
        if bill.failed and bill.paid:
            for at, status in ((bill.failed, "past_due"), (bill.paid, "active")):
                body = shape.subscription(held, at, status, latest)
                yield from _told("subscriptions", f"{kind}.updated", at, body)
    if held.end is not None and held.end <= END:
        body = shape.subscription(held, held.end - 1, "canceled", latest)
        yield from _told("subscriptions", f"{kind}.deleted", held.end, body)


def _bill(seed: int, bill: Bill) -> Iterator[Change]:
    body = shape.invoice(seed, bill, "open")
    yield from _told("invoices", "invoice.finalized", bill.issued, body)
    if bill.voided:
        void = shape.invoice(seed, bill, "void")
        yield from _told("invoices", "invoice.voided", bill.voided, void)
    if bill.failed:
        lost = shape.charge(seed, bill, bill.failed, failed=True, refunded=0)
        yield from _told("charges", "charge.failed", bill.failed, lost)
    if bill.paid is None:
        return
    paid = bill.paid
    shown = paid + 20 * HOUR if is_late(seed, bill) else paid
    invoice = shape.invoice(seed, bill, "paid")
    yield from _told("invoices", "invoice.paid", paid, invoice, shown=shown)
    yield from _told(
        "invoice_payments", "invoice_payment.paid", paid, shape.payment(bill), shown=shown
    )
    charged = shape.charge(seed, bill, paid, failed=False, refunded=0)
    yield from _told("charges", "charge.succeeded", paid, charged, shown=shown)
    yield from _balance(charged["balance_transaction"], "charge", charged, paid, 1, shown)
    for refund in bill.refunds:
        at = refund.at
        back = {
            "id": refund.id,
            "object": "refund",
            "amount": refund.amount,
            "currency": bill.currency.lower(),
            "charge": charged["id"],
            "payment_intent": charged["payment_intent"],
            "status": "succeeded",
            "reason": "requested_by_customer",
            "created": at // 1000,
            "balance_transaction": f"txn_{refund.id}",
            "metadata": {"deal_id": refund.deal},
        }
        yield from _told("refunds", "refund.created", at, back)
        less = shape.charge(seed, bill, paid, failed=False, refunded=refund.amount)
        yield from _told("charges", "charge.refunded", at, less)
        yield from _balance(back["balance_transaction"], "refund", back, at, -1, at)


def _balance(
    id_: str, type_: str, source: dict[str, Any], at: int, sign: int, shown: int
) -> Iterator[Change]:
    """The money as it reaches the balance, less the fee: pending at first. No event tells."""
    currency = source["currency"].upper()
    rate = _TO_USD.get(currency)
    amount = sign * (source["amount"] if rate is None else round(source["amount"] * rate))
    fee = round(amount * 0.029) if sign > 0 else 0
    body = {
        "id": id_,
        "object": "balance_transaction",
        "source": source["id"],
        "type": type_,
        "reporting_category": type_,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": "usd" if rate else currency.lower(),
        "exchange_rate": rate,
        "created": at // 1000,
        "available_on": (at + SETTLE) // 1000,
        "status": "pending",
    }
    for instant, status in ((shown, "pending"), (at + SETTLE, "available")):
        if instant <= END:
            held = {**body, "status": status}
            yield change("stripe", "balance_transactions", id_, instant, held, sort_at=at)
