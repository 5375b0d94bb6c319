"""HubSpot: CRM objects (listed, searched, read by id), associations, owners, pipelines, forms.

Both path styles answer: `/crm/v3/objects/contacts` and `/crm/objects/2026-03/contacts`. Search
hides archived records and refuses to page past 10,000 results.
"""

import re
from bisect import bisect_right
from dataclasses import replace
from typing import Any

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, listed, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import iso_ms

TOKEN = "sandbox-hubspot-token"
SEARCH_CAP = 10_000
PATHS = re.compile(r"^/(crm|marketing|form-integrations|oauth|account-info)/")
_OBJECTS = re.compile(r"^/crm/(?:v3/objects|objects/\d{4}-\d{2})/(\w+)(/.*)?$")
_ASSOCIATIONS = re.compile(
    r"^/crm/(?:v4/associations|associations/\d{4}-\d{2})/(\w+)/(\w+)/batch/read$"
)
_SUBMISSIONS = re.compile(r"^/form-integrations/v1/submissions/forms/([^/]+)$")


def refuse(status: int, category: str, message: str) -> Answer:
    """Return HubSpot's error body."""
    body = {"status": "error", "message": message, "correlationId": "0-0-0-0", "category": category}
    return answer(body, status)


def rate_limit(policy: str) -> dict[str, str]:
    """Return the body of HubSpot's 429 for a policy (DAILY, SECONDLY, TEN_SECONDLY_ROLLING)."""
    return {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": "0",
        "policyName": policy,
    }


def view(ask: Ask, world: World) -> Answer:
    """Answer a HubSpot request."""
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
    path = ask.path.rstrip("/")
    if found := _OBJECTS.match(path):
        return _objects(ask, world, found[1], found[2] or "")
    if found := _ASSOCIATIONS.match(path):
        return _associations(ask, world, found[1], found[2])
    if found := _SUBMISSIONS.match(path):
        return _submissions(ask, world, found[1])
    if re.match(r"^/crm/(v3/owners|owners/\d{4}-\d{2})$", path):
        return _all(ask, world, "owners")
    if re.match(r"^/crm/(v3/pipelines|pipelines/\d{4}-\d{2})/deals$", path):
        return listed("results", [row.body for row in world.state.rows("hubspot", "pipelines")], {})
    if re.match(r"^/marketing/(v3/forms|forms/\d{4}-\d{2})$", path):
        return _all(ask, world, "forms")
    return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")


def _objects(ask: Ask, world: World, object_: str, rest: str) -> Answer:
    known = {"contacts", "companies", "deals", "calls", "meetings", "emails", "notes", "tasks"}
    if object_ not in known:
        return refuse(400, "VALIDATION_ERROR", f"Unable to infer object type from: {object_}")
    if ask.method == "GET" and not rest:
        return _list(ask, world, object_)
    if ask.method == "POST" and rest == "/search":
        return _search(ask, world, object_)
    if ask.method == "POST" and rest == "/batch/read":
        return _batch(ask, world, object_)
    if ask.method == "GET" and re.match(r"^/\d+$", rest):
        row = world.state.get("hubspot", object_, rest[1:])
        if row is None or row.status in ("merged", "deleted"):
            return refuse(404, "OBJECT_NOT_FOUND", "resource not found")
        return Answer(
            200,
            orjson.dumps(_chosen(row, *_asked(ask.query))),
            {"content-type": "application/json"},
        )
    return refuse(405, "METHOD_NOT_ALLOWED", "Method not allowed")


def _asked(query: Any) -> tuple[list[str], list[str]]:
    def words(name: str) -> list[str]:
        return [word for word in query.get(name, "").split(",") if word]

    return words("properties"), words("propertiesWithHistory")


_DEFAULTS = {
    "contacts": ["createdate", "email", "firstname", "lastmodifieddate", "lastname"],
    "companies": ["name", "domain", "createdate", "hs_lastmodifieddate"],
    "deals": [
        "dealname",
        "amount",
        "closedate",
        "pipeline",
        "dealstage",
        "createdate",
        "hs_lastmodifieddate",
    ],
}


