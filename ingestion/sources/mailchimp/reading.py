"""Lists of the API in pages, and their records as rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ingestion.contract import Extraction, Page, Table
from ingestion.pages import Declared, Paging, rows_of, whole
from ingestion.shape import flat

PAGE = 1000
_NESTED = (
    "stats",
    "merge_fields",
    "location",
    "recipients",
    "settings",
    "bounces",
    "opens",
    "clicks",
    "forwards",
    "report_summary",
)


def page_of(table: Table, records: list[dict[str, Any]], **more: Any) -> Page:
    """A page as sent: what is undeclared is counted as drift, what is absent counts as vanished."""
    return Page(table.name, [{**flat(record, _NESTED), **more} for record in records])


def pages(
    ctx: Extraction, path: str, selector: str, **params: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of one list until every record of the declared total was seen."""

    def read(paging: Paging) -> Iterator[Declared]:
        offset = 0
        while True:
            body = ctx.http.get(path, {"count": PAGE, "offset": offset, **params})
            records = rows_of(body, selector, paging.where)
            total = int(body.get("total_items") or 0)
            offset += len(records)
            paging.add(records, following=str(offset) if offset < total else None)
            yield records, total
            if not records or offset >= total:
                return

    return whole(f"mailchimp {path}", read)


def lagged(ctx: Extraction, since: str) -> str:
    """Return the instant a while before `since`: what was late then is read now."""
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 60)))
    return (datetime.fromisoformat(since) - lag).isoformat()
