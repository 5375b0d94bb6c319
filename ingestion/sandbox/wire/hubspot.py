"""The company in HubSpot: values are strings, instants ISO with milliseconds and Z."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox import dirt, routing
from ingestion.sandbox.company import DAY, HOUR, OWNERS, STAGES, Company, Deal, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import main_contact_id
from ingestion.sandbox.wire import (
    hubspot_companies,
    hubspot_contacts,
    hubspot_forms,
    hubspot_lists,
    hubspot_marketing,
    hubspot_routing,
)
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.hubspot_shape import (
    DEAL_TO_CONTACT,
    DEAL_TO_PRIMARY_COMPANY,
    DECISION_MAKER,
    LEFT_OWNER,
    Kind,
    association,
    company_id,
    record,
    set_to,
    shown_at,
    to_contact,
)
from ingestion.sandbox.wire.salesforce_shape import in_salesforce, opportunity_id

LEFT_AT = 1_738_368_000_000
LABELLED_SHARE, REASSIGNED_SHARE = 0.4, 0.1


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every HubSpot object, in no particular order."""
    yield from _settings()
    yield from hubspot_companies.changes(company)
    routed = routing.story(company)
    yield from hubspot_contacts.changes(company, routed)
    yield from hubspot_routing.changes(routed)
    yield from hubspot_forms.changes(company)
    yield from hubspot_lists.changes(company)
    yield from hubspot_marketing.changes(company)
    for person in company.persons:
        yield from _activities(company.seed, person)
    for deal in company.deals:
        yield from _deal(company.seed, deal)


def deal_id(number: int) -> str:
    """Return the HubSpot id of a deal."""
    return str(5_000_000 + number)


def spoiled(seed: int, deal: Deal) -> dirt.Dirt | None:
    """Return what the copying of a Salesforce opportunity did to a field of its deal."""
    return dirt.of_deal(seed, deal) if in_salesforce(deal.account) else None


def _settings() -> Iterator[Change]:
    for number, owner in enumerate(OWNERS):
        body = {
            "id": owner,
            "type": "PERSON",
            "email": f"rep{number}@fathom.example",
            "firstName": f"Rep{number}",
            "lastName": "Sales",
            "userId": 500 + number,
            "userIdIncludingInactive": 500 + number,
            "createdAt": iso_ms(0),
            "updatedAt": iso_ms(0),
            "archived": False,
        }
        yield change("hubspot", "owners", owner, 0, body)
    left = {
        "id": LEFT_OWNER,
        "type": "PERSON",
        "email": "rep9@fathom.example",
        "firstName": "Rep9",
        "lastName": "Sales",
        "userId": 509,
        "userIdIncludingInactive": 509,
        "createdAt": iso_ms(0),
        "updatedAt": iso_ms(LEFT_AT),
        "archived": True,
    }
    yield change("hubspot", "owners", LEFT_OWNER, 0, left, status="archived")
    stages = [
        {
            "id": stage,
            "label": label,
            "displayOrder": order,
            "archived": False,
            "metadata": {
                "isClosed": "true" if stage.startswith("closed") else "false",
                "probability": str(probability),
            },
            "createdAt": iso_ms(0),
            "updatedAt": iso_ms(0),
        }
        for order, (stage, label, probability) in enumerate(STAGES)
    ]
    pipeline = {
        "id": "default",
        "label": "Sales pipeline",
        "displayOrder": 0,
        "stages": stages,
        "createdAt": iso_ms(0),
        "updatedAt": iso_ms(0),
        "archived": False,
    }
    yield change("hubspot", "pipelines", "default", 0, pipeline)


def _activities(seed: int, person: Person) -> Iterator[Change]:
    """Calls and meetings of sales with a person who became a sales-qualified lead."""
    rng = Random(f"{seed}/hubspot/activity/{person.number}")
    at = dict(person.stages).get("salesqualifiedlead")
    if at is None:
        return
    for number, kind in enumerate(rng.choices(("calls", "meetings", "emails", "notes"), k=2)):
        instant = at - rng.randint(1, 72) * HOUR + number * DAY
        id_ = str(20_000_000 + person.number * 10 + number)
        properties: dict[str, str | None] = {
            "hs_timestamp": iso_ms(instant),
            "hubspot_owner_id": rng.choice(OWNERS),
            "hs_createdate": iso_ms(instant),
            "hs_lastmodifieddate": iso_ms(instant),
        }
        if kind == "calls":
            properties |= {"hs_call_direction": "OUTBOUND", "hs_call_title": "Discovery call"}
        if kind == "meetings":
            properties |= {"hs_meeting_outcome": "COMPLETED", "hs_meeting_title": "Demo"}
        yield change("hubspot", kind, id_, instant, record(id_, instant, instant, properties))
        yield to_contact(kind, id_, main_contact_id(person), instant)
    yield from _task(seed, person, at)


