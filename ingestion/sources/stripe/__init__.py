"""Stripe API v1 -> raw_stripe, read only, by one pinned dated version.

No list can be asked for what changed: `created` is its only filter. What changed stands in
`/v1/events` for 30 days, each with the record as the account's own API version would show it, so an
event only says which record moved, and the record is read anew in ours. What was created in the
last days is listed besides, because a record may show later than it was created. Deleted customers
answer `deleted: true`, deleted drafts 404; both are missing from the lists, so a weekly list of all
finds those whose event was missed. The version since 2025-03-31 (basil) ties a charge to its
invoice by `invoice_payments` alone. Events and balance transactions state no total.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ingestion.auth import Fixed
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Source, Sweep, Yield, asking
from ingestion.errors import PageBroken
from ingestion.guards import refuse_emptied
from ingestion.http import Budget, Clock, Session, Verdict, plain_verdict
from ingestion.sources.stripe import tables
from ingestion.sources.stripe.lists import (
    LISTS,
    Listed,
    between,
    keys,
    pages,
    rows,
    window_of,
)

VERSION = "2026-10-28.endive"
# Events are kept for 30 days; one day is left for a clock that runs ahead.
EVENT_DAYS = 29
# Events show seconds after the change; an hour covers a bad day.
EVENT_LAG = timedelta(hours=1)
# Record id -> whether an event says that it was deleted.
Moved = Mapping[str, bool]


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield what was created lately and what events say has moved; everything on a first load."""
    since = _since(ctx)
    # Before the lists: a record that moves meanwhile is read as it is then, or at the next load.
    moved = {} if since is None else _moved(ctx, since - EVENT_LAG)
    for listed in LISTS:
        yield from _read(ctx, listed, since, moved.get(listed.object, {}))
    ctx.advance("events", ctx.as_of.isoformat())


def _since(ctx: Extraction) -> datetime | None:
    """Return the instant of the last load; None where there is none that events reach back to."""
    known = ctx.cursor("events", "")
    if ctx.window or not known:
        return None
    since = datetime.fromisoformat(known)
    return since if ctx.as_of - since < timedelta(days=EVENT_DAYS) else None


def _moved(ctx: Extraction, since: datetime) -> dict[str, dict[str, bool]]:
    """Return the records of each kind that events name; some events are about no record."""
    found: dict[str, dict[str, bool]] = {}
    for events in pages(ctx, "/v1/events", between(since)):
        for event in events:
            record = (event.get("data") or {}).get("object") or {}
            if record.get("id") and record.get("object"):
                kind = found.setdefault(str(record["object"]), {})
                is_deleted = str(event.get("type")).endswith(".deleted")
                kind[str(record["id"])] = is_deleted or kind.get(str(record["id"]), False)
    return found


def _read(ctx: Extraction, listed: Listed, since: datetime | None, moved: Moved) -> Iterator[Yield]:
    is_whole = ctx.window is None and (since is None or (ctx.sweep_due and listed.vanishes))
    asked = window_of(ctx)
    if since and not is_whole:
        days = listed.settles_days or int(ctx.config.get("lookback_days", 3))
        asked = between(since - timedelta(days=days))
    seen: set[str] = set()
    below: set[tuple[str, ...]] = set()
    for records in pages(ctx, f"/v1/{listed.path}", {**listed.asked, **asked}):
        seen |= {str(record["id"]) for record in records if record.get("id") is not None}
        for page in rows(ctx, listed, records):
            if listed.child and page.table == listed.child.table.name:
                below |= keys(listed.child.table, page)
            yield page
    if is_whole:
        refuse_emptied(ctx, f"stripe {listed.path}", len(seen))
        if listed.vanishes:
            yield Sweep(listed.table.name, frozenset((each,) for each in seen))
            if listed.child:
                yield Sweep(listed.child.table.name, frozenset(below))
    for id_ in sorted(moved.keys() - seen):
        yield from _again(ctx, listed, id_, is_deleted=moved[id_])


