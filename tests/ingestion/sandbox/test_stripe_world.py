"""What the made-up company bills: every won deal once, to the minor unit, and its refunds."""

from dataclasses import replace

import pytest

from ingestion.sandbox.company import Company, generate
from ingestion.sandbox.wire import stripe, stripe_truth
from ingestion.sandbox.wire.hubspot import deal_id
from ingestion.sandbox.wire.stripe_bills import WITHOUT_CENTS, bills, minor


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(3, 0.3)


def test_the_bills_of_a_won_deal_add_up_to_it(company: Company) -> None:
    billed: dict[str, int] = {}
    for bill in bills(company):
        if bill.deal and not bill.voided:
            billed[bill.deal] = billed.get(bill.deal, 0) + bill.amount
    won = {
        deal_id(each.number): minor(each.cents, each.currency)
        for each in company.deals
        if each.refunds is None and each.history[-1][0] == "closedwon"
    }
    assert len(won) > 50
    assert billed == won


def test_the_refunds_of_a_deal_add_up_to_what_sales_took_back(company: Company) -> None:
    given: dict[str, int] = {}
    for bill in bills(company):
        for refund in bill.refunds:
            assert bill.paid is not None
            assert bill.paid < refund.at
            assert refund.amount <= bill.amount
            given[refund.deal] = given.get(refund.deal, 0) + refund.amount
    taken = {
        deal_id(each.number): minor(-each.cents, each.currency)
        for each in company.deals
        if each.refunds is not None
    }
    assert taken
    assert given == taken


def test_money_comes_in_every_kind_of_minor_unit(company: Company) -> None:
    spoken = {bill.currency for bill in bills(company)}
    assert {"USD", "EUR", "JPY", "KWD"} <= spoken
    assert all(bill.amount % 10 == 0 for bill in bills(company) if bill.currency == "KWD")


def test_every_kind_of_trap_is_planted(company: Company) -> None:
    kinds = {kind for kind, *_ in stripe_truth.planted(company)}
    assert {"customer_deleted", "invoice_voided", "payment_shown_late"} <= kinds


def test_another_amount_of_one_deal_changes_the_records_of_that_deal_alone(
    company: Company,
) -> None:
    chosen = next(
        each
        for each in company.deals
        if each.history[-1][0] == "closedwon" and each.currency not in WITHOUT_CENTS
    )
    deals = [
        replace(each, cents=each.cents + 5) if each is chosen else each for each in company.deals
    ]
    before = {(each.object, each.key): each.body for each in stripe.changes(company)}
    after = {
        (each.object, each.key): each.body
        for each in stripe.changes(replace(company, deals=deals))
        if each.object != "events"
    }
    moved = {key for key, body in after.items() if before[key] != body}
    stem = f"{chosen.number:012d}01"
    assert {("invoices", f"in_{stem}"), ("charges", f"ch_{stem}")} <= moved
    assert {f"{chosen.number:012d}0" in key for _, key in moved} == {True}


def test_the_same_seed_gives_the_same_bills() -> None:
    assert [str(each) for each in bills(generate(5, 0.02))] == [
        str(each) for each in bills(generate(5, 0.02))
    ]
