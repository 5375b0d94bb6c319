"""The people of a list: members, the segments they are in, and how the list grew."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.contract import Bad, Extraction, Page, Sweep, Yield
from ingestion.convert import body_of
from ingestion.shape import flat, snake
from ingestion.sources.mailchimp.reading import lagged, page_of, pages
from ingestion.sources.mailchimp.tables import (
    GROWTH,
    LIST_DAYS,
    MEMBERS,
    SEGMENT_MEMBERS,
    SEGMENTS,
)

# The id is a digest of the address; this stays with the contact when it changes.
_LIVES_BY = "contact_id"
_PREFIX = "merge_fields__"
_KNOWN = {
    each.name.removeprefix(_PREFIX) for each in MEMBERS.columns if each.name.startswith(_PREFIX)
}


def members(ctx: Extraction, list_id: str) -> Iterator[Yield]:
    """Yield the members that changed since the last load, all of them when a sweep is due."""
    name = f"members:{list_id}"
    since = ctx.cursor(name, "")
    asked: dict[str, Any] = {"sort_field": "last_changed", "sort_dir": "ASC"}
    if since and not ctx.sweep_due:
        asked["since_last_changed"] = lagged(ctx, since)
    keys: set[tuple[str, ...]] = set()
    for records in pages(ctx, f"/3.0/lists/{list_id}/members", "members", **asked):
        yield Page(MEMBERS.name, [_member(record, list_id) for record in records])
        keys |= {(list_id, str(record["id"])) for record in records}
        for record in records:
            if record.get("last_changed"):
                ctx.advance(name, str(record["last_changed"]))
    if ctx.sweep_due:
        erases = ctx.config.get("missing_is_erased", True)
        # Deleting only archives: who left the list was deleted for good, or has a new address.
        yield Sweep(
            "members", frozenset(keys), (("list_id", list_id),), _LIVES_BY if erases else None
        )


def _member(record: Mapping[str, Any], list_id: str) -> dict[str, Any]:
    """The member's row: merge fields are each list's own, so those unknown here stay together."""
    fields = record.get("merge_fields")
    fields = fields if isinstance(fields, Mapping) else {}
    known = {name: value for name, value in fields.items() if snake(name) in _KNOWN}
    rest = {name: value for name, value in fields.items() if name not in known}
    row = flat({**record, "merge_fields": known}, ("merge_fields", "location"))
    return {**row, "merge_fields_other": rest or None, "list_id": list_id}


def segments(ctx: Extraction, list_id: str) -> Iterator[Yield]:
    """Yield segments, tags among them, and who is in those that changed.

    A saved segment is a question that members enter and leave on their own: its count tells most
    of that, the weekly sweep the rest.
    """
    keys: set[tuple[str, ...]] = set()
    for records in pages(ctx, f"/3.0/lists/{list_id}/segments", "segments"):
        yield page_of(SEGMENTS, records, list_id=list_id)
        for record in records:
            if record.get("id") is None:
                reason = "their segment came without its id"
                yield Bad(SEGMENT_MEMBERS.name, reason, body_of(record))
                continue
            id_ = str(record["id"])
            keys.add((list_id, id_))
            seen = f"{record.get('updated_at')}/{record.get('member_count')}"
            if ctx.full or ctx.sweep_due or ctx.state.get(f"segment:{list_id}:{id_}") != seen:
                yield _memberships(ctx, list_id, id_)
                ctx.state[f"segment:{list_id}:{id_}"] = seen
    yield Sweep(SEGMENTS.name, frozenset(keys), (("list_id", list_id),))


def _memberships(ctx: Extraction, list_id: str, segment_id: str) -> Page:
    """One segment's members, whole: who is not in it any more leaves with the unit."""
    path = f"/3.0/lists/{list_id}/segments/{segment_id}/members"
    its = {"list_id": list_id, "segment_id": segment_id}
    rows = [
        {**its, "member_id": one.get("id"), "status": one.get("status")}
        for page in pages(ctx, path, "members")
        for one in page
    ]
    return Page(SEGMENT_MEMBERS.name, rows, ((list_id, segment_id),))


def growth(ctx: Extraction, list_id: str) -> Iterator[Yield]:
    """Yield how the list grew, by month, and what happened to it, by day (the last 180)."""
    for records in pages(ctx, f"/3.0/lists/{list_id}/growth-history", "history"):
        yield page_of(GROWTH, records, list_id=list_id)
    for records in pages(ctx, f"/3.0/lists/{list_id}/activity", "activity"):
        yield page_of(LIST_DAYS, records, list_id=list_id)
