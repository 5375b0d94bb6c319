"""HubSpot's search: live records only, 10,000 results of one query at most."""

from datetime import datetime
from typing import Any

import orjson

from ingestion.sandbox.http import Answer, Ask, World, listed
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.views.hubspot.common import chosen, refuse

SEARCH_CAP = 10_000


def search(ask: Ask, world: World, object_: str) -> Answer:
    """Answer a search of one object type."""
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
    bodies = [orjson.dumps(chosen(row, asked.get("properties") or [], [])) for row in page]
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
    text = str(value)
    if text.lstrip("-").isdigit():
        return (1, float(text), "")
    try:
        return (1, datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000, "")
    except ValueError:
        return (2, 0.0, text)
