"""How Stripe writes its records: instants in epoch seconds, money in minor units."""

from typing import Any

from ingestion.sandbox.company import DAY, Person
from ingestion.sandbox.dice import dice
from ingestion.sandbox.wire.stripe_bills import SEAT, Bill, Subscription, customer_id

PLATFORM, SEATS, TRIAL = "prod_platform", "prod_watch_seat", "prod_trial_kit"
Body = dict[str, Any]


def second(instant: int | None) -> int | None:
    """Return epoch milliseconds as Stripe's epoch seconds."""
    return None if instant is None else instant // 1000


def product(id_: str, name: str, created: int, updated: int, *, active: bool = True) -> Body:
    """Return a product."""
    return {
        "id": id_,
        "object": "product",
        "name": name,
        "type": "service",
        "active": active,
        "created": second(created),
        "updated": second(updated),
        "livemode": False,
        "metadata": {},
        "description": None,
        "images": [],
        "default_price": None,
    }


def price_id(currency: str) -> str:
    """Return the id of a seat's price in a currency."""
    return f"price_seat_{currency.lower()}"


def price(currency: str, created: int, *, active: bool = True) -> Body:
    """Return the monthly price of a seat."""
    return {
        "id": price_id(currency),
        "object": "price",
        "product": SEATS,
        "active": active,
        "currency": currency.lower(),
        "unit_amount": SEAT[currency],
        "type": "recurring",
        "unit_amount_decimal": str(SEAT[currency]),
        "billing_scheme": "per_unit",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "nickname": None,
        "created": second(created),
        "livemode": False,
        "metadata": {},
    }


def customer_email(seed: int, person: Person) -> str:
    """Return the address a customer gave at the till: now and then in capitals."""
    is_loud = dice(f"{seed}/stripe/email/{person.number}").random() < 0.06
    return person.email.upper() if is_loud else person.email


def customer(seed: int, person: Person, currency: str, created: int) -> Body:
    """Return a customer: the person who signed, with the company in the description."""
    country, _, _, city, postal = (*person.place, "", "", "")[:5]
    return {
        "id": customer_id(person),
        "object": "customer",
        "created": second(created),
        "email": customer_email(seed, person),
        "name": f"{person.first} {person.last}".strip(),
        "phone": person.phone or None,
        "currency": currency.lower(),
        "balance": 0,
        "description": person.account.name if person.account else None,
        "address": {
            "line1": None,
            "line2": None,
            "city": city,
            "state": None,
            "postal_code": postal,
            "country": country,
        },
        "delinquent": False,
        "livemode": False,
        "metadata": {},
        "tax_exempt": "none",
    }


def subscription(held: Subscription, at: int, status: str, latest: str | None) -> Body:
    """Return a subscription as it stands at an instant; its item holds the period."""
    month = 30 * DAY
    start = held.start + (at - held.start) // month * month
    ended = held.end if status == "canceled" else None
    item = {
        "id": held.id.replace("sub_", "si_"),
        "object": "subscription_item",
        "subscription": held.id,
        "quantity": held.seats,
        "created": second(held.start),
        "price": price(held.currency, held.start),
        "metadata": {},
        "current_period_start": second(start),
        "current_period_end": second(start + month),
    }
    path = f"/v1/subscription_items?subscription={held.id}"
    return {
        "id": held.id,
        "object": "subscription",
        "customer": customer_id(held.person),
        "status": status,
        "currency": held.currency.lower(),
        "livemode": False,
        "collection_method": "charge_automatically",
        "cancel_at_period_end": False,
        "created": second(held.start),
        "start_date": second(held.start),
        "trial_end": None,
        "cancel_at": None,
        "canceled_at": second(ended),
        "ended_at": second(ended),
        "latest_invoice": latest,
        "metadata": {},
        "items": {"object": "list", "data": [item], "has_more": False, "url": path},
    }


