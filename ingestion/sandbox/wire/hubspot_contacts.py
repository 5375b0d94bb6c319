"""HubSpot contacts: each record's versions in order, and what merging, archiving and deleting do.

Versions of one record never show out of order, however late one of them is: a vendor shows its
newest version, so an overtaken one is never seen by anybody.
"""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from ingestion.sandbox import consents, names
from ingestion.sandbox.company import DAY, HOUR, Company
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import ContactRecord, contacts, main_contact_id
from ingestion.sandbox.routing import Routed
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.hubspot_forms import FORM
from ingestion.sandbox.wire.hubspot_shape import (
    TO_PRIMARY_COMPANY,
    association,
    company_id,
    record,
    set_to,
    shown_at,
    shown_soon,
)

Step = tuple[int, dict[str, str | None]]
History = dict[str, list[dict[str, Any]]]
# Share of contacts whose job title somebody corrects later: the daily trickle of plain edits.
EDITED_SHARE = 0.15
# The workflow that gives new records an owner.
_ROUTER = ("AUTOMATION_PLATFORM", "9001")


def changes(company: Company, routed: Mapping[int, Routed]) -> Iterator[Change]:
    """Yield every version of every contact, and its link to its company."""
    owner_of = {deal.contact.number: deal.owner for deal in company.deals}
    every = contacts(company)
    losers = {each.merged_into: each for each in every if each.merged_into is not None}
    for each in every:
        is_main = each.contact_id == main_contact_id(each.person)
        lead = routed.get(each.person.number) if is_main else None
        yield from _versions(company.seed, each, losers.get(each.contact_id), owner_of, lead)


def _versions(
    seed: int,
    contact: ContactRecord,
    loser: ContactRecord | None,
    owner_of: dict[int, str],
    lead: Routed | None,
) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/contact/{contact.contact_id}")
    properties = _first_properties(rng, contact, owner_of)
    if lead is not None:
        properties["hubspot_owner_id"] = None  # the lead comes without an owner
    history = _histories(contact, properties)
    properties["hs_legal_basis"] = _first_basis(seed, contact, history)
    shown = 0
    body: dict[str, Any] = {}
    # How late a change of consent shows has dice of its own.
    own = Random(f"{seed}/hubspot/consent/{contact.contact_id}")
    steps = sorted(_steps(rng, contact, loser), key=lambda step: step[0])
    seen = [(updated, edit, shown_at(rng, updated)) for updated, edit in steps]
    seen += [(at, edit, shown_at(own, at)) for at, edit in _refusals(seed, contact)]
    seen += _handovers(contact, lead) if lead else []
    for updated, edit, visible in sorted(seen, key=lambda step: step[0]):
        properties |= edit
        if "hubspot_owner_id" in edit:
            source = ("CRM_UI", "500") if history["hubspot_owner_id"] else _ROUTER
            entry = set_to(edit["hubspot_owner_id"], updated, *source)
            history["hubspot_owner_id"].insert(0, entry)
        for name in ("lifecyclestage", "hs_email_optout"):
            if name in edit:
                entry = set_to(edit[name], updated, *_source(contact, edit))
                history[name].insert(0, entry)
        body = _body(contact, properties, history, updated)
        shown = max(shown, visible)
        yield change("hubspot", "contacts", contact.contact_id, shown, body, sort_at=updated)
    if contact.gone_how is not None:
        # The other record of a merge knows the instant too, so it must not depend on this one's.
        at = (
            gone_at(contact) if contact.gone_how == "merged" else max(shown + DAY, gone_at(contact))
        )
        yield from _gone(contact, properties, history, at)
    if contact.person.account is not None:
        account = company_id(contact.person.account)
        yield association(
            "contacts",
            contact.contact_id,
            "companies",
            account,
            TO_PRIMARY_COMPANY,
            contact.created,
        )


def gone_at(contact: ContactRecord) -> int:
    """Return when a contact is merged, archived or deleted: three days after its birth at least."""
    return max(contact.created + 3 * DAY, contact.gone_at or 0)


def _first_properties(
    rng: Random, contact: ContactRecord, owner_of: dict[int, str]
) -> dict[str, str | None]:
    person = contact.person
    spoiled = contact.spoiled
    declared = ("PAID_SEARCH", "ORGANIC_SEARCH", "DIRECT_TRAFFIC", "OFFLINE", "REFERRALS")
    return {
        "email": contact.email or None,
        "firstname": contact.first or None,
        "lastname": contact.last or None,
        "phone": contact.phone or None,
        "company": person.account.name if person.account else None,
        "jobtitle": person.title,
        "city": person.place[2],
        "state": person.place[3] or None,
        "zip": person.place[4],
        "country": person.place[1],
        "hs_lead_status": "NEW",
        "hubspot_owner_id": owner_of.get(person.number),
        "hs_analytics_source": rng.choice(declared),
        "createdate": iso_ms(contact.created),
        "associatedcompanyid": company_id(person.account) if person.account else None,
        "hs_email_optout": None,
        "hs_email_hard_bounce_reason_enum": None,
        "hs_merged_object_ids": None,
        "how_did_you_hear": rng.choice((None, None, "Google", "A friend", "LinkedIn", "Podcast")),
    } | ({spoiled.field: spoiled.value} if spoiled else {})


