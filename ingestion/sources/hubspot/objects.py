"""CRM objects: listed whole at first, searched by change afterwards, archived lists every time.

Search never returns archived records, so their list is read whole; it is short, as the vendor keeps
90 days of it, and filters it by nothing. One that left it is read by its id: it was restored, or it
is gone for good.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ingestion.contract import Extraction, Page, Sweep
from ingestion.pages import Paging, sure
from ingestion.sources.hubspot.api import objects
from ingestion.sources.hubspot.paged import next_page, wide
from ingestion.sources.hubspot.records import CrmObject, history
from ingestion.sources.hubspot.search import HISTORY_PAGE, PAGE, by_ids, changed_since, windowed


def read_object(
    ctx: Extraction, crm_object: CrmObject, changed: list[str]
) -> Iterator[Page | Sweep]:
    """Yield what is new of one object type; the ids of live records read go to `changed`."""
    since = ctx.cursor(crm_object.path, "")
    live: list[str] | None = None
    newest = since
    if ctx.window:
        found = windowed(ctx, crm_object)
    elif since:
        found = changed_since(ctx, crm_object, since)
    else:
        live = []
        found = _listed_whole(ctx, crm_object)
    for records in found:
        yield from _pages(crm_object, records)
        changed += [str(record["id"]) for record in records if record.get("id") is not None]
        newest = max([newest, *_instants(ctx, crm_object, records)])
        if live is not None:
            live += [str(record["id"]) for record in records]
    archived: list[str] = []
    for records in _listed(ctx, crm_object, archived=True):
        yield from _pages(crm_object, records)
        archived += [str(record["id"]) for record in records]
    yield from _restored(ctx, crm_object, set(archived), changed)
    if newest:
        ctx.advance(crm_object.path, newest)
    if ctx.sweep_due and ctx.window is None:
        yield _sweep(ctx, crm_object, live, archived)


def _restored(
    ctx: Extraction, crm_object: CrmObject, archived: set[str], changed: list[str]
) -> Iterator[Page]:
    """Yield the records that left the archive since the last load and that no search brought."""
    if ctx.window:
        return
    name = f"archived:{crm_object.path}"
    left = {str(each) for each in ctx.state.get(name, ())} - archived - set(changed)
    records = by_ids(ctx, crm_object, left)
    yield from _pages(crm_object, records)
    changed += [str(record["id"]) for record in records]
    ctx.state[name] = sorted(archived)


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
        rows = [row for record in records for row in history(crm_object, record)]
        yield Page("property_history", rows)


def _listed_whole(
    ctx: Extraction, crm_object: CrmObject, *, ids_only: bool = False
) -> Iterator[list[dict[str, Any]]]:
    """Yield every live record; raises where fewer come than the vendor counts."""
    paging = Paging(f"hubspot {crm_object.path}")
    declared = _count(ctx, crm_object)
    yield from _listed(ctx, crm_object, archived=False, paging=paging, ids_only=ids_only)
    if len(paging.ids) < declared:
        # Records may have gone while the list was read; only a count taken afterwards tells.
        declared = _count(ctx, crm_object)
    ctx.total(crm_object.table.name, f"live {crm_object.path}", declared, len(paging.ids))
    paging.met(declared)


def _count(ctx: Extraction, crm_object: CrmObject) -> int:
    body = {"filterGroups": [], "sorts": [], "properties": [], "limit": 1, "after": "0"}
    answer = ctx.http.post(f"{objects(crm_object.path)}/search", body)
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
    kept = () if ids_only else crm_object.history
    params: dict[str, Any] = {
        "limit": HISTORY_PAGE if kept else PAGE,
        "archived": "true" if archived else "false",
    }
    properties = ["hs_object_id"] if ids_only else crm_object.properties
    if kept:
        params["propertiesWithHistory"] = ",".join(kept)
    while True:
        path = objects(crm_object.path)
        ask = partial(wide, ctx, path, params, properties, paging.where)
        records, body = sure(ask, "results", paging.where, params["limit"])
        after = next_page(body)
        paging.add(records, following=after)
        yield records
        if after is None:
            return
        params = {**params, "after": after}


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
