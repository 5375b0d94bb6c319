"""CRM search by change: 10,000 results a query at most (400 past it), its index minutes behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.pages import Paging, rows_of
from ingestion.sources.hubspot.records import CrmObject, next_page

PAGE = 100
HISTORY_PAGE = 50
SEARCH_CAP = 10_000


def searched(
    ctx: Extraction, crm_object: CrmObject, changed: dict[str, Any]
) -> Iterator[list[dict[str, Any]]]:
    """Yield records by a filter on their change, by rising id, past the cap of one query."""
    where = f"hubspot {crm_object.path} search"
    last = "0"
    while True:
        paging, declared = Paging(where), 0
        filters = [
            {"propertyName": crm_object.modified, **changed},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last},
        ]
        after: str | None = "0"
        while after is not None and paging.rows + PAGE <= SEARCH_CAP:
            body = {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": crm_object.properties,
                "limit": PAGE,
                "after": after,
            }
            answer = ctx.http.post(f"/crm/v3/objects/{crm_object.path}/search", body)
            records = rows_of(answer, "results", where)
            total = int(answer.get("total") or 0)
            declared = max(declared, total)
            after = next_page(answer)
            paging.add(records, following=after)
            if records:
                last = str(records[-1]["id"])
                yield _with_history(ctx, crm_object, records)
        if after is None:
            # The index may lose a record or two that are archived while it is read.
            paging.met(declared, short=2)
            return


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
    read: list[dict[str, Any]] = []
    for start in range(0, len(records), HISTORY_PAGE):
        chunk = records[start : start + HISTORY_PAGE]
        body = {
            "inputs": [{"id": str(record["id"])} for record in chunk],
            "properties": crm_object.properties,
            "propertiesWithHistory": list(crm_object.history),
        }
        answer = ctx.http.post(f"/crm/v3/objects/{crm_object.path}/batch/read", body)
        if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
            raise PageBroken(f"hubspot {crm_object.path} batch: the page has no list `results`.")
        # A record that was archived or merged since the search is simply not there.
        read += answer["results"]
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
