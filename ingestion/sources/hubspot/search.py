"""CRM search by change: 10,000 results a query at most (400 past it), its index minutes behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.pages import PASSES, ids_of, rows_of
from ingestion.sources.hubspot.api import objects
from ingestion.sources.hubspot.batch import read_whole
from ingestion.sources.hubspot.records import CrmObject

PAGE = 100
HISTORY_PAGE = 50


def searched(
    ctx: Extraction, crm_object: CrmObject, changed: dict[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    """Yield records by a filter on their change, by rising id.

    Each page is the first of a query of its own, for the ids past the last one: no offset shifts
    when a record goes meanwhile, no query meets the cap, and each states how much is left.
    """
    last, total = 0, PAGE + 1
    while total > PAGE:
        filters = [
            {"propertyName": crm_object.modified, **changed},
            {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
        ]
        records, total = _page(ctx, crm_object, filters)
        if not records:
            return
        furthest = max((int(each) for each in ids_of(records) if each.isdigit()), default=last)
        if furthest == last:
            raise PageBroken(f"hubspot {crm_object.path} search: no record is past the last one.")
        last = furthest
        yield _with_history(ctx, crm_object, records)


def _page(
    ctx: Extraction, crm_object: CrmObject, filters: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], int]:
    """Return a page, and how many results its query has; asks again where the page lacks some."""
    where = f"hubspot {crm_object.path} search"
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": crm_object.properties,
        "limit": PAGE,
        "after": "0",
    }
    for _ in range(PASSES):
        answer = ctx.http.post(f"{objects(crm_object.path)}/search", body)
        records = rows_of(answer, "results", where)
        if "total" not in answer:
            raise PageBroken(f"{where}: the answer states no total. Run again.")
        total = int(answer["total"])
        if len(ids_of(records)) >= min(PAGE, total):
            return records, total
    raise PageBroken(
        f"{where}: {min(PAGE, total)} rows were announced and {len(ids_of(records))} came, "
        f"{PASSES} times over. Nothing was lost and the cursor did not move: run again."
    )


def windowed(ctx: Extraction, crm_object: CrmObject) -> Iterator[list[dict[str, Any]]]:
    """Yield the records that changed in the days of a backfill."""
    first, last = ctx.window or (ctx.as_of.date(), ctx.as_of.date())
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    between = {"operator": "BETWEEN", "value": _millis(start), "highValue": _millis(end)}
    return searched(ctx, crm_object, between)


def _with_history(
    ctx: Extraction, crm_object: CrmObject, records: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the records read again with their property history, which search does not give."""
    if not crm_object.history:
        return records
    # A record without an id cannot be asked for: it goes on as it came, to quarantine.
    read = [record for record in records if record.get("id") is None]
    ids = {str(record["id"]) for record in records if record.get("id") is not None}
    return [*read, *by_ids(ctx, crm_object, ids)]


def by_ids(ctx: Extraction, crm_object: CrmObject, ids: set[str]) -> list[dict[str, Any]]:
    """Return the live records of these ids, whole."""
    asked, read = sorted(ids), []
    for start in range(0, len(asked), HISTORY_PAGE):
        read += read_whole(ctx, crm_object, asked[start : start + HISTORY_PAGE])
    return read


def changed_since(
    ctx: Extraction, crm_object: CrmObject, since: str
) -> Iterator[list[dict[str, Any]]]:
    """Yield the records that changed since the cursor, less what the index may lag behind."""
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 10)))
    at = _millis(datetime.fromisoformat(since) - lag)
    return searched(ctx, crm_object, {"operator": "GTE", "value": at})


def _millis(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))
