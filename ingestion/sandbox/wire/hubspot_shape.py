"""How HubSpot shapes a record, and the ids under which it knows the company's things."""

from random import Random
from typing import Any

from ingestion.sandbox.company import Account
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_ms

MINUTE = 60_000


def company_id(account: Account) -> str:
    """Return the HubSpot id of an account's company."""
    return str(9_000_000 + account.number)


def shown_at(rng: Random, instant: int) -> int:
    """Return when a change shows: within a minute, one in twenty up to nine minutes late."""
    return instant + (rng.randint(1, 9) * MINUTE if rng.random() < 0.05 else 45_000)


def record(
    id_: str, created: int, updated: int, properties: dict[str, str | None], **more: Any
) -> dict[str, Any]:
    """Return a CRM object; every property is a string or null."""
    return {
        "id": id_,
        "properties": {"hs_object_id": id_, **properties},
        "createdAt": iso_ms(created),
        "updatedAt": iso_ms(updated),
        "archived": False,
        **more,
    }


def stage_change(stage: str, instant: int, source: str) -> dict[str, Any]:
    """Return one entry of a property's history."""
    return {"value": stage, "timestamp": iso_ms(instant), "sourceType": source}


def association(
    from_object: str, from_id: str, to_object: str, to_id: str, type_id: str, at: int
) -> Change:
    """Return the link between two records, visible from `at`."""
    body = {
        "from_object": from_object,
        "from_id": from_id,
        "to_object": to_object,
        "to_id": to_id,
        "type_id": type_id,
        "label": None,
    }
    return change(
        "hubspot",
        "associations",
        f"{from_object}:{from_id}>{to_object}:{to_id}",
        at,
        body,
        parent=f"{from_object}:{from_id}",
    )
