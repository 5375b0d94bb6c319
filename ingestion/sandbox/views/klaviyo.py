"""Klaviyo: JSON:API with absolute next links, a revision that must be said, strict filters."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from ingestion.sandbox.company import DAY
from ingestion.sandbox.http import Answer, Ask, World, cursor_of, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.wire import klaviyo, klaviyo_truth

KEY = "pk_sandbox"
PATHS = re.compile(
    r"^/api/(profiles|lists|segments|campaigns|flows|metrics|events|campaign-values-reports)(/|$)"
)
REVISION = "2026-07-15"
# (default and most records of a page, what a filter may name and how)
_CHANGED = {("created", "greater-than"), ("updated", "greater-than")}
_TIMES = ("greater-or-equal", "greater-than", "less-or-equal", "less-than")
_JOINED = {("joined_group_at", each) for each in _TIMES}
KINDS: dict[str, tuple[int, int, set[tuple[str, str]]]] = {
    "profiles": (20, 100, _CHANGED),
    "lists": (10, 10, _CHANGED),
    "segments": (10, 10, _CHANGED),
    "flows": (50, 50, _CHANGED),
    "metrics": (200, 200, set()),
    "campaigns": (100, 100, {("messages.channel", "equals")}),
    "events": (200, 1000, {("datetime", each) for each in _TIMES}),
    "list_profiles": (20, 100, _JOINED),
    "segment_profiles": (20, 100, _JOINED),
}
_FILTER = re.compile(r"([a-z-]+)\(([\w.]+),\s*['\"]?([^'\"()]+)['\"]?\)")
_TYPE = {"content-type": "application/vnd.api+json"}


def refuse(status: int, code: str, title: str, detail: str) -> Answer:
    """Return JSON:API's error document."""
    error = {"id": "sandbox", "status": status, "code": code, "title": title, "detail": detail}
    error["source"] = {"pointer": "/data/"}
    return Answer(status, orjson.dumps({"errors": [error]}), _TYPE)


def view(ask: Ask, world: World) -> Answer:
    """Answer a Klaviyo request."""
    if ask.headers.get("authorization") != f"Klaviyo-API-Key {KEY}":
        told = "Incorrect authentication credentials."
        return refuse(
            401, "not_authenticated", "Authentication credentials were not provided.", told
        )
    if ask.headers.get("revision", "") < REVISION:
        return refuse(
            400, "invalid", "Invalid input.", "The revision header is missing or retired."
        )
    match ask.path.removeprefix("/api/").strip("/").split("/"):
        case ["campaign-values-reports"] if ask.method == "POST":
            return _report(ask, world)
        case [("lists" | "segments") as groups, id_, "profiles"]:
            kind = f"{groups[:-1]}_profiles"
            return _listed(ask, kind, world.state.rows("klaviyo", kind, id_), world)
        case [kind] if kind in KINDS:
            return _listed(ask, kind, world.state.rows("klaviyo", kind), world)
        case [kind, id_] if kind in KINDS:
            row = world.state.get("klaviyo", kind, id_)
            if row is not None and row.status == "live":
                body = {"data": _shown(ask, orjson.loads(row.body))}
                return Answer(200, orjson.dumps(body), _TYPE)
    return refuse(404, "not_found", "Not found.", "A resource with that id does not exist.")


