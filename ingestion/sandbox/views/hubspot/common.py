"""What HubSpot's views share: its errors, its pages, and which properties of a record are shown."""

from typing import Any

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, listed, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import iso_ms


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


def complete(world: World) -> dict[str, Any]:
    """What every batch answer says of itself; the vendor's own client insists on the times."""
    at = iso_ms(world.clock)
    return {"status": "COMPLETE", "startedAt": at, "completedAt": at}


def asked_properties(query: Any) -> tuple[list[str], list[str]]:
    """Return the properties that a query asks for, and those whose history it asks for."""

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


def chosen(row: Change, properties: list[str], history: list[str]) -> dict[str, Any]:
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


def flag(ask: Ask, name: str) -> bool:
    """Return a truth value of the query."""
    return ask.query.get(name, "").lower() == "true"


def paged(
    ask: Ask, rows: list[Change], bound: str, bodies: list[bytes] | None = None, **rest: Any
) -> Answer:
    """Return a page of a short list, by position."""
    limit = int(ask.query.get("limit", "20"))
    position = position_of(ask.query["after"], bound) if "after" in ask.query else 0
    if position is None:
        return refuse(400, "VALIDATION_ERROR", "Invalid after")
    whole = bodies if bodies is not None else [row.body for row in rows]
    end = position + limit
    if end < len(whole):
        rest["paging"] = {"next": {"after": cursor_of(end, bound)}}
    return listed("results", whole[position:end], rest)