def _chosen(row: Change, properties: list[str], history: list[str]) -> dict[str, Any]:
    """Return a record with the properties that were asked for, as HubSpot does."""
    record = orjson.loads(row.body)
    held = record["properties"]
    wanted = properties or _DEFAULTS.get(row.object, [])
    stamps = ("hs_object_id", "createdate", "lastmodifieddate", "hs_lastmodifieddate")
    always = [name for name in stamps if name in held]
    record["properties"] = {name: held.get(name) for name in dict.fromkeys([*wanted, *always])}
    kept = record.pop("propertiesWithHistory", {})
    if history:
        record["propertiesWithHistory"] = {name: kept.get(name, []) for name in history}
    return record


def _list(ask: Ask, world: World, object_: str) -> Answer:
    properties, history = _asked(ask.query)
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
    bodies = [orjson.dumps(_chosen(row, properties, history)) for row in page[:limit]]
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


def _search(ask: Ask, world: World, object_: str) -> Answer:
    asked = ask.json()
    for name in ("filterGroups", "sorts", "properties", "limit", "after"):
        if name not in asked and "/v3/" not in ask.path:
            return refuse(400, "VALIDATION_ERROR", f"{name} is required")
    limit, after = int(asked.get("limit", 10)), int(asked.get("after") or 0)
    if limit > 200:
        return refuse(400, "VALIDATION_ERROR", "limit is larger than 200")
    if after + limit > SEARCH_CAP:
        return refuse(400, "VALIDATION_ERROR", "The search cannot page past 10000 results.")
    groups, sorts = asked.get("filterGroups") or [], asked.get("sorts") or []
    live = world.state.found(
        (object_, orjson.dumps([groups, sorts])), lambda: _matching(world, object_, groups, sorts)
    )
    page = live[after : after + limit]
    bodies = [orjson.dumps(_chosen(row, asked.get("properties") or [], [])) for row in page]
    rest: dict[str, Any] = {"total": len(live)}
    if after + limit < len(live):
        rest["paging"] = {"next": {"after": str(after + limit)}}
    return listed("results", bodies, rest)


def _matching(
    world: World, object_: str, groups: list[dict[str, Any]], sorts: list[Any]
) -> list[Change]:
    pairs = [
        (row, orjson.loads(row.body)["properties"])
        for row in world.state.rows("hubspot", object_)
        if row.status == "live"
    ]
    if groups:
        pairs = [
            (row, held)
            for row, held in pairs
            if any(all(_meets(held, each) for each in group["filters"]) for group in groups)
        ]
    for sort in reversed(sorts):
        name = sort if isinstance(sort, str) else sort["propertyName"]
        down = isinstance(sort, dict) and sort.get("direction") == "DESCENDING"
        pairs.sort(key=lambda pair: _sortable(pair[1].get(name)), reverse=down)
    return [row for row, _ in pairs]


def _sortable(value: str | None) -> tuple[int, float, str]:
    """Numbers by value, instants and other text by letter, nothing first."""
    if value is None:
        return (0, 0.0, "")
    return (1, float(value), "") if value.lstrip("-").isdigit() else (2, 0.0, value)


def _meets(held: dict[str, str | None], each: dict[str, Any]) -> bool:
    value, operator = held.get(each["propertyName"]), each["operator"]
    if operator == "HAS_PROPERTY":
        return value is not None
    if operator == "NOT_HAS_PROPERTY":
        return value is None
    if value is None:
        return False
    left = _comparable(value)
    if operator == "IN":
        return value in each["values"]
    if operator == "BETWEEN":
        return _comparable(each["value"]) <= left <= _comparable(each["highValue"])
    right = _comparable(each["value"])
    return {
        "EQ": left == right,
        "NEQ": left != right,
        "GT": left > right,
        "GTE": left >= right,
        "LT": left < right,
        "LTE": left <= right,
    }[operator]


