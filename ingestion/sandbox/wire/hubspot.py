"""The company in HubSpot: values are strings, instants ISO with milliseconds and Z."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox.company import DAY, HOUR, OWNERS, STAGES, Account, Company, Deal, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import main_contact_id
from ingestion.sandbox.wire import hubspot_contacts
from ingestion.sandbox.wire.encode import change, iso_ms
from ingestion.sandbox.wire.hubspot_shape import (
    association,
    company_id,
    record,
    shown_at,
    stage_change,
)
from ingestion.sandbox.wire.salesforce_shape import in_salesforce, opportunity_id

FORM = "6f1c2d3e-demo-0000-0000-000000000001"
FORM_NAME = "Request a demo"


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every HubSpot object, in no particular order."""
    yield from _settings()
    for account in company.accounts:
        yield from _company(company.seed, account)
    yield from hubspot_contacts.changes(company)
    for person in company.persons:
        yield from _submission(company.seed, person)
        yield from _activities(company.seed, person)
    for deal in company.deals:
        yield from _deal(company.seed, deal)


def deal_id(number: int) -> str:
    """Return the HubSpot id of a deal."""
    return str(5_000_000 + number)


def submission_id(person: Person) -> str:
    """Return the conversion id of a person's form submission."""
    return f"c0ffee00-0000-4000-8000-{person.number:012d}"


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
    form = {
        "id": FORM,
        "name": FORM_NAME,
        "formType": "hubspot",
        "createdAt": iso_ms(0),
        "updatedAt": iso_ms(0),
        "archived": False,
    }
    yield change("hubspot", "forms", FORM, 0, form)


def _company(seed: int, account: Account) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/company/{account.number}")
    created = 1_735_689_600_000 + rng.randint(0, 200) * HOUR
    id_ = company_id(account)
    properties: dict[str, str | None] = {
        "name": account.name,
        "domain": account.domain,
        "industry": account.industry,
        "country": account.place[1],
        "city": account.place[2],
        "state": account.place[3] or None,
        "numberofemployees": str(account.employees),
        "annualrevenue": None,
        "hubspot_owner_id": rng.choice(OWNERS),
        "createdate": iso_ms(created),
        "hs_lastmodifieddate": iso_ms(created),
        "hs_merged_object_ids": None,
    }
    yield change("hubspot", "companies", id_, created, record(id_, created, created, properties))
    if rng.random() < 0.04:
        yield from _company_duplicate(rng, account, properties, created)


def _company_duplicate(
    rng: Random, account: Account, properties: dict[str, str | None], created: int
) -> Iterator[Change]:
    """The same company typed in again, and merged by somebody later."""
    twin = str(9_500_000 + account.number)
    born = created + rng.randint(30, 400) * DAY
    merged = born + rng.randint(10, 60) * DAY
    again = {
        **properties,
        "name": f"{account.name} Inc.",
        "createdate": iso_ms(born),
        "hs_lastmodifieddate": iso_ms(born),
    }
    body = record(twin, born, born, again)
    yield change("hubspot", "companies", twin, born, body)
    yield change("hubspot", "companies", twin, merged, body, status="merged")
    id_ = company_id(account)
    kept = {**properties, "hs_merged_object_ids": twin, "hs_lastmodifieddate": iso_ms(merged)}
    yield change("hubspot", "companies", id_, merged, record(id_, created, merged, kept))


def _submission(seed: int, person: Person) -> Iterator[Change]:
    if person.form_visit is None or person.lead_at is None:
        return
    rng = Random(f"{seed}/hubspot/form/{person.number}")
    values = {
        "email": person.email,
        "firstname": person.first,
        "lastname": person.last,
        "company": person.account.name if person.account else "",
        "jobtitle": person.title,
        "message": "cheap backlinks and casino" if person.kind == "spam" else "Please call me.",
        "how_did_you_hear": rng.choice(("", "Google", "A friend", "LinkedIn")),
    }
    body = {
        "conversionId": submission_id(person),
        "submittedAt": person.lead_at,
        "values": [
            {"name": name, "value": value, "objectTypeId": "0-1"}
            for name, value in values.items()
            if value
        ],
        "pageUrl": "https://www.fathom.example/demo",
    }
    yield change(
        "hubspot", "form_submissions", submission_id(person), person.lead_at, body, parent=FORM
    )


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
        yield association(kind, id_, "contacts", main_contact_id(person), "194", instant)


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _deal(seed: int, deal: Deal) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/deal/{deal.number}")
    id_ = deal_id(deal.number)
    mirrored = opportunity_id(deal.number) if in_salesforce(deal.account) else None
    history: list[dict[str, Any]] = []
    shown = 0
    for stage, instant in deal.history:
        history.insert(0, stage_change(stage, instant, "CRM_UI"))
        closed = stage.startswith("closed")
        properties: dict[str, str | None] = {
            "dealname": f"{deal.account.name} {deal.number}",
            "amount": _money(deal.cents),
            "deal_currency_code": deal.currency,
            "dealstage": stage,
            "pipeline": "default",
            "closedate": iso_ms(instant if closed else deal.created + 60 * DAY),
            "createdate": iso_ms(deal.created),
            "hubspot_owner_id": deal.owner,
            "hs_analytics_source": "ORGANIC_SEARCH",
            "dealtype": "newbusiness",
            "hs_lastmodifieddate": iso_ms(instant),
            "original_deal_id": None if deal.refunds is None else deal_id(deal.refunds),
            # HubSpot's Salesforce integration made the deal from this opportunity.
            "hs_salesforceopportunityid": mirrored,
        }
        body = record(
            id_,
            deal.created,
            instant,
            properties,
            propertiesWithHistory={"dealstage": list(history)},
        )
        shown = max(shown, shown_at(rng, instant))
        yield change("hubspot", "deals", id_, shown, body, sort_at=instant)
    yield association("deals", id_, "contacts", main_contact_id(deal.contact), "3", deal.created)
    yield association("deals", id_, "companies", company_id(deal.account), "5", deal.created)