def line(bill: Bill) -> Body:
    """Return the one line of a bill; seats name their price, a deal's part its product."""
    seats = bool(bill.subscription)
    pricing = {
        "type": "price_details",
        "price_details": {
            "price": price_id(bill.currency) if seats else "price_platform",
            "product": SEATS if seats else PLATFORM,
        },
    }
    end = bill.issued + (30 * DAY if seats else 0)
    return {
        "id": bill.id.replace("in_", "il_"),
        "object": "line_item",
        "invoice": bill.id,
        "amount": bill.amount,
        "currency": bill.currency.lower(),
        "quantity": bill.quantity,
        "description": f"{bill.quantity} seats" if seats else "Part of the order",
        "period": {"start": second(bill.issued), "end": second(end)},
        "pricing": pricing,
        "livemode": False,
        "metadata": {},
    }


def invoice(seed: int, bill: Bill, status: str) -> Body:
    """Return a bill as it is in a status: open, paid or void."""
    paid = bill.amount if status == "paid" else 0
    details = {"subscription_details": {"subscription": bill.subscription, "metadata": {}}}
    parent = {"type": "subscription_details", "quote_details": None, **details}
    person = bill.person
    return {
        "id": bill.id,
        "object": "invoice",
        "customer": customer_id(person),
        "status": status,
        "number": f"F-{bill.id[3:]}",
        "currency": bill.currency.lower(),
        "livemode": False,
        "billing_reason": "subscription_cycle" if bill.subscription else "manual",
        "collection_method": "charge_automatically" if bill.subscription else "send_invoice",
        "customer_email": customer_email(seed, person),
        "customer_name": f"{person.first} {person.last}".strip(),
        "parent": parent if bill.subscription else None,
        "subtotal": bill.amount,
        "total": bill.amount,
        "amount_due": bill.amount,
        "amount_paid": paid,
        "amount_remaining": bill.amount - paid,
        "created": second(bill.issued),
        "due_date": second(bill.due),
        "period_start": second(bill.issued),
        "period_end": second(bill.issued),
        "metadata": {"deal_id": bill.deal} if bill.deal else {},
        "status_transitions": {
            "finalized_at": second(bill.issued),
            "paid_at": second(bill.paid) if status == "paid" else None,
            "voided_at": second(bill.voided) if status == "void" else None,
            "marked_uncollectible_at": None,
        },
        "lines": {
            "object": "list",
            "data": [line(bill)],
            "has_more": False,
            "url": f"/v1/invoices/{bill.id}/lines",
        },
    }


def payment(bill: Bill) -> Body:
    """Return what ties a paid bill to its payment intent."""
    return {
        "id": bill.id.replace("in_", "inpay_"),
        "object": "invoice_payment",
        "invoice": bill.id,
        "status": "paid",
        "currency": bill.currency.lower(),
        "amount_requested": bill.amount,
        "amount_paid": bill.amount,
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": bill.id.replace("in_", "pi_")},
        "created": second(bill.issued),
        "livemode": False,
        "status_transitions": {"paid_at": second(bill.paid), "canceled_at": None},
    }


def charge(seed: int, bill: Bill, at: int, *, failed: bool, refunded: int) -> Body:
    """Return a charge for a bill: one that failed took nothing."""
    stem = bill.id[3:] + ("f" if failed else "")
    person = bill.person
    return {
        "id": f"ch_{stem}",
        "object": "charge",
        "customer": customer_id(person),
        "payment_intent": f"pi_{bill.id[3:]}",
        "currency": bill.currency.lower(),
        "amount": bill.amount,
        "amount_captured": 0 if failed else bill.amount,
        "amount_refunded": refunded,
        "refunded": refunded == bill.amount,
        "status": "failed" if failed else "succeeded",
        "paid": not failed,
        "captured": not failed,
        "disputed": False,
        "livemode": False,
        "metadata": {},
        "balance_transaction": None if failed else f"txn_{stem}",
        "failure_code": "card_declined" if failed else None,
        "billing_details": {
            "email": customer_email(seed, person),
            "name": f"{person.first} {person.last}".strip(),
        },
        "receipt_email": None,
        "created": second(at),
    }
