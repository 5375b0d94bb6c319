"""Marketing: e-mails with the totals that the vendor counts, campaigns with their money, lists."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import PageBroken
from ingestion.guards import refuse_emptied
from ingestion.pages import Declared, Paging, rows_of, whole
from ingestion.shape import flat
from ingestion.sources.hubspot.api import CAMPAIGNS, EMAILS, LISTS
from ingestion.sources.hubspot.marketing_tables import (
    CAMPAIGN_PROPERTIES,
    EMAIL_COUNTERS,
    LIST_PROPERTIES,
)
from ingestion.sources.hubspot.paged import counted, every, instant

PAGE = 100
LIST_PAGE = 500
MEMBER_PAGE = 250


def read_emails(ctx: Extraction) -> Iterator[Page]:
    """Yield every marketing e-mail and its totals: those move on for weeks, unseen by any stamp."""
    found = 0
    for archived in ("false", "true"):
        asked = {"limit": PAGE, "archived": archived, "includeStats": "true", "sort": "createdAt"}
        for records in counted(ctx, EMAILS, asked):
            found += len(records)
            yield Page("marketing_emails", [flat(record, ("from",)) for record in records])
            totals = [_totals(record) for record in records if record.get("stats")]
            yield Page("marketing_email_totals", totals)
    refuse_emptied(ctx, "hubspot marketing e-mails", found)


def _totals(record: dict[str, Any]) -> dict[str, Any]:
    counters = record["stats"].get("counters") or {}
    return {"email_id": record["id"], **{name: counters.get(name) for name in EMAIL_COUNTERS}}


def read_campaigns(ctx: Extraction) -> Iterator[Page | Sweep]:
    """Yield every campaign, and the budget and spend items of those that changed."""
    since = ctx.cursor("campaigns", "")
    keys: set[tuple[str, ...]] = set()
    asked = {"limit": PAGE, "sort": "createdAt", "properties": ",".join(CAMPAIGN_PROPERTIES)}
    newest = since
    for records in counted(ctx, CAMPAIGNS, asked):
        keys |= {(str(record["id"]),) for record in records}
        yield Page("campaigns", [_campaign(record) for record in records])
        for record in records:
            updated = instant(record.get("updatedAt"))
            if ctx.sweep_due or _is_new(ctx, since, updated):
                yield _items(ctx, str(record["id"]))
            if updated and updated <= ctx.as_of + timedelta(days=1):
                newest = max(newest, updated.isoformat(timespec="milliseconds"))
    refuse_emptied(ctx, "hubspot campaigns", len(keys))
    if newest:
        ctx.advance("campaigns", newest)
    # The list comes whole every time, and a campaign that was deleted is in no archive.
    if ctx.window is None:
        yield Sweep("campaigns", frozenset(keys))


def _campaign(record: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a campaign, whose answer leaves out each property that has no value."""
    empty = {f"properties__{name}": None for name in CAMPAIGN_PROPERTIES}
    return {**empty, **flat(record, ("properties",))}


def _items(ctx: Extraction, campaign: str) -> Page:
    """Return what was planned and spent on one campaign, item by item.

    Raises PageBroken where the items do not add up to the total beside them.
    """
    path = f"{CAMPAIGNS}/{campaign}/budget/totals"
    body = ctx.http.get(path)
    rows: list[dict[str, Any]] = []
    for kind in ("budget", "spend"):
        items = rows_of(body, f"{kind}Items", f"hubspot {path}")
        stated, read = (
            _cents(body.get(f"{kind}Total")),
            sum(_cents(each.get("amount")) for each in items),
        )
        if stated != read:
            raise PageBroken(
                f"hubspot {path}: {stated} cents of {kind} were announced and {read} came. Nothing "
                "was lost and the cursor did not move: run again."
            )
        rows += [
            {
                "campaign_id": campaign,
                "kind": kind,
                "item_id": item.get("id"),
                "name": item.get("name"),
                "amount": item.get("amount"),
                "currency_code": body.get("currencyCode"),
                "position": item.get("order"),
                "created_at": item.get("createdAt"),
                "updated_at": item.get("updatedAt"),
            }
            for item in items
        ]
    return Page("campaign_items", rows, ((campaign,),))