def _histories(contact: ContactRecord, properties: dict[str, str | None]) -> History:
    """Return the histories as they stand at first: a record comes with its owner, or without."""
    owner = properties["hubspot_owner_id"]
    given = [] if owner is None else [set_to(owner, contact.created, *_ROUTER)]
    return {
        "lifecyclestage": [],
        "hubspot_owner_id": given,
        "hs_email_optout": [],
        "hs_legal_basis": [],
    }


def _first_basis(seed: int, contact: ContactRecord, history: History) -> str | None:
    """Return the legal basis that the contact came with, and note who set it."""
    found = consents.basis(seed, contact.person)
    if found is None or contact.contact_id != main_contact_id(contact.person):
        return None
    more = "7001" if found.set_by == "IMPORT" else "500"
    history["hs_legal_basis"].append(set_to(found.text, contact.created, found.set_by, more))
    return found.text


def _refusals(seed: int, contact: ContactRecord) -> Iterator[Step]:
    """Yield opt-outs that the newsletter knows nothing of, and imports that write over them."""
    if contact.gone_how is not None:
        return
    if contact.contact_id != main_contact_id(contact.person):
        if consents.copy_refuses(seed, contact.contact_id):
            yield contact.created + DAY, {"hs_email_optout": "true"}
        return
    found = consents.refused(seed, contact.person)
    if found is None:
        return
    yield found.at, {"hs_email_optout": "true"}
    if found.cleared_at is not None:
        yield found.cleared_at, {"hs_email_optout": "false"}


def _handovers(
    contact: ContactRecord, lead: Routed
) -> list[tuple[int, dict[str, str | None], int]]:
    """Return who got the record when, and when it shows; a forgotten one changes hands no more."""
    return [
        (at, {"hubspot_owner_id": owner}, shown_soon(at))
        for at, owner in lead.handovers
        if contact.gone_how is None or at < gone_at(contact) - 5 * DAY
    ]


def _source(contact: ContactRecord, edit: dict[str, str | None]) -> tuple[str, str | None]:
    """Return what set a stage: the form or an import at first, sales and a workflow later.

    Who opts out does it in an e-mail; only an import takes that back.
    """
    if "hs_email_optout" in edit:
        return ("EMAIL", None) if edit["hs_email_optout"] == "true" else ("IMPORT", "7001")
    if edit["lifecyclestage"] == "lead":
        return ("FORM", FORM) if contact.person.form_visit else ("IMPORT", "7001")
    if edit["lifecyclestage"] == "marketingqualifiedlead":
        return ("AUTOMATION_PLATFORM", "9002")
    return ("CRM_UI", "500")


def _steps(rng: Random, contact: ContactRecord, loser: ContactRecord | None) -> list[Step]:
    """Return what happens to the record, in no particular order; the first makes it a lead."""
    person = contact.person
    if contact.contact_id != main_contact_id(person):
        return [(contact.created, {"lifecyclestage": "lead"})]
    steps: list[Step] = [(contact.created, {"lifecyclestage": "lead"})]
    steps += [(instant, {"lifecyclestage": stage}) for stage, instant in person.stages[1:]]
    if person.unsubscribed_at and rng.random() < 0.6:
        steps.append((person.unsubscribed_at + HOUR, {"hs_email_optout": "true"}))
    if person.kind == "person" and rng.random() < EDITED_SHARE:
        edited = contact.created + rng.randint(10, 400) * DAY
        steps.append((edited, {"jobtitle": rng.choice(names.TITLES)}))
    if loser is not None:
        steps.append((gone_at(loser), {"hs_merged_object_ids": loser.contact_id}))
    if contact.gone_how == "erased":
        # Nothing happens any more to whom the company forgets, nor is shown late.
        return [step for step in steps if step[0] < gone_at(contact) - 5 * DAY]
    return steps


def _body(
    contact: ContactRecord,
    properties: dict[str, str | None],
    history: History,
    updated: int,
) -> dict[str, Any]:
    return record(
        contact.contact_id,
        contact.created,
        updated,
        {**properties, "lastmodifieddate": iso_ms(updated)},
        propertiesWithHistory={name: list(entries) for name, entries in history.items()},
    )


def _gone(
    contact: ContactRecord,
    properties: dict[str, str | None],
    history: History,
    at: int,
) -> Iterator[Change]:
    body = _body(contact, properties, history, at)
    id_ = contact.contact_id
    if contact.gone_how == "archived":
        body |= {"archived": True, "archivedAt": iso_ms(at)}
        yield change("hubspot", "contacts", id_, at, body, status="archived")
    elif contact.gone_how == "merged":
        yield change("hubspot", "contacts", id_, at, body, status="merged")
    else:
        yield change("hubspot", "contacts", id_, at, body, status="deleted")