def _comparable(value: str) -> tuple[int, float, str]:
    """Instants compare as milliseconds however they are written."""
    from datetime import datetime

    text = str(value)
    if text.lstrip("-").isdigit():
        return (1, float(text), "")
    try:
        return (1, datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000, "")
    except ValueError:
        return (2, 0.0, text)


def _batch(ask: Ask, world: World, object_: str) -> Answer:
    asked = ask.json()
    history = asked.get("propertiesWithHistory") or []
    most = 50 if history else 100
    if len(asked["inputs"]) > most:
        return refuse(400, "VALIDATION_ERROR", f"more than {most} inputs")
    found = [world.state.get("hubspot", object_, str(each["id"])) for each in asked["inputs"]]
    bodies = [
        orjson.dumps(_chosen(row, asked.get("properties") or [], history))
        for row in found
        if row is not None and row.status == "live"
    ]
    gone = [
        str(each["id"])
        for each, row in zip(asked["inputs"], found, strict=True)
        if row is None or row.status != "live"
    ]
    if not gone:
        return listed("results", bodies, _complete(world))
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {object_.upper()} objects, they may be deleted.",
        "context": {"ids": gone},
    }
    part = {**_complete(world), "numErrors": 1, "errors": [error]}
    return replace(listed("results", bodies, part), status=207)


def _complete(world: World) -> dict[str, Any]:
    """What every batch answer says of itself; the vendor's own client insists on the times."""
    at = iso_ms(world.clock)
    return {"status": "COMPLETE", "startedAt": at, "completedAt": at}


def _associations(ask: Ask, world: World, from_object: str, to_object: str) -> Answer:
    results, missing = [], []
    for each in ask.json()["inputs"]:
        rows = world.state.rows("hubspot", "associations", f"{from_object}:{each['id']}")
        held = [orjson.loads(row.body) for row in rows if row.status == "live"]
        to = [
            {
                "toObjectId": int(body["to_id"]),
                "associationTypes": [
                    {
                        "category": "HUBSPOT_DEFINED",
                        "typeId": int(body["type_id"]),
                        "label": body["label"],
                    }
                ],
            }
            for body in held
            if body["to_object"] == to_object
        ]
        if to:
            results.append({"from": {"id": str(each["id"])}, "to": to})
        else:
            missing.append(str(each["id"]))
    errors = [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": f"No {to_object} is associated with {from_object} {each}.",
            "context": {
                "fromObjectId": [each],
                "fromObjectType": [from_object],
                "toObjectType": [to_object],
            },
        }
        for each in missing
    ]
    body = {**_complete(world), "results": results}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return answer(body, 207 if errors else 200)


def _all(ask: Ask, world: World, object_: str) -> Answer:
    """Owners and forms: a short list, paged by position."""
    archived = ask.query.get("archived", "").lower() == "true"
    rows = [
        row
        for row in world.state.rows("hubspot", object_)
        if row.status == ("archived" if archived else "live")
    ]
    return _paged(ask, rows, object_)


def _submissions(ask: Ask, world: World, form: str) -> Answer:
    rows = world.state.rows("hubspot", "form_submissions", form)
    bound = f"forms/{form}"
    newest = world.state.found(bound, lambda: sorted(rows, key=lambda row: (-row.sort_at, row.key)))
    return _paged(ask, newest, bound)


def _paged(ask: Ask, rows: list[Change], bound: str) -> Answer:
    limit = int(ask.query.get("limit", "20"))
    position = position_of(ask.query["after"], bound) if "after" in ask.query else 0
    if position is None:
        return refuse(400, "VALIDATION_ERROR", "Invalid after")
    bodies = [row.body for row in rows[position : position + limit]]
    if position + limit >= len(rows):
        return listed("results", bodies, {})
    after = cursor_of(position + limit, bound)
    return listed("results", bodies, {"paging": {"next": {"after": after}}})
