"""HubSpot's lists, page by page: with a total, without one, and wider than an address may be."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.pages import Declared, Paging, rows_of, sure, whole

# Past about 16,000 characters of an address the vendor answers 414.
PROPERTY_CHARACTERS = 15_000


def next_page(body: dict[str, Any]) -> str | None:
    """Return the `after` mark of the next page, or None on the last one."""
    following = (body.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def every(ctx: Extraction, path: str, params: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list that states no total, each of them sure."""
    paging = Paging(f"hubspot {path}")
    while True:
        ask = partial(ctx.http.get, path, params)
        records, body = sure(ask, "results", paging.where, int(params["limit"]))
        after = next_page(body)
        paging.add(records, following=after)
        yield records
        if after is None:
            return
        params = {**params, "after": after}


def counted(ctx: Extraction, path: str, params: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list that states its total, read until all of it came."""

    def read(paging: Paging) -> Iterator[Declared]:
        asked = dict(params)
        while True:
            body = ctx.http.get(path, asked)
            records = rows_of(body, "results", paging.where)
            if "total" not in body:
                raise PageBroken(f"{paging.where}: the answer states no total. Run again.")
            after = next_page(body)
            paging.add(records, following=after)
            yield records, int(body["total"])
            if after is None:
                return
            asked["after"] = after

    return whole(f"hubspot {path}", read)


def parts(properties: list[str]) -> list[list[str]]:
    """Return the properties in parts that an address can carry; a comma is three letters there."""
    found: list[list[str]] = [[]]
    room = PROPERTY_CHARACTERS
    for name in properties:
        size = len(quote(name, safe="")) + len("%2C")
        if found[-1] and size > room:
            found.append([])
            room = PROPERTY_CHARACTERS
        found[-1].append(name)
        room -= size
    return found


def wide(
    ctx: Extraction, path: str, params: dict[str, Any], properties: list[str], where: str
) -> Any:
    """Return a page of records with all these properties, asked for in as many parts as it takes.

    Raises PageBroken where the parts hold different records: what one of them lacks is unknown.
    """
    first, *rest = [
        ctx.http.get(path, {**params, "properties": ",".join(part)}) for part in parts(properties)
    ]
    held = {str(record.get("id")): record for record in rows_of(first, "results", where)}
    for body in rest:
        records = {str(record.get("id")): record for record in rows_of(body, "results", where)}
        if records.keys() != held.keys():
            raise PageBroken(
                f"{where}: a page came with different records for different properties. Nothing "
                "was lost and the cursor did not move: run again."
            )
        for id_, record in records.items():
            held[id_]["properties"] = {**held[id_]["properties"], **record["properties"]}
    return first


def instant(value: Any) -> datetime | None:
    """Return an instant of ISO text or of epoch milliseconds, None where it is neither."""
    try:
        if str(value).isdigit():
            return datetime.fromtimestamp(int(value) / 1000, tz=UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