def _cents(amount: Any) -> int:
    return round(Decimal(str(amount or 0)) * 100)


def read_lists(ctx: Extraction) -> Iterator[Page | Sweep]:
    """Yield every list, and who is on those that somebody joined or left since the last load."""
    lists: dict[str, dict[str, Any]] = {}
    for records in whole("hubspot lists", lambda paging: _searched(ctx, paging)):
        lists |= {str(record["listId"]): record for record in records}
        yield Page("lists", [flat(record, ("additional_properties",)) for record in records])
    refuse_emptied(ctx, "hubspot lists", len(lists))
    gone = {str(each) for each in ctx.state.get("lists", ())} - lists.keys()
    if ctx.config.get("list_memberships", True):
        for list_id in sorted(each for each in lists if _moved(ctx, lists[each])):
            yield _members(ctx, list_id, lists[list_id])
        yield from (_nobody(list_id) for list_id in sorted(gone))
    if ctx.window is None:
        yield Sweep("lists", frozenset((each,) for each in lists))
        ctx.state["lists"] = sorted(lists)
        ctx.advance("list_memberships", ctx.as_of.isoformat())


def _searched(ctx: Extraction, paging: Paging) -> Iterator[Declared]:
    offset = 0
    while True:
        body = ctx.http.post(
            f"{LISTS}/search",
            {
                "query": "",
                "count": LIST_PAGE,
                "offset": offset,
                "additionalProperties": list(LIST_PROPERTIES),
            },
        )
        records = rows_of(body, "lists", paging.where)
        offset = int(body.get("offset") or 0)
        more = bool(body.get("hasMore"))
        paging.add(records, following=str(offset) if more else None)
        yield records, int(body.get("total") or 0)
        if not more:
            return


def _moved(ctx: Extraction, record: dict[str, Any]) -> bool:
    """Whether somebody joined or left a list since the last load, or the vendor does not say."""
    if ctx.sweep_due or ctx.window:
        return True
    given = record.get("additionalProperties") or {}
    stamps = [instant(given.get(name)) for name in LIST_PROPERTIES if name.endswith("_at")]
    known = [each for each in stamps if each]
    return not known or _is_new(ctx, ctx.cursor("list_memberships", ""), max(known))


def _members(ctx: Extraction, list_id: str, told: dict[str, Any]) -> Page | Sweep:
    """Return who is on one list, the whole of it: a unit that is read again.

    Raises PageBroken where nobody is on a list that has a size.
    """
    path = f"{LISTS}/{list_id}/memberships"
    rows = [
        {
            "list_id": list_id,
            "record_id": record.get("recordId"),
            "joined_at": record.get("membershipTimestamp"),
        }
        for records in every(ctx, path, {"limit": MEMBER_PAGE})
        for record in records
    ]
    size = str((told.get("additionalProperties") or {}).get("hs_list_size") or 0)
    if not rows and size != "0":
        raise PageBroken(
            f"hubspot {path}: {size} records were announced and none came. Nothing was lost and "
            "the cursor did not move: run again."
        )
    return Page("list_memberships", rows, ((list_id,),)) if rows else _nobody(list_id)


def _nobody(list_id: str) -> Sweep:
    """Return that nobody is on a list; as a sweep, since a list may empty in one go."""
    return Sweep("list_memberships", frozenset(), (("list_id", list_id),))


def _is_new(ctx: Extraction, since: str, at: datetime | None) -> bool:
    """Whether something may have changed after the cursor, less the lag."""
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 10)))
    return not since or at is None or at >= datetime.fromisoformat(since) - lag
