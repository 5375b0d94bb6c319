"""The company in HubSpot: values are strings, instants ISO with milliseconds and Z."""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox.company import DAY, HOUR, OWNERS, STAGES, Account, Company, Deal, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.records import ContactRecord, contacts, main_contact_id
from ingestion.sandbox.wire.encode import change, iso_ms

FORM = "6f1c2d3e-demo-0000-0000-000000000001"
FORM_NAME = "Request a demo"


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every HubSpot object, in no particular order."""
    yield from _settings()
    owner_of = {deal.contact.number: deal.owner for deal in company.deals}
    for account in company.accounts:
        yield from _company(company.seed, account)
    for record in contacts(company):
        yield from _contact(company.seed, record, owner_of)
    for person in company.persons:
        yield from _submission(company.seed, person)
        yield from _activities(company.seed, person)
    for deal in company.deals:
        yield from _deal(company.seed, deal)


def company_id(account: Account) -> str:
    """Return the HubSpot id of an account's company."""
    return str(9_000_000 + account.number)


def deal_id(number: int) -> str:
    """Return the HubSpot id of a deal."""
    return str(5_000_000 + number)


def submission_id(person: Person) -> str:
    """Return the conversion id of a person's form submission."""
    return f"c0ffee00-0000-4000-8000-{person.number:012d}"


def _late(rng: Random, instant: int) -> int:
    """Most rows show within a minute; one in a hundred shows a day or two late."""
    return instant + (rng.randint(1, 2) * DAY if rng.random() < 0.01 else 45_000)


def _record(
    id_: str, created: int, updated: int, properties: dict[str, str | None], **more: Any
) -> dict[str, Any]:
    return {
        "id": id_,
        "properties": {"hs_object_id": id_, **properties},
        "createdAt": iso_ms(created),
        "updatedAt": iso_ms(updated),
        "archived": False,
        **more,
    }


