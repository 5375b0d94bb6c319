"""How Salesforce writes ids and instants, and the ids under which it knows the company's things."""

from typing import Any

from ingestion.sandbox.company import OWNERS, Account
from ingestion.sandbox.wire.encode import iso_ms

MINUTE = 60_000
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

# Fields of each object, beside those that every object here has.
_ALWAYS = "Id SystemModstamp CreatedDate"
FIELDS = {
    "Lead": (
        "FirstName LastName Email Phone MobilePhone Street City State PostalCode Country Company "
        "Title Status LeadSource OwnerId MasterRecordId IsConverted ConvertedDate "
        "ConvertedContactId ConvertedAccountId ConvertedOpportunityId HasOptedOutOfEmail DoNotCall "
        "IndividualId Website IsDeleted"
    ),
    "Contact": (
        "FirstName LastName Email Phone MobilePhone MailingStreet MailingCity MailingState "
        "MailingPostalCode MailingCountry AccountId Title LeadSource OwnerId MasterRecordId "
        "HasOptedOutOfEmail DoNotCall IndividualId IsDeleted"
    ),
    "Individual": (
        "HasOptedOutSolicit HasOptedOutProcessing HasOptedOutProfiling HasOptedOutTracking "
        "ShouldForget IsDeleted"
    ),
    "Account": (
        "Name Website Industry BillingCity BillingState BillingCountry NumberOfEmployees OwnerId "
        "MasterRecordId ParentId Type IsDeleted"
    ),
    "Opportunity": (
        "Name AccountId ContactId StageName Amount CurrencyIsoCode Probability CloseDate IsClosed "
        "IsWon OwnerId LeadSource Type CampaignId Original_Opportunity__c IsDeleted"
    ),
    "OpportunityHistory": (
        "OpportunityId StageName Amount Probability CloseDate CreatedById IsDeleted"
    ),
    "LeadHistory": "LeadId Field OldValue NewValue CreatedById IsDeleted",
    "OpportunityContactRole": "OpportunityId ContactId Role IsPrimary IsDeleted",
    "Campaign": (
        "Name Type Status ParentId OwnerId CurrencyIsoCode BudgetedCost ActualCost IsActive "
        "StartDate EndDate IsDeleted"
    ),
    "CampaignMember": (
        "CampaignId LeadId ContactId Status HasResponded FirstRespondedDate IsDeleted"
    ),
    "Task": (
        "Subject WhoId WhatId OwnerId Status TaskSubtype CallType IsClosed ActivityDate "
        "CompletedDateTime IsDeleted"
    ),
    "Event": (
        "Subject WhoId WhatId OwnerId EventSubtype StartDateTime EndDateTime ActivityDate IsDeleted"
    ),
    "User": "FirstName LastName Email UserType IsActive",
    "OpportunityStage": (
        "MasterLabel ApiName SortOrder IsActive IsClosed IsWon DefaultProbability "
        "ForecastCategoryName"
    ),
}


def fields_of(object_: str) -> list[str]:
    """Return the fields that a description of the object names."""
    always = _ALWAYS.split()
    # History of a lead's fields is never changed, so it has no stamp of a change.
    return [each for each in always if object_ != "LeadHistory" or each != "SystemModstamp"] + (
        FIELDS[object_].split()
    )


def sales_id(prefix: str, number: int) -> str:
    """Return an id of 18 characters: 15 that matter by case, and three that say which are upper."""
    digits = ""
    for _ in range(15 - len(prefix) - 4):
        number, rest = divmod(number, 62)
        digits = _DIGITS[rest] + digits
    short = f"{prefix}5g00{digits}"
    suffix = ""
    for start in (0, 5, 10):
        upper = [each.isupper() for each in short[start : start + 5]]
        suffix += _SUFFIX[sum(is_upper << place for place, is_upper in enumerate(upper))]
    return short + suffix


def account_id(account: Account) -> str:
    """Return the Salesforce id of an account."""
    return sales_id("001", account.number)


def opportunity_id(number: int) -> str:
    """Return the Salesforce id of a deal's opportunity."""
    return sales_id("006", number)


def user_id(owner: str) -> str:
    """Return the Salesforce id of the seller whom HubSpot knows as `owner`."""
    return sales_id("005", 1 + OWNERS.index(owner))


def in_salesforce(account: Account | None) -> bool:
    """Whether the account is one of those whose sales team works in Salesforce."""
    return account is not None and account.number % 7 == 3


def instant(at: int) -> str:
    """`2026-07-01T06:00:00.000+0000`, as the REST API writes it."""
    return f"{iso_ms(at)[:-1]}+0000"


def record(object_: str, id_: str, created: int, stamped: int, **fields: Any) -> dict[str, Any]:
    """Return a record with every field of its object, those not given empty.

    Raises KeyError for a field that the object has not.
    """
    known = fields_of(object_)
    for name in fields:
        if name not in known:
            raise KeyError(f"{object_} has no field {name}")
    body: dict[str, Any] = {
        "attributes": {
            "type": object_,
            "url": f"/services/data/v63.0/sobjects/{object_}/{id_}",
        }
    }
    body |= dict.fromkeys(known)
    body |= {"Id": id_, "CreatedDate": instant(created)}
    if "SystemModstamp" in known:
        body["SystemModstamp"] = instant(stamped)
    if "IsDeleted" in known:
        body["IsDeleted"] = False
    return body | fields
