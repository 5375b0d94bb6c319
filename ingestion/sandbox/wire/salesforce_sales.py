"""The deals of one sales team in Salesforce: opportunities, their stages, roles and activities.

HubSpot's integration mirrors each opportunity into HubSpot; what is typed in twice and deleted the
next day is never mirrored.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox.company import DAY, HOUR, OWNERS, START, Company, Deal
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change, day_of
from ingestion.sandbox.wire.salesforce_people import BIN_DAYS, SalesRecord, contact_id, records
from ingestion.sandbox.wire.salesforce_shape import (
    account_id,
    in_salesforce,
    instant,
    opportunity_id,
    record,
    sales_id,
    user_id,
)
from ingestion.sandbox.wire.salesforce_versions import Versions

# By the company's own stages: name, probability in percent.
STAGES = {
    "appointmentscheduled": ("Qualification", 10),
    "qualifiedtobuy": ("Needs Analysis", 20),
    "presentationscheduled": ("Proposal/Price Quote", 75),
    "contractsent": ("Negotiation/Review", 90),
    "closedwon": ("Closed Won", 100),
    "closedlost": ("Closed Lost", 0),
}


def settings() -> Iterator[Change]:
    """Yield the stages of opportunities."""
    for number, (stage, (name, probability)) in enumerate(STAGES.items()):
        id_ = sales_id("01J", number)
        body = record(
            *("OpportunityStage", id_, START, START),
            MasterLabel=name,
            ApiName=name,
            SortOrder=number + 1,
            IsActive=True,
            IsClosed=stage.startswith("closed"),
            IsWon=stage == "closedwon",
            DefaultProbability=float(probability),
            ForecastCategoryName="Closed" if stage == "closedwon" else "Pipeline",
        )
        yield change("salesforce", "OpportunityStage", id_, 0, body)


def changes(company: Company) -> Iterator[Change]:
    """Yield the deals of the sales team's accounts, and its calls and meetings."""
    for deal in company.deals:
        if in_salesforce(deal.account):
            yield from _opportunity(company.seed, deal)
            yield from _roles(deal)
    for each in records(company):
        if each.object == "leads" and not each.copy:
            yield from _activities(company.seed, each)


def typed_twice(seed: int, deal: Deal) -> bool:
    """Whether a seller made the opportunity twice, and deleted the second one the next day."""
    return deal.refunds is None and Random(f"{seed}/salesforce/twice/{deal.number}").random() < 0.2


def was_restored(seed: int, deal: Deal) -> bool:
    """Whether the opportunity was deleted by mistake, and restored two hours later."""
    return Random(f"{seed}/salesforce/restored/{deal.number}").random() < 0.15


def twice_id(deal: Deal) -> str:
    """Return the id of the opportunity that was typed in a second time."""
    return sales_id("006", 1_000_000 + deal.number)


def _opportunity(seed: int, deal: Deal) -> Iterator[Change]:
    rng = Random(f"{seed}/salesforce/opportunity/{deal.number}")
    id_ = opportunity_id(deal.number)
    made = Versions(rng, "Opportunity", id_, deal.created)
    for number, (stage, at) in enumerate(deal.history):
        yield made.version(at, **_fields(deal, stage, at))
        name, probability = STAGES[stage]
        entry = sales_id("008", deal.number * 10 + number)
        body = record(
            *("OpportunityHistory", entry, at, at),
            OpportunityId=id_,
            StageName=name,
            Amount=deal.cents / 100,
            Probability=float(probability),
            CloseDate=_close_date(deal, stage, at),
            CreatedById=user_id(deal.owner),
        )
        yield change("salesforce", "OpportunityHistory", entry, at, body)
    if was_restored(seed, deal):
        deleted = deal.history[-1][1] + DAY
        yield made.version(deleted, IsDeleted=True)
        yield made.version(deleted + 2 * HOUR, IsDeleted=False)
    if typed_twice(seed, deal):
        twice = Versions(rng, "Opportunity", twice_id(deal), deal.created + HOUR)
        yield twice.version(twice.created, **_fields(deal, deal.history[0][0], deal.created))
        yield twice.version(twice.created + DAY, IsDeleted=True)
        yield twice.purged(twice.created + (1 + BIN_DAYS) * DAY)


def _fields(deal: Deal, stage: str, at: int) -> dict[str, Any]:
    name, probability = STAGES[stage]
    original = None if deal.refunds is None else opportunity_id(deal.refunds)
    return {
        "Name": f"{deal.account.name} {deal.number}",
        "AccountId": account_id(deal.account),
        "ContactId": contact_id(deal.contact),
        "StageName": name,
        "Amount": deal.cents / 100,
        "CurrencyIsoCode": deal.currency,
        "Probability": float(probability),
        "CloseDate": _close_date(deal, stage, at),
        "IsClosed": stage.startswith("closed"),
        "IsWon": stage == "closedwon",
        "OwnerId": user_id(deal.owner),
        "LeadSource": "Web" if deal.contact.form_visit else "Trade Show",
        "Type": "New Customer",
        "Original_Opportunity__c": original,
    }


def _close_date(deal: Deal, stage: str, at: int) -> str:
    return day_of(at if stage.startswith("closed") else deal.created + 60 * DAY)


def _roles(deal: Deal) -> Iterator[Change]:
    id_ = sales_id("00K", deal.number)
    body = record(
        *("OpportunityContactRole", id_, deal.created, deal.created),
        OpportunityId=opportunity_id(deal.number),
        ContactId=contact_id(deal.contact),
        Role="Decision Maker",
        IsPrimary=True,
    )
    yield change("salesforce", "OpportunityContactRole", id_, deal.created, body)


def _activities(seed: int, each: SalesRecord) -> Iterator[Change]:
    """A call that was made, a meeting, and a call that is only planned; they follow conversion."""
    rng = Random(f"{seed}/salesforce/activity/{each.person.number}")
    accepted = dict(each.person.stages).get("salesqualifiedlead")
    if accepted is None:
        return
    number, owner = each.person.number * 10, user_id(rng.choice(OWNERS))
    called = max(each.created + HOUR // 2, accepted - rng.randint(1, 20) * HOUR)
    met = accepted + rng.randint(1, 30) * HOUR
    call = {
        "Subject": "Call",
        "Status": "Completed",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "IsClosed": True,
        "ActivityDate": day_of(called),
        "CompletedDateTime": instant(called),
    }
    meeting = {
        "Subject": "Demo",
        "EventSubtype": "Event",
        "StartDateTime": instant(met),
        "EndDateTime": instant(met + HOUR),
        "ActivityDate": day_of(met),
    }
    planned = {
        "Subject": "Call again",
        "Status": "Not Started",
        "TaskSubtype": "Call",
        "IsClosed": False,
        "ActivityDate": day_of(met + 30 * DAY),
    }
    yield from _activity(rng, each, "Task", sales_id("00T", number), called, owner, call)
    yield from _activity(rng, each, "Event", sales_id("00U", number), called, owner, meeting)
    yield from _activity(rng, each, "Task", sales_id("00T", number + 1), met, owner, planned)


def _activity(
    rng: Random,
    each: SalesRecord,
    object_: str,
    id_: str,
    at: int,
    owner: str,
    fields: dict[str, Any],
) -> Iterator[Change]:
    made = Versions(rng, object_, id_, at)
    is_contact = each.converted_at is not None and each.converted_at <= at
    yield made.version(
        at, OwnerId=owner, WhoId=each.contact_id if is_contact else each.id, **fields
    )
    if each.converted_at is not None and not is_contact:
        yield made.version(each.converted_at, WhoId=each.contact_id)
