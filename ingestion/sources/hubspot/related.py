"""What hangs on CRM objects: associations, owners, deal pipelines, forms and their submissions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ingestion.contract import Extraction, Page, Sweep
from ingestion.guards import refuse_emptied
from ingestion.pages import Paging, rows_of, sure
from ingestion.shape import flat
from ingestion.sources.hubspot.batch import answer_of, refuse_lost
from ingestion.sources.hubspot.records import next_page
from ingestion.sources.hubspot.tables import SUBMITTED_FIELDS

ASSOCIATION_INPUTS = 100
SUBMISSION_PAGE = 50


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
    path = f"/crm/v4/associations/{from_object}/{to_object}/batch/read"
    inputs: list[dict[str, str]] = [{"id": each} for each in ids]
    while inputs:
        following: list[dict[str, str]] = []
        for found in _answered(ctx, path, where, inputs):
            from_id = str(found["from"]["id"])
            for to in found["to"]:
                for kind in to["associationTypes"]:
                    yield {
                        "from_object": from_object,
                        "from_id": from_id,
                        "to_object": to_object,
                        "to_id": str(to["toObjectId"]),
                        "type_id": str(kind["typeId"]),
                        "label": kind.get("label"),
                    }
            if after := next_page(found):
                following.append({"id": from_id, "after": after})
        inputs = following


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
        for records in _all(ctx, "/crm/v3/owners", {"limit": 100, "archived": archived}):
            keys |= {(str(record["id"]),) for record in records}
            yield Page("owners", [flat(record) for record in records])
    refuse_emptied(ctx, "hubspot owners", len(keys))
    if ctx.sweep_due:
        yield Sweep("owners", frozenset(keys))


def read_deal_stages(ctx: Extraction) -> Iterator[Page | Sweep]:
    """Yield every stage of every deal pipeline."""
    ask = partial(ctx.http.get, "/crm/v3/pipelines/deals")
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


def read_forms(ctx: Extraction) -> Iterator[Page]:
    """Yield every form and the submissions that came since the last load."""
    forms = 0
    for archived in ("false", "true"):
        for records in _all(ctx, "/marketing/v3/forms", {"limit": 100, "archived": archived}):
            forms += len(records)
            yield Page("forms", [flat(record) for record in records])
            for record in records:
                yield from _submissions(ctx, str(record["id"]))
    # Submissions are asked for form by form: without forms there would be none, and no error.
    refuse_emptied(ctx, "hubspot forms", forms)


def _submissions(ctx: Extraction, form_id: str) -> Iterator[Page]:
    """Yield submissions, newest first as the vendor sends them, back to the cursor less the lag."""
    name = f"form_submissions:{form_id}"
    since = ctx.cursor(name, "")
    lag = timedelta(minutes=float(ctx.config.get("lag_minutes", 10)))
    stop = datetime.fromisoformat(since) - lag if since else None
    if ctx.window:
        first = ctx.window[0]
        stop = datetime(first.year, first.month, first.day, tzinfo=UTC)
    newest = since
    path = f"/form-integrations/v1/submissions/forms/{form_id}"
    for records in _all(ctx, path, {"limit": SUBMISSION_PAGE}):
        yield Page("form_submissions", [_submission(form_id, record) for record in records])
        instants = [_instant(record.get("submittedAt")) for record in records]
        known = [each for each in instants if each]
        sane = [each for each in known if each <= ctx.as_of + timedelta(days=1)]
        newest = max([newest, *(each.isoformat(timespec="milliseconds") for each in sane)])
        falling = known == sorted(known, reverse=True) and len(known) == len(records)
        if stop and falling and known and known[-1] < stop:
            break
    if newest:
        ctx.advance(name, newest)


def _submission(form_id: str, record: dict[str, Any]) -> dict[str, Any]:
    values = record.get("values")
    row: dict[str, Any] = {
        "submission_id": record.get("conversionId"),
        "form_id": form_id,
        "submitted_at": record.get("submittedAt"),
        "page_url": record.get("pageUrl"),
        "values": values,
    }
    given: dict[str, Any] = {}
    for field in values if isinstance(values, list) else []:
        if isinstance(field, dict):
            given.setdefault(str(field.get("name", "")).lower(), field.get("value"))
    return row | {f"values__{name}": given.get(name) for name in SUBMITTED_FIELDS}


def _instant(millis: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(millis) / 1000, tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _all(ctx: Extraction, path: str, params: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
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
