"""The company in Salesforce: the accounts of one sales team, their people, deals and activities.

A change shows up to four minutes after its stamp, as transactions commit late. What is deleted
stays in the recycle bin for a while and is purged; the loser of a merge stays there.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from ingestion.sandbox import consents
from ingestion.sandbox.company import CAMPAIGNS, DAY, HOUR, OWNERS, START, Account, Company, Person
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire import salesforce_sales
from ingestion.sandbox.wire.encode import change, day_of
from ingestion.sandbox.wire.salesforce_people import BIN_DAYS, SalesRecord, records
from ingestion.sandbox.wire.salesforce_shape import (
    account_id,
    in_salesforce,
    record,
    sales_id,
    user_id,
)
from ingestion.sandbox.wire.salesforce_versions import Versions

# What HubSpot's integration writes into Salesforce is done by a user of its own.
INTEGRATION = sales_id("005", 99)


def changes(company: Company) -> Iterator[Change]:
    """Yield every change of every object, in no particular order."""
    yield from salesforce_sales.settings()
    for number, owner in enumerate(OWNERS):
        yield _user(user_id(owner), f"Rep{number}", f"rep{number}@fathom.example", is_active=True)
    yield _user(INTEGRATION, "HubSpot", "integration@fathom.example", is_active=False)
    for account in company.accounts:
        if in_salesforce(account):
            yield from _account(company.seed, account)
    for number, (_, name) in enumerate(CAMPAIGNS):
        yield _campaign(number, name)
    owner_of = {deal.contact.number: deal.owner for deal in company.deals}
    for each in records(company):
        owner = owner_of.get(each.person.number, OWNERS[each.person.number % len(OWNERS)])
        yield from _person(company.seed, each, owner)
        yield from _membership(company.seed, each)
    yield from _individuals(company)
    yield from salesforce_sales.changes(company)


def twin_account_id(account: Account) -> str:
    """Return the id of an account's copy, which is merged into it."""
    return sales_id("001", 1_000_000 + account.number)


def has_twin(seed: int, account: Account) -> bool:
    """Whether the account was typed in twice."""
    return Random(f"{seed}/salesforce/account/{account.number}").random() < 0.3


def _user(id_: str, first: str, email: str, *, is_active: bool) -> Change:
    body = record(
        *("User", id_, START, START),
        FirstName=first,
        LastName="Sales",
        Email=email,
        UserType="Standard",
        IsActive=is_active,
    )
    return change("salesforce", "User", id_, 0, body)


def _account(seed: int, account: Account) -> Iterator[Change]:
    rng = Random(f"{seed}/salesforce/account/{account.number}/made")
    created = START + rng.randint(0, 100) * HOUR
    fields: dict[str, Any] = {
        "Name": account.name,
        "Website": f"https://www.{account.domain}",
        "Industry": account.industry,
        "BillingCountry": account.place[1],
        "BillingCity": account.place[2],
        "BillingState": account.place[3] or None,
        "NumberOfEmployees": account.employees,
        "OwnerId": user_id(rng.choice(OWNERS)),
        "Type": "Prospect",
    }
    made = Versions(rng, "Account", account_id(account), created)
    yield made.version(created, **fields)
    if not has_twin(seed, account):
        return
    twin = Versions(rng, "Account", twin_account_id(account), created + 40 * DAY)
    yield twin.version(twin.created, **{**fields, "Name": f"{account.name} Inc."})
    merged = twin.created + rng.randint(5, 60) * DAY
    yield twin.version(merged, IsDeleted=True, MasterRecordId=account_id(account))
    yield made.version(merged)


def _person(seed: int, each: SalesRecord, owner: str) -> Iterator[Change]:
    """Yield the versions of a lead or contact, and the history of a lead's status."""
    rng = Random(f"{seed}/salesforce/record/{each.id}")
    object_ = "Lead" if each.object == "leads" else "Contact"
    made = Versions(rng, object_, each.id, each.created)
    first = {**_first(each, owner), **_consent(seed, each)}
    moments: list[tuple[int, dict[str, Any]]] = [(each.created, first)]
    for before, (at, status) in zip(each.steps, each.steps[1:], strict=False):
        moments.append((at, {"Status": status}))
        yield _history(each, at, "Status", before[1], status)
    if each.steps:
        yield _history(each, each.created, "created", None, None)
    if each.converted_at is not None and each.deal is not None:
        became: dict[str, Any] = {
            "IsConverted": True,
            "ConvertedDate": day_of(each.converted_at),
            "ConvertedContactId": each.contact_id,
            "ConvertedAccountId": account_id(each.deal.account),
            "ConvertedOpportunityId": salesforce_sales.opportunity_id(each.deal.number),
        }
        moments.append((each.converted_at, became))
    if each.merged_at is not None:
        moments.append((each.merged_at, {"IsDeleted": True, "MasterRecordId": each.merged_into}))
    if each.deleted_at is not None:
        moments.append((each.deleted_at, {"IsDeleted": True}))
    if each.undeleted_at is not None:
        moments.append((each.undeleted_at, {"IsDeleted": False}))
    for at, edit in sorted(moments, key=lambda moment: moment[0]):
        yield made.version(at, **edit)
    if each.deleted_at is not None and each.undeleted_at is None:
        yield made.purged(each.deleted_at + BIN_DAYS * DAY)


