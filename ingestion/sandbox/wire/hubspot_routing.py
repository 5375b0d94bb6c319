"""How sales first turns to the leads of the form, what these write, and the truth of it."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from ingestion.sandbox.company import OWNERS, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import main_contact_id
from ingestion.sandbox.routing import Routed, story
from ingestion.sandbox.vendor import Planted, frame
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.hubspot_forms import submission_id
from ingestion.sandbox.wire.hubspot_shape import record, to_contact

_COLUMNS = (
    "submission_id",
    "required_owner",
    "mistake",
    "assigned_at",
    "reassigned_at",
    "is_late",
)


def changes(routed: Mapping[int, Routed]) -> Iterator[Change]:
    """Yield the first call or mail of sales to each lead, and the mails that leads wrote first."""
    for number, lead in routed.items():
        if lead.touched is not None:
            kind = "calls" if number % 3 else "emails"
            own = {"hs_call_direction": "OUTBOUND", "hs_call_title": "First call"}
            if kind == "emails":
                own = {"hs_email_direction": "EMAIL", "hs_email_subject": "Your request"}
            yield from _activity(kind, 22_000_000 + number, lead, lead.touched, own)
        if lead.answered is not None:
            own = {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "My request"}
            yield from _activity("emails", 23_000_000 + number, lead, lead.answered, own)


def _activity(
    kind: str, number: int, lead: Routed, at: int, own: Mapping[str, str]
) -> Iterable[Change]:
    id_ = str(number)
    properties: dict[str, str | None] = {
        "hs_timestamp": iso_ms(at),
        "hubspot_owner_id": lead.handovers[-1][1] if lead.handovers else OWNERS[0],
        "hs_createdate": iso_ms(at),
        "hs_lastmodifieddate": iso_ms(at),
        **own,
    }
    yield change("hubspot", kind, id_, at, record(id_, at, at, properties))
    yield to_contact(kind, id_, main_contact_id(lead.person), at)


def truth(company: Company) -> pl.DataFrame:
    """Return who was to get each lead for which there were rules, and what was done instead."""
    rows = [
        (
            submission_id(lead.person),
            lead.required,
            lead.mistake,
            iso_ms(lead.handovers[0][0]) if lead.handovers else None,
            iso_ms(lead.reassigned) if lead.reassigned else None,
            lead.is_late,
        )
        for lead in story(company).values()
        if lead.required is not None
    ]
    return frame(_COLUMNS, rows)


def planted(company: Company) -> Iterator[Planted]:
    """Yield the mistakes of routing: kind, source, object, key, who was to get the lead."""
    for lead in story(company).values():
        at = ("hubspot", "form_submissions", submission_id(lead.person), lead.required or "")
        if lead.mistake:
            yield f"routing_{lead.mistake}", *at
        if lead.is_late:
            yield "routing_late", *at
        if lead.reassigned:
            yield "routing_reassigned", *at
