"""CRM objects: listed whole at first, searched by change afterwards, archived lists every time.

Search never returns archived records, is capped at 10,000 results a query (400 past it) and its
index runs minutes behind, hence the id keyset and the lag.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.contract import Extraction, Page, Sweep, Table
from ingestion.errors import PageBroken
from ingestion.pages import Paging, rows_of
from ingestion.shape import flat

PAGE = 100
HISTORY_PAGE = 50
SEARCH_CAP = 10_000


@dataclass(frozen=True)
class CrmObject:
    """One object type of the CRM and where its rows go.

    `picked` maps a raw property to the vendor's properties that may hold it (engagements name
    one thing differently by type); without it each declared property is HubSpot's own.
    """

    path: str
    table: Table
    modified: str = "hs_lastmodifieddate"
    history: tuple[str, ...] = ()
    engagement_type: str = ""
    picked: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def properties(self) -> list[str]:
        """The vendor's property names to ask for."""
        if self.picked:
            return [name for _, names in self.picked for name in names]
        names = [column.name for column in self.table.columns]
        return [name.removeprefix("properties__") for name in names if "__" in name]

    def row(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the raw row of a record."""
        row = {"archived_at": None, **flat(record, nested=("properties",))}
        if self.engagement_type:
            row["engagement_type"] = self.engagement_type
        for target, names in self.picked:
            held = [row.pop(f"properties__{name}", None) for name in names]
            row[f"properties__{target}"] = next((each for each in held if each), None)
        return row


def read_object(
    ctx: Extraction, crm_object: CrmObject, changed: list[str]
) -> Iterator[Page | Sweep]:
    """Yield what is new of one object type; the ids of live records read go to `changed`."""
    since = ctx.cursor(crm_object.path, "")
    live: list[str] | None = None
    newest = since
    if ctx.window:
        found = _windowed(ctx, crm_object)
    elif since:
        found = _searched(ctx, crm_object, {"operator": "GTE", "value": _lagged(ctx, since)})
    else:
        live = []
        found = _listed_whole(ctx, crm_object)
    for records in found:
        yield from _pages(crm_object, records)
        changed += [str(record["id"]) for record in records if isinstance(record, dict)]
        newest = max([newest, *_instants(ctx, crm_object, records)])
        if live is not None:
            live += [str(record["id"]) for record in records]
    archived: list[str] = []
    for records in _listed(ctx, crm_object, archived=True):
        yield from _pages(crm_object, records)
        archived += [str(record["id"]) for record in records]
    if newest:
        ctx.advance(crm_object.path, newest)
    if ctx.sweep_due and ctx.window is None:
        yield _sweep(ctx, crm_object, live, archived)


def _sweep(
    ctx: Extraction, crm_object: CrmObject, live: list[str] | None, archived: list[str]
) -> Sweep:
    if live is None:
        pages = _listed_whole(ctx, crm_object, ids_only=True)
        live = [str(record["id"]) for records in pages for record in records]
    if crm_object.engagement_type:
        kind = crm_object.engagement_type
        keys = frozenset((kind, each) for each in (*live, *archived))
        return Sweep(crm_object.table.name, keys, (("engagement_type", kind),))
    return Sweep(crm_object.table.name, frozenset((each,) for each in (*live, *archived)))


def _pages(crm_object: CrmObject, records: list[dict[str, Any]]) -> Iterator[Page]:
    yield Page(crm_object.table.name, [crm_object.row(record) for record in records])
    if crm_object.history:
        rows = [row for record in records for row in _history(crm_object, record)]
        yield Page("property_history", rows)


def _history(crm_object: CrmObject, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kept = record.get("propertiesWithHistory") or {}
    for name in crm_object.history:
        for change in kept.get(name) or []:
            value, at = change.get("value"), change.get("timestamp")
            parts = (crm_object.path, str(record["id"]), name, str(at), str(value))
            yield {
                "event_id": hashlib.md5("|".join(parts).encode()).hexdigest(),
                "object_type": crm_object.path,
                "object_id": record["id"],
                "property": name,
                "value": value,
                "changed_at": at,
                "source_type": change.get("sourceType"),
            }


def _listed_whole(
    ctx: Extraction, crm_object: CrmObject, *, ids_only: bool = False
) -> Iterator[list[dict[str, Any]]]:
    """Yield every live record; raises where fewer come than the vendor counts."""
    paging = Paging(f"hubspot {crm_object.path}")
    declared = _count(ctx, crm_object)
    yield from _listed(ctx, crm_object, archived=False, paging=paging, ids_only=ids_only)
    if paging.rows < declared:
        # Records may have gone while the list was read; only a count taken afterwards tells.
        declared = _count(ctx, crm_object)
    ctx.total(crm_object.table.name, f"live {crm_object.path}", declared, paging.rows)
    paging.met(declared)


def _count(ctx: Extraction, crm_object: CrmObject) -> int:
    body = {"filterGroups": [], "sorts": [], "properties": [], "limit": 1, "after": "0"}
    answer = ctx.http.post(f"/crm/v3/objects/{crm_object.path}/search", body)
    return int(answer.get("total") or 0)


def _listed(
    ctx: Extraction,
    crm_object: CrmObject,
    *,
    archived: bool,
    paging: Paging | None = None,
    ids_only: bool = False,
) -> Iterator[list[dict[str, Any]]]:
    paging = paging or Paging(f"hubspot {crm_object.path}, archived")
    history = () if ids_only else crm_object.history
    params: dict[str, Any] = {
        "limit": HISTORY_PAGE if history else PAGE,
        "archived": "true" if archived else "false",
        "properties": "hs_object_id" if ids_only else ",".join(crm_object.properties),
    }
    if history:
        params["propertiesWithHistory"] = ",".join(history)
    while True:
        body = ctx.http.get(f"/crm/v3/objects/{crm_object.path}", params)
        records = rows_of(body, "results", paging.where)
        after = next_page(body)
        paging.add(records, following=after)
        yield records
        if after is None:
            return
        params = {**params, "after": after}


def _searched(
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


def _windowed(ctx: Extraction, crm_object: CrmObject) -> Iterator[list[dict[str, Any]]]:
    first, last = ctx.window or (ctx.as_of.date(), ctx.as_of.date())
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    between = {"operator": "BETWEEN", "value": _millis(start), "highValue": _millis(end)}
    return _searched(ctx, crm_object, between)


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


def next_page(body: dict[str, Any]) -> str | None:
    """Return the `after` mark of the next page, or None on the last one."""
    following = (body.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _instants(
    ctx: Extraction, crm_object: CrmObject, records: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield when the records changed, leaving out what lies ahead of now."""
    limit = ctx.as_of + timedelta(days=1)
    for record in records:
        try:
            at = datetime.fromisoformat(str(record.get("updatedAt")))
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at > limit:
            ctx.count("cursor_ahead_of_now", crm_object.table.name)
            continue
        yield at.astimezone(UTC).isoformat(timespec="milliseconds")


def _lagged(ctx: Extraction, since: str) -> str:
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 10)))
    return _millis(datetime.fromisoformat(since) - lag)


def _millis(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))
