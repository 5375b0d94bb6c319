"""How HubSpot shapes a record, and the ids under which it knows the company's things."""

from random import Random
from typing import Any

from ingestion.sandbox.company import Account
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, iso_ms

MINUTE = 60_000
# Somebody who sold here before, and whose deals others took over.
LEFT_OWNER = "70000009"


def company_id(account: Account) -> str:
    """Return the HubSpot id of an account's company."""
    return str(9_000_000 + account.number)


def shown_at(rng: Random, instant: int) -> int:
    """Return when a change shows: within a minute, one in twenty up to nine minutes late."""
    return instant + rng.randint(1, 9) * MINUTE if rng.random() < 0.05 else shown_soon(instant)


def shown_soon(instant: int) -> int:
    """Return when a change shows that the search index does not hold up."""
    return instant + 45_000


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


def set_to(
    value: str | None, instant: int, source: str, source_id: str | None = None
) -> dict[str, Any]:
    """Return one entry of a property's history; a person's own change names the user."""
    entry = {"value": value, "timestamp": iso_ms(instant), "sourceType": source}
    if source_id is None:
        return entry
    if source != "CRM_UI":
        return {**entry, "sourceId": source_id}
    return {**entry, "sourceId": f"userId:{source_id}", "updatedByUserId": int(source_id)}


Kind = tuple[str, int, str | None]
PLAIN = "HUBSPOT_DEFINED"
# The types under which HubSpot itself links two records (its list of association type ids).
TO_PRIMARY_COMPANY: tuple[Kind, ...] = ((PLAIN, 1, "Primary"), (PLAIN, 279, None))
DEAL_TO_PRIMARY_COMPANY: tuple[Kind, ...] = ((PLAIN, 5, "Primary"), (PLAIN, 341, None))
DEAL_TO_CONTACT: tuple[Kind, ...] = ((PLAIN, 3, None),)
# HubSpot's number of the link from an activity to its contact, by the kind of activity.
_TO_CONTACT = {"calls": 194, "meetings": 200, "emails": 198, "notes": 202, "tasks": 204}
# A label of this account; its number is the account's own and may be one of HubSpot's too.
DECISION_MAKER: Kind = ("USER_DEFINED", 3, "Decision maker")


def association(
    from_object: str, from_id: str, to_object: str, to_id: str, kinds: tuple[Kind, ...], at: int
) -> Change:
    """Return the link between two records with its types and labels, visible from `at`."""
    types = [
        {"category": category, "typeId": number, "label": label}
        for category, number, label in kinds
    ]
    return change(
        "hubspot",
        "associations",
        f"{from_object}:{from_id}>{to_object}:{to_id}",
        at,
        {"to_object": to_object, "to_id": to_id, "types": types},
        parent=f"{from_object}:{from_id}",
    )


def to_contact(kind: str, id_: str, contact_id: str, at: int) -> Change:
    """Return the link from an activity of a kind to the contact that it was with."""
    kinds = ((PLAIN, _TO_CONTACT[kind], None),)
    return association(kind, id_, "contacts", contact_id, kinds, at)
