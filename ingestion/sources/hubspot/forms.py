"""Forms of every kind with their fields, and what was submitted through them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.contract import Extraction, Page
from ingestion.guards import refuse_emptied
from ingestion.shape import flat
from ingestion.sources.hubspot.api import FORMS, SUBMISSIONS
from ingestion.sources.hubspot.marketing_tables import SUBMITTED_FIELDS
from ingestion.sources.hubspot.paged import every, instant

SUBMISSION_PAGE = 50


def read_forms(ctx: Extraction) -> Iterator[Page]:
    """Yield every form with its fields, and the submissions that came since the last load."""
    forms = 0
    for archived in ("false", "true"):
        asked = {"limit": 100, "archived": archived, "formTypes": "all"}
        for records in every(ctx, FORMS, asked):
            forms += len(records)
            yield Page("forms", [flat(record) for record in records])
            units = tuple((str(record["id"]),) for record in records)
            yield Page("form_fields", [row for each in records for row in _fields(each)], units)
            for record in records:
                yield from _submissions(ctx, str(record["id"]))
    # Submissions are asked for form by form: without forms there would be none, and no error.
    refuse_emptied(ctx, "hubspot forms", forms)


def _fields(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a form's fields in the order in which they are shown, those behind a choice too."""
    place = 0
    waiting = [
        (field, False)
        for group in form.get("fieldGroups") or []
        for field in group.get("fields") or []
    ]
    while waiting:
        (field, is_dependent), *waiting = waiting
        place += 1
        yield {
            "form_id": form["id"],
            "object_type_id": field.get("objectTypeId") or "0-1",
            "name": field.get("name"),
            "label": field.get("label"),
            "field_type": field.get("fieldType"),
            "position": place,
            "required": field.get("required"),
            "hidden": field.get("hidden"),
            "is_dependent": is_dependent,
        }
        behind = [each.get("dependentField") for each in field.get("dependentFields") or []]
        waiting = [*((each, True) for each in behind if each), *waiting]


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
    for records in every(ctx, f"{SUBMISSIONS}/{form_id}", {"limit": SUBMISSION_PAGE}):
        yield Page("form_submissions", [_submission(form_id, record) for record in records])
        instants = [instant(record.get("submittedAt")) for record in records]
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
