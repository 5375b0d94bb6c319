"""Stripe's own client reads the sandbox, and sees the ids, states and money that were loaded."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from live_sandbox import AS_OF, Live

pytestmark = pytest.mark.slow

OPEN = "where _dlt_valid_to is null and not is_deleted"


@pytest.fixture
def client(served: Live) -> stripe.StripeClient:
    return stripe.StripeClient("rk_test_sandbox", base_addresses={"api": served.base})


def _utc(second: int | None) -> datetime | None:
    """The instant as raw tables hold it: UTC without a zone."""
    return None if second is None else datetime.fromtimestamp(second, UTC).replace(tzinfo=None)


def _all(service: Any, **asked: Any) -> list[Any]:
    return list(service.list({"limit": 100, **asked}).auto_paging_iter())


def test_stripes_client_lists_the_customers_that_were_loaded(
    client: stripe.StripeClient, loaded: Any
) -> None:
    seen = {(each.id, each.email, _utc(each.created)) for each in _all(client.v1.customers)}
    held = loaded("stripe", f"select id, email, created from raw_stripe.customers {OPEN}")
    assert seen
    assert seen == set(held)


def test_stripes_client_is_told_that_a_customer_was_deleted(
    client: stripe.StripeClient, served: Live
) -> None:
    gone = [
        row.key for row in served.world.state.rows("stripe", "customers") if row.status == "deleted"
    ]
    assert gone
    assert client.v1.customers.retrieve(gone[0]).deleted
    assert gone[0] not in {each.id for each in _all(client.v1.customers)}


def test_stripes_client_sees_the_invoices_and_lines_that_were_loaded(
    client: stripe.StripeClient, loaded: Any
) -> None:
    invoices = _all(client.v1.invoices)
    seen = {
        (
            *(each.id, each.status, each.currency, each.total, each.amount_paid),
            _utc(each.status_transitions.paid_at),
            each.parent.subscription_details.subscription if each.parent else None,
        )
        for each in invoices
    }
    held = loaded(
        "stripe",
        "select id, status, currency, total, amount_paid, status_transitions__paid_at, "
        f"parent__subscription_details__subscription from raw_stripe.invoices {OPEN}",
    )
    assert {"paid", "void"} <= {each.status for each in invoices}
    assert seen == set(held)
    lines = {
        (each.id, line.id, line.amount, line.pricing.price_details.product)
        for each in invoices
        for line in client.v1.invoices.line_items.list(each.id).auto_paging_iter()
    }
    held = loaded(
        "stripe",
        "select invoice, id, amount, pricing__price_details__product "
        f"from raw_stripe.invoice_lines {OPEN}",
    )
    assert lines == set(held)


def test_stripes_client_sees_the_subscriptions_that_were_loaded_ended_ones_too(
    client: stripe.StripeClient, loaded: Any
) -> None:
    every = _all(client.v1.subscriptions, status="all")
    seen = {
        (each.id, each.status, item.id, item.price.id, item.quantity)
        for each in every
        for item in each.items.data
    }
    held = loaded(
        "stripe",
        "select s.id, s.status, i.id, i.price__id, i.quantity from raw_stripe.subscriptions s "
        "join raw_stripe.subscription_items i on i.subscription = s.id "
        "where s._dlt_valid_to is null and i._dlt_valid_to is null",
    )
    assert seen
    assert seen == set(held)
    running = {each.id for each in _all(client.v1.subscriptions)}
    assert running == {each.id for each in every if each.status != "canceled"}


@pytest.mark.parametrize(
    ("service", "fields"),
    [
        ("products", "id active"),
        ("prices", "id active currency unit_amount product"),
        ("invoice_payments", "id invoice status amount_paid"),
        ("charges", "id status amount amount_refunded payment_intent customer"),
        ("refunds", "id amount charge payment_intent status"),
        ("balance_transactions", "id amount fee net status source"),
    ],
)
def test_stripes_client_sees_the_records_that_were_loaded(
    client: stripe.StripeClient, loaded: Any, service: str, fields: str
) -> None:
    names = fields.split()
    seen = {
        tuple(getattr(each, name) for name in names) for each in _all(getattr(client.v1, service))
    }
    held = loaded("stripe", f"select {', '.join(names)} from raw_stripe.{service} {OPEN}")
    assert seen or service == "refunds"
    assert seen == set(held)


def test_stripes_client_reads_events_of_the_last_thirty_days_only(
    client: stripe.StripeClient,
) -> None:
    events = _all(client.v1.events)
    assert events
    assert min(each.created for each in events) > AS_OF.timestamp() - 30 * 86_400
    kinds = {each.type for each in events}
    assert {"invoice.finalized", "invoice.paid", "charge.succeeded"} <= kinds


def test_stripes_client_is_refused_with_another_key(served: Live) -> None:
    other = stripe.StripeClient("rk_live_other", base_addresses={"api": served.base})
    with pytest.raises(stripe.AuthenticationError):
        other.v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        stripe.StripeClient(
            "rk_test_sandbox", base_addresses={"api": served.base}
        ).v1.customers.list({"starting_after": "cus_none"})