def _listed(ask: Ask, kind: str, rows: list[Change], world: World) -> Answer:
    default, most, allowed = KINDS[kind]
    size = int(ask.query.get("page[size]", default))
    if not 1 <= size <= most:
        return refuse(400, "invalid", "Invalid input.", f"page[size] must be between 1 and {most}.")
    filters = _FILTER.findall(ask.query.get("filter", ""))
    for operator, field, _ in filters:
        if (field, operator) not in allowed:
            told = f"'{operator}' filter on '{field}' is not allowed."
            return refuse(400, "invalid", "Invalid filter.", told)
    if kind == "campaigns" and not filters:
        return refuse(400, "invalid", "Invalid input.", "A channel filter is required.")
    query = urlencode(sorted((k, v) for k, v in ask.query.items() if k != "page[cursor]"))
    bound = f"{ask.path}?{query}"
    cursor = ask.query.get("page[cursor]")
    start = position_of(cursor, bound) if cursor else 0
    if start is None:
        return refuse(400, "invalid", "Invalid cursor.", "The cursor is not one of this query's.")
    kept = [
        row for row in rows if row.status == "live" and all(_meets(row, *each) for each in filters)
    ]
    kept.sort(key=_order(kind, ask.query.get("sort", "")))
    page = kept[start : start + size]
    base = f"http://{ask.headers.get('host', '')}{ask.path}"
    # What there is none of is left out: the specification knows no null here.
    links = {"self": f"{base}?{query}"}
    if start + size < len(kept):
        following = {"page[cursor]": cursor_of(start + size, bound)}
        links["next"] = f"{base}?{query}{'&' if query else ''}{urlencode(following)}"
    body = {"data": [_shown(ask, orjson.loads(row.body)) for row in page], "links": links}
    if kind == "campaigns" and "campaign-messages" in ask.query.get("include", ""):
        found = [each for row in page for each in world.state.rows("klaviyo", "messages", row.key)]
        body["included"] = [orjson.loads(each.body) for each in found]
    return Answer(200, orjson.dumps(body), _TYPE)


def _shown(ask: Ask, record: dict[str, Any]) -> dict[str, Any]:
    """A record as asked: consent only where it was asked for."""
    if record.get("type") == "profile":
        if "subscriptions" not in ask.query.get("additional-fields[profile]", ""):
            record["attributes"].pop("subscriptions", None)
        if wanted := ask.query.get("fields[profile]"):
            kept = {*wanted.split(","), "joined_group_at"}
            told = record["attributes"].items()
            record["attributes"] = {name: value for name, value in told if name in kept}
    return record


def _order(kind: str, sort: str) -> Callable[[Change], tuple[int | str, str]]:
    if sort in ("updated", "created", "datetime", "joined_group_at"):
        return lambda row: (row.sort_at, row.key)
    return lambda row: (row.key, "")


def _millis(text: str) -> int:
    return int(datetime.fromisoformat(text.replace(" ", "+")).timestamp() * 1000)


def _meets(row: Change, operator: str, field: str, value: str) -> bool:
    if field == "messages.channel":
        return value == "email"
    at, wanted = row.sort_at // 1000, _millis(value) // 1000
    return {
        "greater-than": at > wanted,
        "greater-or-equal": at >= wanted,
        "less-than": at < wanted,
        "less-or-equal": at <= wanted,
    }[operator]


def _report(ask: Ask, world: World) -> Answer:
    asked = ask.json().get("data", {}).get("attributes", {})
    lacking = {"statistics", "timeframe", "conversion_metric_id"} - asked.keys()
    if lacking:
        told = f"{', '.join(sorted(lacking))} must be given."
        return refuse(400, "invalid", "Invalid input.", told)
    results = []
    for row in world.state.rows("klaviyo", "values"):
        if row.sort_at >= world.clock - 365 * DAY:
            line = orjson.loads(row.body)
            told = line["statistics"]
            line["statistics"] = {name: told.get(name, 0) for name in asked["statistics"]}
            results.append(line)
    data = {"type": "campaign-values-report", "attributes": {"results": results}}
    body = {"data": data, "links": {"self": "https://a.klaviyo.com/api/campaign-values-reports"}}
    return Answer(200, orjson.dumps(body), _TYPE)


def _throttled(seconds: int) -> Answer:
    told = f"Request was throttled. Expected available in {seconds} second."
    refused = refuse(429, "throttled", "Request was throttled.", told)
    return Answer(429, refused.body, {**refused.headers, "retry-after": str(seconds)})


# Calls a second and a minute of each kind of address (x-klaviyo-ratelimit of the specification).
RATES = {
    "profiles": (75, 750),
    "lists": (75, 750),
    "segments": (75, 750),
    "events": (350, 3500),
    "campaigns": (10, 150),
    "metrics": (10, 150),
    "flows": (3, 60),
    "campaign-values-reports": (1, 2),
}
VENDORS = (
    Vendor(
        "klaviyo",
        PATHS,
        view,
        klaviyo.changes,
        limits=tuple(
            Limit(calls, seconds, _throttled(int(seconds)), f"/api/{name}")
            for name, rates in RATES.items()
            for calls, seconds in zip(rates, (1.0, 60.0), strict=True)
        ),
        planted=klaviyo_truth.planted,
        people=klaviyo_truth.people,
    ),
)