def _task(seed: int, person: Person, at: int) -> Iterator[Change]:
    """What a rep is to do next: open at first, done by half of them some days later."""
    rng = Random(f"{seed}/hubspot/task/{person.number}")
    id_ = str(21_000_000 + person.number)
    born, due = at - HOUR, at + rng.randint(1, 5) * DAY
    steps = [("NOT_STARTED", born)]
    if rng.random() < 0.5:
        steps.append(("COMPLETED", due + rng.randint(0, 48) * HOUR))
    for status, instant in steps:
        properties: dict[str, str | None] = {
            "hs_timestamp": iso_ms(due),
            "hubspot_owner_id": rng.choice(OWNERS),
            "hs_createdate": iso_ms(born),
            "hs_lastmodifieddate": iso_ms(instant),
            "hs_task_status": status,
            "hs_task_subject": f"Follow up with {person.first}",
        }
        body = record(id_, born, instant, properties)
        yield change("hubspot", "tasks", id_, instant, body, sort_at=instant)
    yield to_contact("tasks", id_, main_contact_id(person), born)


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _deal(seed: int, deal: Deal) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/deal/{deal.number}")
    id_ = deal_id(deal.number)
    mirrored = opportunity_id(deal.number) if in_salesforce(deal.account) else None
    history: list[dict[str, Any]] = []
    shown = 0
    more = Random(f"{seed}/hubspot/deal-more/{deal.number}")
    is_reassigned = more.random() < REASSIGNED_SHARE and len(deal.history) > 1
    first_owner = LEFT_OWNER if is_reassigned else deal.owner
    owned = [set_to(first_owner, deal.created, "CRM_UI", "500")]
    wrong = spoiled(seed, deal)
    for place, (stage, instant) in enumerate(deal.history):
        history.insert(0, set_to(stage, instant, "CRM_UI", str(500 + OWNERS.index(deal.owner))))
        if place == 1 and is_reassigned:
            owned.insert(0, set_to(deal.owner, instant, "CRM_UI", "500"))
        closed = stage.startswith("closed")
        properties: dict[str, str | None] = {
            "dealname": f"{deal.account.name} {deal.number}",
            "amount": _money(deal.cents),
            "deal_currency_code": deal.currency,
            "dealstage": stage,
            "pipeline": "default",
            "closedate": iso_ms(instant if closed else deal.created + 60 * DAY),
            "createdate": iso_ms(deal.created),
            "hubspot_owner_id": owned[0]["value"],
            "hs_analytics_source": "ORGANIC_SEARCH",
            "dealtype": "newbusiness",
            "hs_lastmodifieddate": iso_ms(instant),
            "original_deal_id": None if deal.refunds is None else deal_id(deal.refunds),
            # HubSpot's Salesforce integration made the deal from this opportunity.
            "hs_salesforceopportunityid": mirrored,
        } | ({wrong.field: wrong.value} if wrong else {})
        body = record(
            id_,
            deal.created,
            instant,
            properties,
            propertiesWithHistory={"dealstage": list(history), "hubspot_owner_id": list(owned)},
        )
        shown = max(shown, shown_at(rng, instant))
        yield change("hubspot", "deals", id_, shown, body, sort_at=instant)
    label: tuple[Kind, ...] = (DECISION_MAKER,) if more.random() < LABELLED_SHARE else ()
    contact, company = main_contact_id(deal.contact), company_id(deal.account)
    kinds = (*DEAL_TO_CONTACT, *label)
    yield association("deals", id_, "contacts", contact, kinds, deal.created)
    yield association("deals", id_, "companies", company, DEAL_TO_PRIMARY_COMPANY, deal.created)
