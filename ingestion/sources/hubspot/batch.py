"""Batch reads: each id that is asked for is answered, named in an error, or known to be gone.

The vendor answers 207 with an error that names the ids it has nothing for. An id that is neither
answered nor named is one that the answer lost: silence is no proof that a record is gone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.contract import Extraction
from ingestion.errors import PageBroken
from ingestion.sources.hubspot.api import objects
from ingestion.sources.hubspot.records import CrmObject

_HONEST = ("NO_ASSOCIATIONS_FOUND", "OBJECT_NOT_FOUND")
_REMEDY = "Nothing was lost and the cursor did not move: run again."


def answer_of(body: Any, where: str) -> tuple[list[dict[str, Any]], set[str]]:
    """Return the results of a batch, and the ids that its errors name as gone or without any.

    Raises PageBroken where the answer has no results, or an error says something else.
    """
    if not isinstance(body, dict) or not isinstance(body.get("results"), list):
        raise PageBroken(f"{where}: the page has no list `results`. {_REMEDY}")
    named: set[str] = set()
    for error in body.get("errors") or []:
        kind = f"{error.get('category', '')} {error.get('subCategory', '')}"
        if not any(each in kind for each in _HONEST):
            raise PageBroken(f"{where}: the answer is incomplete ({kind.strip()}). {_REMEDY}")
        context = error.get("context") or {}
        named |= {str(each) for name in ("ids", "fromObjectId") for each in context.get(name) or ()}
    return body["results"], named


def refuse_lost(lost: Iterable[str], where: str) -> None:
    """Raise PageBroken where ids were asked for twice and neither answered nor named."""
    if count := len(set(lost)):
        raise PageBroken(
            f"{where}: {count} of the records asked for are missing from the answer, and no error "
            f"names them. {_REMEDY}"
        )


def read_whole(ctx: Extraction, crm_object: CrmObject, ids: list[str]) -> list[dict[str, Any]]:
    """Return the records of these ids with their property history, less those that are gone."""
    where = f"hubspot {crm_object.path} batch"
    path = f"{objects(crm_object.path)}/batch/read"
    asked, read = set(ids), []
    for _ in range(2):
        body = {
            "inputs": [{"id": each} for each in sorted(asked)],
            "properties": crm_object.properties,
            "propertiesWithHistory": list(crm_object.history),
        }
        results, gone = answer_of(ctx.http.post(path, body), where)
        read += results
        asked -= gone | {str(record.get("id")) for record in results}
        if not asked:
            return read
    refuse_lost((each for each in sorted(asked) if _lives(ctx, crm_object, each)), where)
    return read


def _lives(ctx: Extraction, crm_object: CrmObject, id_: str) -> bool:
    """Whether a record is live: not deleted, archived or merged into another since it was found."""
    found = ctx.http.look(f"{objects(crm_object.path)}/{id_}", {"properties": "hs_object_id"})
    return isinstance(found, Mapping) and str(found.get("id")) == id_ and not found.get("archived")
