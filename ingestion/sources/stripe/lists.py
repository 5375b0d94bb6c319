"""Stripe's lists: newest first, a page goes on after the last id; no total is ever stated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ingestion.contract import Extraction, Page, Table
from ingestion.pages import Paging, rows_of, sure
from ingestion.shape import picked
from ingestion.sources.stripe import tables

PAGE = 100


@dataclass(frozen=True)
class Child:
    """A list within a record: the path to it, its own address, and the table of its rows."""

    field: str
    table: Table
    path: str


@dataclass(frozen=True)
class Listed:
    """A list of the API.

    `object` is the word by which events name its records, "" where there are no events of them.
    `vanishes` says that a record can go from the list, `settles_days` how long one without events
    goes on changing.
    """

    path: str
    object: str
    table: Table
    vanishes: bool = False
    settles_days: int = 0
    asked: Mapping[str, str] = field(default_factory=dict)
    child: Child | None = None


LISTS = (
    Listed("products", "product", tables.PRODUCTS, vanishes=True),
    Listed("prices", "price", tables.PRICES, vanishes=True),
    Listed("customers", "customer", tables.CUSTOMERS, vanishes=True),
    Listed(
        "subscriptions",
        "subscription",
        tables.SUBSCRIPTIONS,
        vanishes=True,
        # Without it the list leaves out those that have ended.
        asked={"status": "all"},
        child=Child("items", tables.SUBSCRIPTION_ITEMS, "/v1/subscription_items?subscription={id}"),
    ),
    Listed(
        "invoices",
        "invoice",
        tables.INVOICES,
        vanishes=True,
        child=Child("lines", tables.INVOICE_LINES, "/v1/invoices/{id}/lines"),
    ),
    Listed("invoice_payments", "invoice_payment", tables.INVOICE_PAYMENTS),
    Listed("charges", "charge", tables.CHARGES),
    Listed("refunds", "refund", tables.REFUNDS),
    # Pending money becomes available within days, in some countries weeks; no event tells.
    Listed("balance_transactions", "", tables.BALANCE_TRANSACTIONS, settles_days=30),
)


def pages(ctx: Extraction, path: str, asked: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list.

    A full page has lost none, as Stripe fills its pages; any other is asked for twice.
    """
    paging, last = Paging(f"stripe {path}"), ""
    while True:
        query = {"limit": PAGE, **asked, **({"starting_after": last} if last else {})}
        ask = partial(ctx.http.get, path, query)
        records, body = sure(ask, "data", paging.where, PAGE, "id")
        last = str(records[-1].get("id")) if records and body.get("has_more") else ""
        paging.add(records, following="more" + last if body.get("has_more") else None)
        yield records
        if not last:
            return


def between(first: datetime, before: datetime | None = None) -> dict[str, int]:
    """Return the filter on the instant of creation, in whole seconds."""
    asked = {"created[gte]": int(first.timestamp())}
    return asked if before is None else {**asked, "created[lt]": int(before.timestamp())}


def window_of(ctx: Extraction) -> dict[str, int]:
    """Return the filter of a backfill's days; empty where there is no backfill."""
    if ctx.window is None:
        return {}
    first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in ctx.window)
    return between(first, last + timedelta(days=1))


def keys(table: Table, page: Page) -> set[tuple[str, ...]]:
    """Return the keys of a page's rows, as a sweep takes them; rows without one are left out."""
    found = [[row.get(name) for name in table.key] for row in page.rows if isinstance(row, dict)]
    return {tuple(str(part) for part in key) for key in found if None not in key}


def rows(ctx: Extraction, listed: Listed, records: list[dict[str, Any]]) -> Iterator[Page]:
    """Yield the rows of a list's records, and those of the lists within them, each whole."""
    yield Page(listed.table.name, [_row(listed.table, record) for record in records])
    child = listed.child
    if child is None:
        return
    found, units = [], []
    owner = child.table.unit[0]
    for record in records:
        if record.get("id") is None:
            continue  # it goes to quarantine, and nothing hangs on it
        units.append((str(record["id"]),))
        for each in _children(ctx, child, record):
            found.append({**_row(child.table, each), owner: record["id"]})
    yield Page(child.table.name, found, tuple(units))


def _children(ctx: Extraction, child: Child, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    where = f"stripe {child.table.name}"
    held = record.get(child.field)
    if isinstance(held, Mapping) and held.get("has_more"):
        for page in pages(ctx, child.path.format(id=record["id"]), {}):
            yield from page
        return
    yield from rows_of(record, f"{child.field}.data", where)


def _row(table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared fields; instants come as epoch seconds and go on as milliseconds."""
    row = picked(record, [column.name for column in table.columns])
    for column in table.columns:
        value = row.get(column.name)
        if column.type == "timestamp" and type(value) is int:
            row[column.name] = value * 1000
    return row
