"""HubSpot's marketing e-mails with totals, campaigns with budgets, lists with memberships."""

import re
from typing import Any

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.views.hubspot.common import asked_properties, flag, paged, refuse

LISTS_AT_ONCE = 500


def emails(ask: Ask, world: World, rest: str) -> Answer:
    """Answer with marketing e-mails, with their totals where these are asked for."""
    if rest:
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    status = "archived" if flag(ask, "archived") else "live"
    rows = _live(world, "marketing_emails", status)
    bodies = [row.body for row in rows]
    if not flag(ask, "includeStats"):
        bodies = [orjson.dumps({**orjson.loads(body), "stats": None}) for body in bodies]
    return paged(ask, rows, f"emails/{status}", bodies, total=len(rows))


def campaigns(ask: Ask, world: World, rest: str) -> Answer:
    """Answer with campaigns, which show no property without a value, or with one's money."""
    if found := re.match(r"^/([0-9a-f-]+)/budget/totals$", rest):
        row = world.state.get("hubspot", "campaigns", found[1])
        if row is None or row.status != "live":
            return refuse(404, "OBJECT_NOT_FOUND", "resource not found")
        return answer(_money(orjson.loads(row.body)))
    if rest:
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    if int(ask.query.get("limit", "50")) > 100:
        return refuse(400, "VALIDATION_ERROR", "limit is larger than 100")
    rows = _live(world, "campaigns", "live")
    wanted = asked_properties(ask.query)[0]
    bodies = [orjson.dumps(_shown(orjson.loads(row.body), wanted)) for row in rows]
    return paged(ask, rows, "campaigns", bodies, total=len(rows))


def _shown(body: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    held = body["properties"]
    shown = {name: held[name] for name in wanted if held.get(name) is not None}
    return {
        **{name: body[name] for name in ("id", "createdAt", "updatedAt")},
        "properties": shown,
        "businessUnits": [],
    }


def _money(body: dict[str, Any]) -> dict[str, Any]:
    budget, spend = body["budgetItems"], body["spendItems"]
    planned, spent = (round(sum(each["amount"] for each in items), 2) for items in (budget, spend))
    return {
        "budgetItems": budget,
        "spendItems": spend,
        "currencyCode": body["properties"]["hs_currency_code"],
        "budgetTotal": planned,
        "spendTotal": spent,
        "remainingBudget": round(planned - spent, 2),
    }


def lists(ask: Ask, world: World, rest: str) -> Answer:
    """Answer a search of lists, or with the records that are on one."""
    if ask.method == "POST" and rest == "/search":
        return _search(ask, world)
    if found := re.match(r"^/(\d+)/memberships$", rest):
        row = world.state.get("hubspot", "lists", found[1])
        if row is None or row.status != "live":
            return refuse(404, "OBJECT_NOT_FOUND", "List does not exist.")
        if int(ask.query.get("limit", "100")) > 250:
            return refuse(400, "VALIDATION_ERROR", "limit is larger than 250")
        return paged(ask, _members(world, found[1]), f"lists/{found[1]}")
    return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")


def _search(ask: Ask, world: World) -> Answer:
    asked = ask.json()
    offset, count = int(asked.get("offset") or 0), int(asked.get("count") or 20)
    if count > LISTS_AT_ONCE:
        return refuse(400, "VALIDATION_ERROR", f"count is larger than {LISTS_AT_ONCE}")
    rows = _live(world, "lists", "live")
    shown = [_list(world, row, asked.get("additionalProperties") or []) for row in rows]
    end = offset + count
    return answer(
        {
            "lists": shown[offset:end],
            "hasMore": end < len(shown),
            "offset": min(end, len(shown)),
            "total": len(shown),
        }
    )


def _list(world: World, row: Change, wanted: list[str]) -> dict[str, Any]:
    """Return a list with the properties asked for, which tell who came and went."""
    every = world.state.rows("hubspot", "memberships", row.key)
    stamps = {
        "hs_list_size": str(sum(each.status == "live" for each in every)),
        "hs_last_record_added_at": _latest(each for each in every if each.status == "live"),
        "hs_last_record_removed_at": _latest(each for each in every if each.status != "live"),
    }
    more = {name: stamps[name] for name in wanted if stamps.get(name)}
    return {**orjson.loads(row.body), "additionalProperties": more}


def _latest(rows: Any) -> str:
    return str(max((each.sort_at for each in rows), default=""))


def _members(world: World, list_id: str) -> list[Change]:
    rows = world.state.rows("hubspot", "memberships", list_id)
    return [row for row in rows if row.status == "live"]


def _live(world: World, object_: str, status: str) -> list[Change]:
    return [row for row in world.state.rows("hubspot", object_) if row.status == status]