def _again(ctx: Extraction, listed: Listed, id_: str, *, is_deleted: bool) -> Iterator[Yield]:
    """Yield a record that moved, as it is now; one that is gone keeps its last values."""
    where = f"/v1/{listed.path}/{id_}"
    record = ctx.http.look(where)
    if record is None and not is_deleted:
        raise PageBroken(
            f"stripe {listed.path}: a record that changed answers 404, and no event deleted it. "
            "Nothing was lost and the cursor did not move: run again."
        )
    if record is None or record.get("deleted"):
        yield Sweep(listed.table.name, frozenset(), (("id", id_),))
        if listed.child:
            owner = listed.child.table.unit[0]
            yield Sweep(listed.child.table.name, frozenset(), ((owner, id_),))
        return
    if record.get("id") != id_:
        raise PageBroken(f"stripe {where}: another record came. Nothing was lost: run again.")
    yield from rows(ctx, listed, [record])


def verdict(status: int, body: Any) -> Verdict:
    """Judge an error answer: 409 says that another call holds the record just now."""
    return "retry" if status == 409 else plain_verdict(status, body)


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account."""
    key = str(config["api_key"])
    calls = int(config.get("calls_per_10_seconds", 200))
    return Session(
        str(config["base_url"]),
        auth=Fixed({"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}),
        budgets=(Budget(max(1, calls // 10), 1.0),),
        verdict=verdict,
        retry_header="Stripe-Should-Retry",
        secrets=(key,),
        clock=clock,
    )


STRIPE = Source(
    name="stripe",
    kind="finance",
    title="Stripe",
    tables=(
        tables.PRODUCTS,
        tables.PRICES,
        tables.CUSTOMERS,
        tables.SUBSCRIPTIONS,
        tables.SUBSCRIPTION_ITEMS,
        tables.INVOICES,
        tables.INVOICE_LINES,
        tables.INVOICE_PAYMENTS,
        tables.CHARGES,
        tables.REFUNDS,
        tables.BALANCE_TRANSACTIONS,
    ),
    extract=extract,
    required=("base_url", "api_key"),
    secrets=("api_key",),
    session=session,
    settings=(
        Setting("base_url", "https://api.stripe.com", "the address of the API"),
        Setting("calls_per_10_seconds", 200, "an account may read 100 times a second, a test 25"),
        Setting("lookback_days", 3, "days of creation listed again: some records show late"),
        Setting("sweep_days", 7, "days between two full lists of ids, which find deletions"),
    ),
    sandbox={"api_key": "rk_test_sandbox"},
    api=Api(
        VERSION,
        None,
        "Stripe keeps its dated versions and has announced no end of one "
        "(docs.stripe.com/api/versioning); this one is that of its Python client 16.1.0",
    ),
    notes=Notes(
        reads="Customers, products, prices, subscriptions with their items, invoices with their "
        "lines and payments, charges, refunds and what each did to the balance.",
        cursor="Events of the last 30 days say which records moved; each is read anew. After a "
        "longer pause everything is read again.",
        lookback="What was created in the last 3 days is listed again, and balance transactions "
        "of 30 days, because no event tells when pending money becomes available.",
        limits="100 reads a second in live mode and 25 in a test are shared with the shop: 20 a "
        "second are never passed; a 429 waits unless Stripe-Should-Retry says no.",
        scopes=(
            ("Customers: Read", "customers, deleted ones too"),
            ("Products: Read", "products"),
            ("Prices: Read", "prices"),
            ("Subscriptions: Read", "subscriptions and their items"),
            ("Invoices: Read", "invoices, their lines and payments"),
            ("Charges and Refunds: Read", "charges and refunds"),
            ("Balance: Read", "fees and net amounts"),
            ("Events: Read", "which records moved"),
        ),
        blind=(
            "Versions between two loads: an event names the record, which is read as it is now.",
            "Which deal an invoice is for, unless your tools write `deal_id` in its metadata.",
            "A sale that is paid elsewhere.",
        ),
    ),
    asks={
        "Customers: Read": asking("/v1/customers", limit=1),
        "Products: Read": asking("/v1/products", limit=1),
        "Prices: Read": asking("/v1/prices", limit=1),
        "Subscriptions: Read": asking("/v1/subscriptions", limit=1),
        "Invoices: Read": asking("/v1/invoices", limit=1),
        "Charges and Refunds: Read": asking("/v1/charges", limit=1),
        "Balance: Read": asking("/v1/balance_transactions", limit=1),
        "Events: Read": asking("/v1/events", limit=1),
    },
)