def _settings() -> Iterator[Change]:
    for number, owner in enumerate(OWNERS):
        body = {
            "id": owner,
            "email": f"rep{number}@fathom.example",
            "firstName": f"Rep{number}",
            "lastName": "Sales",
            "userId": 500 + number,
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
    yield change("hubspot", "companies", id_, created, _record(id_, created, created, properties))
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
    body = _record(twin, born, born, again)
    yield change("hubspot", "companies", twin, born, body)
    yield change("hubspot", "companies", twin, merged, body, status="merged")
    id_ = company_id(account)
    kept = {**properties, "hs_merged_object_ids": twin, "hs_lastmodifieddate": iso_ms(merged)}
    yield change("hubspot", "companies", id_, merged, _record(id_, created, merged, kept))


def _contact(seed: int, record: ContactRecord, owner_of: dict[int, str]) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/contact/{record.contact_id}")
    person, id_ = record.person, record.contact_id
    stages = [each for each in person.stages if record.dirt is None] or [("lead", record.created)]
    declared = rng.choice(
        ("PAID_SEARCH", "ORGANIC_SEARCH", "DIRECT_TRAFFIC", "OFFLINE", "REFERRALS")
    )
    base: dict[str, str | None] = {
        "email": record.email or None,
        "firstname": record.first or None,
        "lastname": record.last or None,
        "phone": record.phone or None,
        "company": person.account.name if person.account else None,
        "jobtitle": person.title,
        "city": person.place[2],
        "state": person.place[3] or None,
        "zip": person.place[4],
        "country": person.place[1],
        "hs_lead_status": "NEW",
        "hubspot_owner_id": owner_of.get(person.number),
        "hs_analytics_source": declared,
        "createdate": iso_ms(record.created),
        "associatedcompanyid": company_id(person.account) if person.account else None,
        "hs_email_optout": None,
        "hs_merged_object_ids": None,
        "how_did_you_hear": rng.choice((None, None, "Google", "A friend", "LinkedIn", "Podcast")),
    }
    history: list[dict[str, Any]] = []
    updated = record.created
    for stage, instant in stages:
        history.insert(0, {"value": stage, "timestamp": iso_ms(instant), "sourceType": "FORM"})
        updated = max(updated, instant)
        body = _version(record, base, stage, history, updated)
        yield change("hubspot", "contacts", id_, _late(rng, updated), body, sort_at=updated)
    last = history[0]["value"]
    if person.unsubscribed_at and record.dirt is None and rng.random() < 0.6:
        updated = max(updated + 1000, person.unsubscribed_at + HOUR)
        base["hs_email_optout"] = "true"
        body = _version(record, base, last, history, updated)
        yield change("hubspot", "contacts", id_, updated, body, sort_at=updated)
    if record.gone_at is not None:
        yield from _gone(record, base, last, history, max(updated + 3 * DAY, record.gone_at))
    if person.account is not None:
        yield _association(
            "contacts", id_, "companies", company_id(person.account), "1", record.created
        )


def _version(
    record: ContactRecord,
    base: dict[str, str | None],
    stage: str,
    history: list[dict[str, Any]],
    updated: int,
) -> dict[str, Any]:
    properties = {**base, "lifecyclestage": stage, "lastmodifieddate": iso_ms(updated)}
    return _record(
        record.contact_id,
        record.created,
        updated,
        properties,
        propertiesWithHistory={"lifecyclestage": list(history)},
    )


def _gone(
    record: ContactRecord,
    base: dict[str, str | None],
    stage: str,
    history: list[dict[str, Any]],
    at: int,
) -> Iterator[Change]:
    body = _version(record, base, stage, history, at)
    if record.gone_how == "archived":
        body |= {"archived": True, "archivedAt": iso_ms(at)}
        yield change("hubspot", "contacts", record.contact_id, at, body, status="archived")
    elif record.gone_how == "merged":
        yield change("hubspot", "contacts", record.contact_id, at, body, status="merged")
        yield from _winner(record, at)
    else:
        yield change("hubspot", "contacts", record.contact_id, at, body, status="deleted")


def _winner(record: ContactRecord, at: int) -> Iterator[Change]:
    """The surviving contact names the loser from then on."""
    person = record.person
    stage = next((name for name, when in reversed(person.stages) if when <= at), "lead")
    history = [
        {"value": name, "timestamp": iso_ms(when), "sourceType": "FORM"}
        for name, when in reversed(person.stages)
        if when <= at
    ]
    properties: dict[str, str | None] = {
        "email": person.email,
        "firstname": person.first,
        "lastname": person.last,
        "phone": person.phone,
        "company": person.account.name if person.account else None,
        "jobtitle": person.title,
        "country": person.place[1],
        "lifecyclestage": stage,
        "createdate": iso_ms(record.person.lead_at or 0),
        "lastmodifieddate": iso_ms(at),
        "hs_merged_object_ids": record.contact_id,
        "associatedcompanyid": company_id(person.account) if person.account else None,
    }
    body = _record(
        main_contact_id(person),
        person.lead_at or 0,
        at,
        properties,
        propertiesWithHistory={"lifecyclestage": history},
    )
    yield change("hubspot", "contacts", main_contact_id(person), at, body)


def _association(
    from_object: str, from_id: str, to_object: str, to_id: str, type_id: str, at: int
) -> Change:
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
        yield change("hubspot", kind, id_, instant, _record(id_, instant, instant, properties))
        yield _association(kind, id_, "contacts", main_contact_id(person), "194", instant)


def _deal(seed: int, deal: Deal) -> Iterator[Change]:
    rng = Random(f"{seed}/hubspot/deal/{deal.number}")
    id_ = deal_id(deal.number)
    history: list[dict[str, Any]] = []
    for stage, instant in deal.history:
        history.insert(0, {"value": stage, "timestamp": iso_ms(instant), "sourceType": "CRM_UI"})
        closed = stage.startswith("closed")
        properties: dict[str, str | None] = {
            "dealname": f"{deal.account.name} {deal.number}",
            "amount": f"{'-' if deal.cents < 0 else ''}{abs(deal.cents) // 100}.{abs(deal.cents) % 100:02d}",
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
        }
        body = _record(
            id_,
            deal.created,
            instant,
            properties,
            propertiesWithHistory={"dealstage": list(history)},
        )
        yield change("hubspot", "deals", id_, _late(rng, instant), body, sort_at=instant)
    yield _association("deals", id_, "contacts", main_contact_id(deal.contact), "3", deal.created)
    yield _association("deals", id_, "companies", company_id(deal.account), "5", deal.created)
