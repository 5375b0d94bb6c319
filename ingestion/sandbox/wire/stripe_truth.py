"""What was truly billed through Stripe, and the traps that were planted there."""

from collections.abc import Iterator

import polars as pl

from ingestion.sandbox.company import Company
from ingestion.sandbox.vendor import Planted, frame
from ingestion.sandbox.wire.encode import iso_ms
from ingestion.sandbox.wire.hubspot import deal_id
from ingestion.sandbox.wire.stripe import customers, is_late
from ingestion.sandbox.wire.stripe_bills import WITHOUT_CENTS, bills, customer_id

INVOICES = (
    *("invoice_id", "deal_id", "currency_code", "amount_minor"),
    *("issued_at", "paid_at", "voided_at"),
)
REFUNDS = ("refund_id", "invoice_id", "deal_id", "currency_code", "amount_minor", "refunded_at")


def invoices(company: Company) -> pl.DataFrame:
    """Return every invoice: the deal that it is for ("" for seats), its money, its dates."""
    rows = [
        (
            *(bill.id, bill.deal, bill.currency, bill.amount, iso_ms(bill.issued)),
            iso_ms(bill.paid) if bill.paid else None,
            iso_ms(bill.voided) if bill.voided else None,
        )
        for bill in bills(company)
    ]
    return frame(INVOICES, rows)


def refunds(company: Company) -> pl.DataFrame:
    """Return every refund: its invoice, the deal that takes the money back, its money."""
    rows = [
        (each.id, bill.id, each.deal, bill.currency, each.amount, iso_ms(each.at))
        for bill in bills(company)
        for each in bill.refunds
    ]
    return frame(REFUNDS, rows)


def planted(company: Company) -> Iterator[Planted]:
    """Yield the traps: kind, source, object, key, note."""
    seed, cents = company.seed, {deal_id(each.number): each.cents for each in company.deals}
    for each in customers(company):
        if each.deleted is not None:
            yield ("customer_deleted", "stripe", "customers", customer_id(each.person), "")
    for bill in bills(company):
        at = ("stripe", "invoices", bill.id)
        if bill.voided:
            yield ("invoice_voided", *at, bill.deal)
        if bill.paid and is_late(seed, bill):
            yield ("payment_shown_late", *at, "")
        if bill.deal and bill.currency in WITHOUT_CENTS and cents[bill.deal] % 100:
            yield ("invoice_in_whole_units", *at, bill.deal)
