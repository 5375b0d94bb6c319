"""Reports of YouTube Analytics: positional rows, named by their own headers, without a total."""

from datetime import date
from functools import partial
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.pages import PASSES, rows_of

DATA_HOST, ANALYTICS_HOST = "youtube.googleapis.com", "youtubeanalytics.googleapis.com"
ROWS = 200


def analytics(base_url: str) -> str:
    """Return the address of Analytics; where the base is no vendor's it answers there too."""
    return base_url.replace(DATA_HOST, ANALYTICS_HOST)


def report(
    ctx: Extraction,
    dimensions: str,
    metrics: tuple[str, ...],
    first: date,
    last: date,
    filters: str = "",
) -> list[dict[str, Any]]:
    """Return the rows of a report by the names of its own headers, read until two were alike.

    Reports state no total: a full page is believed, the end of one only when it comes twice.
    """
    where = f"youtube report by {dimensions}"
    url = analytics(str(ctx.config["base_url"]))
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    start, full = 1, True
    while full:
        asked = {
            "ids": f"channel=={ctx.config['channel_id']}",
            "startDate": first.isoformat(),
            "endDate": last.isoformat(),
            "dimensions": dimensions,
            "metrics": ",".join(metrics),
            "sort": dimensions,
            "startIndex": start,
            "maxResults": ROWS,
            **({"filters": filters} if filters else {}),
        }
        rows = _rows(partial(ctx.http.get, f"{url}/v2/reports", asked), where)
        keys = [tuple(row[name] for name in dimensions.split(",")) for row in rows]
        if rows and keys[-1] in found:
            raise PageBroken(f"{where}: a page came a second time. Run again.")
        found |= dict(zip(keys, rows, strict=True))
        full = len(set(keys)) >= ROWS
        start += ROWS
    return list(found.values())


def _rows(ask: Any, where: str) -> list[dict[str, Any]]:
    before: list[dict[str, Any]] | None = None
    for _ in range(PASSES):
        rows = _named(ask(), where)
        if rows == before or len({str(row) for row in rows}) >= ROWS:
            return rows
        before = rows
    raise PageBroken(f"{where}: one page came in {PASSES} different ways. Run again.")


def _named(body: Any, where: str) -> list[dict[str, Any]]:
    """Return positional rows by the names of the headers; raises PageBroken where they differ."""
    headers = [str(each.get("name")) for each in rows_of(body, "columnHeaders", where)]
    # An answer without a row may leave the list out, but not say that it is nothing.
    rows = body.get("rows", [])
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == len(headers) for row in rows
    ):
        raise PageBroken(f"{where}: rows that do not fit their headers. Nothing was lost.")
    return [dict(zip(headers, row, strict=True)) for row in rows]
