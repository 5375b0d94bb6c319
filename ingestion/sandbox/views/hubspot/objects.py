"""HubSpot's CRM objects: listed by id, read in batches and one by one."""

import re
from bisect import bisect_right
from dataclasses import replace

import orjson

from ingestion.sandbox.http import Answer, Ask, World, cursor_of, listed, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.views.hubspot.common import asked_properties, chosen, complete, refuse
from ingestion.sandbox.views.hubspot.search import search


def view(ask: Ask, world: World, rest: str) -> Answer:
    """Answer for the records of one object type."""
    object_, _, rest = rest.removeprefix("/").partition("/")
    rest = f"/{rest}" if rest else ""
    known = {"contacts", "companies", "deals", "calls", "meetings", "emails", "notes", "tasks"}
    if object_ not in known:
        return refuse(400, "VALIDATION_ERROR", f"Unable to infer object type from: {object_}")
    if ask.method == "GET" and not rest:
        return _list(ask, world, object_)
    if ask.method == "POST" and rest == "/search":
        return search(ask, world, object_)
    if ask.method == "POST" and rest == "/batch/read":
        return _batch(ask, world, object_)
    if ask.method == "GET" and re.match(r"^/\d+$", rest):
        row = world.state.get("hubspot", object_, rest[1:])
        if row is None or row.status in ("merged", "deleted"):
            return refuse(404, "OBJECT_NOT_FOUND", "resource not found")
        return Answer(
            200,
            orjson.dumps(chosen(row, *asked_properties(ask.query))),
            {"content-type": "application/json"},
        )
    return refuse(405, "METHOD_NOT_ALLOWED", "Method not allowed")


def _list(ask: Ask, world: World, object_: str) -> Answer:
    properties, history = asked_properties(ask.query)
    limit = int(ask.query.get("limit", "10"))
    most = 50 if history else 100
    if limit > most:
        return refuse(400, "VALIDATION_ERROR", f"limit {limit} is larger than {most}")
    status = "archived" if ask.query.get("archived", "").lower() == "true" else "live"
    bound = f"{object_}/{status}"
    position = position_of(ask.query["after"], bound) if "after" in ask.query else 0
    if position is None:
        return refuse(400, "VALIDATION_ERROR", "Invalid after: not a cursor of this list")
    rows = world.state.found(bound, lambda: _by_number(world, object_, status))
    start = bisect_right(rows, position, key=_number)
    page = rows[start : start + limit + 1]
    bodies = [orjson.dumps(chosen(row, properties, history)) for row in page[:limit]]
    if len(page) <= limit:
        return listed("results", bodies, {})
    after = cursor_of(_number(page[limit - 1]), bound)
    return listed(
        "results", bodies, {"paging": {"next": {"after": after, "link": f"?after={after}"}}}
    )


def _number(row: Change) -> int:
    return int(row.key)


def _by_number(world: World, object_: str, status: str) -> list[Change]:
    rows = [row for row in world.state.rows("hubspot", object_) if row.status == status]
    return sorted(rows, key=_number)


def _batch(ask: Ask, world: World, object_: str) -> Answer:
    asked = ask.json()
    history = asked.get("propertiesWithHistory") or []
    most = 50 if history else 100
    if len(asked["inputs"]) > most:
        return refuse(400, "VALIDATION_ERROR", f"more than {most} inputs")
    found = [world.state.get("hubspot", object_, str(each["id"])) for each in asked["inputs"]]
    bodies = [
        orjson.dumps(chosen(row, asked.get("properties") or [], history))
        for row in found
        if row is not None and row.status == "live"
    ]
    gone = [
        str(each["id"])
        for each, row in zip(asked["inputs"], found, strict=True)
        if row is None or row.status != "live"
    ]
    if not gone:
        return listed("results", bodies, complete(world))
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {object_.upper()} objects, they may be deleted.",
        "context": {"ids": gone},
    }
    part = {**complete(world), "numErrors": 1, "errors": [error]}
    return replace(listed("results", bodies, part), status=207)
