"""Staged money of Stripe against the planted truth and the deals of the CRM, to the minor unit."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from plain import AS_OF, Home

pytestmark = pytest.mark.slow

PLACES = {"JPY": 0, "XAF": 0, "KWD": 3}


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


def truth(home: Home, table: str) -> str:
    return f"read_parquet('{home.path}/sandbox/truth/{table}.parquet')"


def whole(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-PLACES.get(currency, 2))


def test_every_invoice_is_staged_with_its_money_its_deal_and_its_state(home: Home) -> None:
    true = home.raw(
        "select invoice_id, deal_id, currency_code, amount_minor, paid_at::timestamp, "
        f"voided_at::timestamp from {truth(home, 'stripe_invoices')} "
        "where issued_at::timestamp <= ?",
        AS_OF,
    )
    late = {
        key
        for (key,) in home.raw(
            f"select key from {truth(home, 'planted')} where kind = 'payment_shown_late'"
        )
    }
    staged = home.raw(
        "select invoice_id, coalesce(deal_record_id, ''), currency_code, total_amount, status "
        "from staging.stg_stripe__invoices where not is_deleted"
    )

    expected = {}
    for id_, deal, currency, minor, paid, voided in true:
        state = "void" if voided and voided <= AS_OF else "open"
        if paid and paid <= AS_OF and not (id_ in late and (AS_OF - paid).days < 1):
            state = "paid"
        expected[id_] = (deal, currency, whole(minor, currency), state)
    assert len(expected) > 50
    assert {"JPY", "USD"} <= {currency for _, currency, _, _ in expected.values()}
    assert {id_: tuple(rest) for id_, *rest in staged} == expected


def test_the_invoices_of_a_won_deal_add_up_to_the_deal(home: Home) -> None:
    """Two kinds do not: what is not yet invoiced in full, and a currency without cents."""
    parts = home.raw(
        "select deal_id, count(*) filter (issued_at::timestamp <= ?) = count(*) "
        f"from {truth(home, 'stripe_invoices')} where deal_id <> '' group by 1",
        AS_OF,
    )
    is_whole = dict(parts)
    rounded = {
        deal
        for (deal,) in home.raw(
            f"select note from {truth(home, 'planted')} where kind = 'invoice_in_whole_units'"
        )
    }
    rows = home.raw(
        "select d.source_record_id, d.amount, d.currency_code, sum(i.total_amount), "
        "min(i.currency_code), max(i.currency_code) "
        "from staging.stg_hubspot__deals d join staging.stg_stripe__invoices i "
        "on i.deal_record_id = d.source_record_id and i.status <> 'void' "
        "where d.stage_native = 'closedwon' and d.original_record_id is null group by 1, 2, 3"
    )

    compared = 0
    for deal, amount, currency, invoiced, least, most in rows:
        assert least == most == currency
        if not is_whole[deal]:
            assert invoiced < amount
        elif deal in rounded:
            assert abs(invoiced - amount) <= Decimal("0.5")
        else:
            assert invoiced == amount
            compared += 1
    assert compared > 5
    won = home.raw(
        "select source_record_id from staging.stg_hubspot__deals where stage_native = 'closedwon' "
        "and original_record_id is null and closed_at < ?",
        AS_OF - timedelta(days=1),
    )
    assert {deal for (deal,) in won} <= {row[0] for row in rows}


def test_what_was_refunded_is_what_sales_took_back(home: Home) -> None:
    staged = home.raw(
        "select i.deal_record_id, r.deal_record_id, sum(r.refunded_amount) "
        "from staging.stg_stripe__refunds r "
        "join staging.stg_stripe__invoice_payments p using (payment_intent_id) "
        "join staging.stg_stripe__invoices i using (invoice_id) group by 1, 2"
    )
    taken = home.raw(
        "select original_record_id, source_record_id, -amount from staging.stg_hubspot__deals "
        "where original_record_id is not null"
    )
    charged = home.raw(
        "select charge_id, sum(refunded_amount) from staging.stg_stripe__refunds group by 1"
    )
    told = home.raw(
        "select charge_id, refunded_amount from staging.stg_stripe__charges "
        "where refunded_amount > 0"
    )

    assert taken
    assert sorted(staged) == sorted(taken)
    assert sorted(charged) == sorted(told)


def test_what_reached_the_balance_is_what_was_taken_and_given_back(home: Home) -> None:
    """By source: the gross of a movement in its own currency, and nothing without a source."""
    rows = home.raw(
        "select b.gross_amount, coalesce(c.captured_amount, -r.refunded_amount), "
        "coalesce(c.currency_code, r.currency_code), b.currency_code, b.exchange_rate "
        "from staging.stg_stripe__balance_transactions b "
        "left join staging.stg_stripe__charges c on b.source_id = c.charge_id "
        "left join staging.stg_stripe__refunds r on b.source_id = r.refund_id"
    )
    assert rows
    for gross, moved, currency, kept_in, rate in rows:
        assert moved is not None
        if currency == kept_in:
            assert gross == moved
        else:
            assert rate is not None
