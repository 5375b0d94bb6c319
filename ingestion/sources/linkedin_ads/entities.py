"""The account's objects: one page after another by token, each believed when full or twice alike.

The lists state no total, so a page that is not full is asked for again (`ingestion.pages.sure`).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ingestion.contract import Extraction, Page, Sweep, Table, Yield
from ingestion.errors import PageBroken
from ingestion.guards import refuse_emptied
from ingestion.pages import Paging, sure
from ingestion.sources.linkedin_ads.tables import ACCOUNTS, CAMPAIGN_GROUPS, CAMPAIGNS, CREATIVES

PAGE = 100
Row = dict[str, Any]


def account(ctx: Extraction, number: str) -> Row:
    """Return the account; raises PageBroken where the answer is another thing."""
    body = ctx.http.get(f"/rest/adAccounts/{number}")
    if not isinstance(body, Mapping) or str(body.get("id")) != number or not body.get("currency"):
        raise PageBroken(f"linkedin_ads account {number}: the answer is another thing. Run again.")
    return {
        **{name: body.get(name) for name in ("id", "name", "currency", "status", "type")},
        **_stamps(body),
    }


def entities(ctx: Extraction, number: str) -> Iterator[Yield]:
    """Yield the account's objects in every status, and what the lists hold no more."""
    listed: tuple[tuple[Table, str, str, Callable[[Any], Row]], ...] = (
        (CAMPAIGN_GROUPS, "adCampaignGroups", "search", _group),
        (CAMPAIGNS, "adCampaigns", "search", _campaign),
        (CREATIVES, "creatives", "criteria", _creative),
    )
    for table, name, finder, shaped in listed:
        path = f"/rest/adAccounts/{number}/{name}?q={finder}"
        rows = [
            {"account_id": number, **shaped(record), **_stamps(record)}
            for record in _records(ctx, path, f"linkedin_ads {name}")
        ]
        refuse_emptied(ctx, table.name, len(rows))
        yield Page(table.name, rows)
        yield Sweep(table.name, frozenset((str(row["id"]),) for row in rows))


def _records(ctx: Extraction, path: str, where: str) -> Iterator[Any]:
    paging, token = Paging(where), ""
    while True:
        query = f"{path}&pageSize={PAGE}" + (f"&pageToken={token}" if token else "")
        records, body = sure(partial(ctx.http.get, query), "elements", where, PAGE, "id")
        token = str((body.get("metadata") or {}).get("nextPageToken") or "")
        paging.add(records, following=token or None)
        yield from records
        if not token:
            return


def number_of(urn: Any) -> str | None:
    """Return the number at the end of a URN, None where there is none."""
    return str(urn).rsplit(":", 1)[-1] if urn else None


def _stamps(record: Mapping[str, Any]) -> Row:
    """Return when a record was made and changed; a creative says so in its own way."""
    audit = record.get("changeAuditStamps") or {}
    return {
        "created_at": record.get("createdAt") or (audit.get("created") or {}).get("time"),
        "last_modified_at": record.get("lastModifiedAt")
        or (audit.get("lastModified") or {}).get("time"),
    }


def _group(record: Mapping[str, Any]) -> Row:
    return {"id": record.get("id"), "name": record.get("name"), "status": record.get("status")}


def _campaign(record: Mapping[str, Any]) -> Row:
    budgets = {name: record.get(f"{name}Budget") or {} for name in ("daily", "total")}
    schedule = record.get("runSchedule") or {}
    currencies = (each.get("currencyCode") for each in budgets.values())
    return {
        "id": record.get("id"),
        "campaign_group_id": number_of(record.get("campaignGroup")),
        "name": record.get("name"),
        "status": record.get("status"),
        "type": record.get("type"),
        "objective_type": record.get("objectiveType"),
        "cost_type": record.get("costType"),
        **{f"{name}_budget": each.get("amount") for name, each in budgets.items()},
        "budget_currency": next(filter(None, currencies), None),
        "starts_at": schedule.get("start"),
        "ends_at": schedule.get("end"),
    }


def _creative(record: Mapping[str, Any]) -> Row:
    return {
        "id": number_of(record.get("id")),
        "campaign_id": number_of(record.get("campaign")),
        "intended_status": record.get("intendedStatus"),
    }


__all__ = ["ACCOUNTS", "account", "entities", "number_of"]
