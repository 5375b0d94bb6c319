"""Stripe API v1: lists newest first that go on after an id, records by id, errors as an object."""

import base64
import re
from typing import Any

import orjson

from ingestion.sandbox.company import DAY
from ingestion.sandbox.http import Answer, Ask, World, answer, listed
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.wire import stripe, stripe_truth

KEY = "rk_test_sandbox"
PATHS = re.compile(r"^/v1/")
LISTS = (
    *("products", "prices", "customers", "subscriptions", "invoices", "invoice_payments"),
    *("charges", "refunds", "balance_transactions", "events"),
)
EVENT_DAYS = 30
_BOUNDS = {
    "created[gte]": lambda at, bound: at >= bound,
    "created[gt]": lambda at, bound: at > bound,
    "created[lte]": lambda at, bound: at <= bound,
    "created[lt]": lambda at, bound: at < bound,
    "created": lambda at, bound: at == bound,
}
# Fields that a list is narrowed by.
_NARROWED = ("customer", "status", "type", "subscription", "product", "charge", "payment_intent")


def refuse(status: int, message: str, code: str = "", **headers: str) -> Answer:
    """Return Stripe's error object."""
    kind = "rate_limit_error" if status == 429 else "invalid_request_error"
    error = {"message": message, "type": kind, **({"code": code} if code else {})}
    return answer({"error": error}, status, **headers)


def view(ask: Ask, world: World) -> Answer:
    """Answer a Stripe request."""
    if not _known(ask.headers.get("authorization", "")):
        return refuse(401, "Invalid API Key provided: rk_test_***")
    match ask.path.removeprefix("/v1/").split("/"):
        case [name] if name in LISTS:
            return _list(ask, world, name)
        case ["subscription_items"]:
            return _within(world, "subscriptions", ask.query.get("subscription", ""), "items")
        case [name, id_] if name in LISTS:
            row = world.state.get("stripe", name, id_)
            # Of what is deleted, only customers and the like can still be asked for.
            if row is None or (row.status == "deleted" and name != "customers"):
                return _missing(name, id_)
            return Answer(200, row.body, {"content-type": "application/json"})
        case ["invoices", id_, "lines"]:
            return _within(world, "invoices", id_, "lines")
    return refuse(404, f"Unrecognized request URL (GET: {ask.path}).")


def _missing(name: str, id_: str, status: int = 404) -> Answer:
    return refuse(status, f"No such {name.removesuffix('s')}: '{id_}'", "resource_missing")


def _known(header: str) -> bool:
    scheme, _, value = header.partition(" ")
    if scheme == "Bearer":
        return value == KEY
    try:
        return scheme == "Basic" and base64.b64decode(value).decode().partition(":")[0] == KEY
    except ValueError:
        return False


def _within(world: World, name: str, id_: str, child: str) -> Answer:
    row = world.state.get("stripe", name, id_)
    if row is None or row.status == "deleted":
        return _missing(name, id_)
    return answer(orjson.loads(row.body)[child])


def _list(ask: Ask, world: World, name: str) -> Answer:
    query = ask.query
    limit = int(query.get("limit", "10"))
    if not 1 <= limit <= 100:
        return refuse(400, "Invalid integer: limit must be between 1 and 100")
    paging = ("limit", "starting_after", "ending_before", "expand[]")
    asked = {key: value for key, value in query.items() if key not in paging}
    rows = world.state.found(
        ("stripe", name, *sorted(asked.items())), lambda: _found(world, name, asked)
    )
    places = {row.key: place for place, row in enumerate(rows)}
    start = 0
    if after := query.get("starting_after"):
        if after not in places:
            return _missing(name, after, 400)
        start = places[after] + 1
    shown = rows[start : start + limit]
    rest = {"object": "list", "url": ask.path, "has_more": start + limit < len(rows)}
    return listed("data", [row.body for row in shown], rest)


def _found(world: World, name: str, asked: dict[str, str]) -> list[Change]:
    rows = [row for row in world.state.rows("stripe", name) if row.status != "deleted"]
    if name == "events":
        rows = [row for row in rows if row.sort_at > world.clock - EVENT_DAYS * DAY]
    for bound, holds in _BOUNDS.items():
        if bound in asked:
            rows = [row for row in rows if holds(row.sort_at // 1000, int(asked[bound]))]
    wanted: dict[str, Any] = {key: asked[key] for key in _NARROWED if key in asked}
    if name == "subscriptions":
        status = wanted.pop("status", "")
        kept = [(row, orjson.loads(row.body)["status"]) for row in rows] if status != "all" else []
        if status != "all":
            rows = [row for row, held in kept if (held == status if status else held != "canceled")]
    if wanted:
        bodies = [(row, orjson.loads(row.body)) for row in rows]
        rows = [
            row
            for row, body in bodies
            if all(body.get(key) == value for key, value in wanted.items())
        ]
    return sorted(rows, key=lambda row: (-row.sort_at, row.key))


# A hundred reads a second in live mode (the vendor's rate limits).
_FAST = refuse(429, "Request rate limit exceeded.", "rate_limit")
VENDORS = (
    Vendor(
        "stripe",
        PATHS,
        view,
        stripe.changes,
        limits=(Limit(100, 1.0, _FAST),),
        planted=stripe_truth.planted,
        truth={"stripe_invoices": stripe_truth.invoices, "stripe_refunds": stripe_truth.refunds},
    ),
)