def _first(each: SalesRecord, owner: str) -> dict[str, Any]:
    person = each.person
    _, country, city, state, postal_code = person.place
    fields: dict[str, Any] = {
        "FirstName": each.first,
        "LastName": person.last,
        "Email": each.email or None,
        "Phone": each.phone or None,
        "Title": person.title,
        "OwnerId": user_id(owner),
        "LeadSource": "Web" if person.form_visit else "Trade Show",
        "HasOptedOutOfEmail": False,
    }
    place = {"City": city, "State": state or None, "PostalCode": postal_code, "Country": country}
    if each.object == "contacts":
        mailing = {f"Mailing{name}": value for name, value in place.items()}
        return {**fields, **mailing, "AccountId": person.account and account_id(person.account)}
    company = person.account and person.account.name
    return {**fields, **place, "Company": company, "Status": each.steps[0][1], "IsConverted": False}


def _consent(seed: int, each: SalesRecord) -> dict[str, Any]:
    """Return what the record holds of the person's wishes: a copy may know what the first does not.

    Both stand on the record from its first day.
    """
    is_copy = each.copy > 0
    return {
        "HasOptedOutOfEmail": is_copy and consents.copy_refuses(seed, each.id),
        "DoNotCall": not is_copy and consents.not_to_be_called(seed, each.person),
        "IndividualId": individual_id(each.person) if _has_individual(seed, each) else None,
    }


def individual_id(person: Person) -> str:
    """Return the id of the record on what a person said of their data."""
    return sales_id("0PK", person.number)


def _has_individual(seed: int, each: SalesRecord) -> bool:
    return each.copy == 0 and consents.objects(seed, each.person)


def _individuals(company: Company) -> Iterator[Change]:
    """A lead and the contact that it became share one."""
    first = {each.person.number: each for each in reversed(records(company))}
    for each in first.values():
        if _has_individual(company.seed, each):
            id_ = individual_id(each.person)
            flags = {"HasOptedOutProfiling": True, "HasOptedOutSolicit": False}
            body = record("Individual", id_, each.created, each.created, **flags)
            yield change("salesforce", "Individual", id_, each.created, body)


def _history(
    each: SalesRecord, at: int, field: str, before: str | None, after: str | None
) -> Change:
    step = 9 if field == "created" else [moment for moment, _ in each.steps].index(at)
    id_ = sales_id("017", each.number * 10 + step)
    body = record(
        *("LeadHistory", id_, at, at),
        LeadId=each.id,
        Field=field,
        OldValue=before,
        NewValue=after,
        CreatedById=INTEGRATION,
    )
    return change("salesforce", "LeadHistory", id_, at, body)


def _campaign(number: int, name: str) -> Change:
    id_ = sales_id("701", number)
    body = record(
        *("Campaign", id_, START, START),
        Name=name,
        Type="Webinar" if "Webinar" in name else "Email",
        Status="In Progress",
        OwnerId=user_id(OWNERS[0]),
        CurrencyIsoCode="USD",
        BudgetedCost=5000.0,
        ActualCost=4321.5,
        IsActive=True,
        StartDate="2025-01-06",
        EndDate="2026-12-18",
    )
    return change("salesforce", "Campaign", id_, 0, body)


def _membership(seed: int, each: SalesRecord) -> Iterator[Change]:
    """A lead that marketing put on a campaign; some answer, and conversion adds the contact."""
    rng = Random(f"{seed}/salesforce/membership/{each.id}")
    if each.object != "leads" or each.copy:
        return
    if rng.random() < 0.5:
        return
    at = each.created + rng.randint(1, 5) * HOUR
    made = Versions(rng, "CampaignMember", sales_id("00v", each.person.number), at)
    campaign = sales_id("701", rng.randrange(len(CAMPAIGNS)))
    moments: list[tuple[int, dict[str, Any]]] = [
        (
            at,
            {"CampaignId": campaign, "LeadId": each.id, "Status": "Sent", "HasResponded": False},
        )
    ]
    if rng.random() < 0.5:
        responded = at + rng.randint(1, 9) * DAY
        answer = {"Status": "Responded", "HasResponded": True}
        moments.append((responded, {**answer, "FirstRespondedDate": day_of(responded)}))
    if each.converted_at is not None:
        moments.append((max(each.converted_at, at), {"ContactId": each.contact_id}))
    for moment, edit in sorted(moments, key=lambda pair: pair[0]):
        yield made.version(moment, **edit)
