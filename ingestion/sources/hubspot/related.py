"""What hangs on CRM objects: associations, owners and deal pipelines."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from ingestion.contract import Extraction, Page, Sweep
from ingestion.guards import refuse_emptied
from ingestion.pages import rows_of, sure
from ingestion.shape import flat
from ingestion.sources.hubspot.api import OWNERS, PIPELINES, associations
from ingestion.sources.hubspot.batch import answer_of, refuse_lost
from ingestion.sources.hubspot.paged import every, next_page

ASSOCIATION_INPUTS = 100


def read_associations(
    ctx: Extraction, from_object: str, to_objects: tuple[str, ...], ids: list[str]
) -> Iterator[Page]:
    """Yield the associations of the records, each record a unit read whole."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), ASSOCIATION_INPUTS):
        chunk = wanted[start : start + ASSOCIATION_INPUTS]
        rows: list[dict[str, Any]] = []
        for to_object in to_objects:
            rows += _associated(ctx, from_object, to_object, chunk)
        yield Page("associations", rows, tuple((from_object, each) for each in chunk))


def _associated(
    ctx: Extraction, from_object: str, to_object: str, ids: list[str]
) -> Iterator[dict[str, Any]]:
    where = f"hubspot associations {from_object} to {to_object}"
    path = associations(from_object, to_object)
    inputs: list[dict[str, str]] = [{"id": each} for each in ids]
    while inputs:
        following: list[dict[str, str]] = []
        for found in _answered(ctx, path, where, inputs):
            from_id = str(found["from"]["id"])
            for to in rows_of(found, "to", where):
                for kind in rows_of(to, "associationTypes", where):
                    yield {
                        "from_object": from_object,
                        "from_id": from_id,
                        "to_object": to_object,
                        "to_id": _text(to.get("toObjectId")),
                        "category": kind.get("category") or "HUBSPOT_DEFINED",
                        "type_id": _text(kind.get("typeId")),
                        "label": kind.get("label"),
                    }
            if after := next_page(found):
                following.append({"id": from_id, "after": after})
        inputs = following


def _text(id_: Any) -> str | None:
    """Return a number as text; without one the row goes to quarantine."""
    return None if id_ is None else str(id_)


def _answered(
    ctx: Extraction, path: str, where: str, inputs: list[dict[str, str]]
) -> Iterator[dict[str, Any]]:
    """Yield the answer for each input that has associations; what the answer lost is asked again.

    A record is a unit here: one that is silently missing would lose all its associations.
    """
    for _ in range(2):
        results, none = answer_of(ctx.http.post(path, {"inputs": inputs}), where)
        yield from results
        none |= {str(found["from"]["id"]) for found in results}
        inputs = [each for each in inputs if each["id"] not in none]
        if not inputs:
            return
    refuse_lost((each["id"] for each in inputs), where)


def read_owners(ctx: Extraction) -> Iterator[Page | Sweep]:
    """Yield every owner, those that left the company too."""
    keys: set[tuple[str, ...]] = set()
    for archived in ("false", "true"):
        for records in every(ctx, OWNERS, {"limit": 100, "archived": archived}):
            keys |= {(str(record["id"]),) for record in records}
            yield Page("owners", [flat(record) for record in records])
    refuse_emptied(ctx, "hubspot owners", len(keys))
    if ctx.sweep_due:
        yield Sweep("owners", frozenset(keys))


def read_deal_stages(ctx: Extraction) -> Iterator[Page | Sweep]:
    """Yield every stage of every deal pipeline."""
    ask = partial(ctx.http.get, PIPELINES)
    pipelines, _ = sure(ask, "results", "hubspot pipelines", None)
    rows = [
        {
            "pipeline_id": pipeline["id"],
            "stage_id": stage["id"],
            "pipeline_label": pipeline.get("label"),
            "label": stage.get("label"),
            "display_order": stage.get("displayOrder"),
            "is_closed": (stage.get("metadata") or {}).get("isClosed"),
            "probability": (stage.get("metadata") or {}).get("probability"),
        }
        for pipeline in pipelines
        for stage in rows_of(pipeline, "stages", "hubspot pipelines")
    ]
    refuse_emptied(ctx, "hubspot pipelines", len(pipelines))
    yield Page("deal_stages", rows)
    if ctx.sweep_due:
        keys = ((str(row["pipeline_id"]), str(row["stage_id"])) for row in rows)
        yield Sweep("deal_stages", frozenset(keys))
