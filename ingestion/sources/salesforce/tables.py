"""The raw tables of Salesforce: field names are Salesforce's own, snake-cased.

`FIELDS` says which field fills which column; what an org lacks, or hides from the user of the
connection, is left out of the query.
"""

from dataclasses import dataclass

from ingestion.contract import Column, ColumnType, Hang, Table, columns
from ingestion.shape import snake


@dataclass(frozen=True)
class SalesObject:
    """One kind of record: its API name, its raw table, and its fields by column.

    `cursor` is the field that says when a record changed. `sweeps` says whether ids are listed
    whole each week: what is purged from the recycle bin leaves no other trace, but history that is
    purged by age stays true. An optional one may be missing from an org.
    """

    name: str
    table: Table
    fields: tuple[str, ...]
    cursor: str = "SystemModstamp"
    sweeps: bool = True
    is_optional: bool = False


def _described(
    name: str,
    table: str,
    *,
    text: str = "",
    personal: str = "",
    cursor: str = "SystemModstamp",
    sweeps: bool = True,
    is_optional: bool = False,
    hangs_on: tuple[Hang, ...] = (),
    **typed: str,
) -> SalesObject:
    """Return an object by the names of its fields, one argument a column type."""
    groups: list[tuple[str, ColumnType, bool]] = [
        ("Id " + text, "text", False),
        (personal, "text", True),
        (typed.get("money", ""), "money", False),
        (typed.get("number", ""), "double", False),
        (typed.get("whole", ""), "bigint", False),
        (typed.get("truth", ""), "bool", False),
        (typed.get("day", ""), "date", False),
        (f"{typed.get('instant', '')} {cursor}", "timestamp", False),
    ]
    fields: list[str] = []
    made: list[Column] = []
    for names, type_, pii in groups:
        fields += names.split()
        made += columns(" ".join(snake(each) for each in names.split()), type_, pii=pii)
    return SalesObject(
        name,
        Table(
            *(table, "versioned", ("id",), tuple(made)),
            order=snake(cursor),
            ignored=("attributes",),
            hangs_on=hangs_on,
            born="created_date" if "CreatedDate" in fields else None,
        ),
        tuple(fields),
        cursor,
        sweeps,
        is_optional,
    )


_PERSON = "FirstName LastName Email Phone MobilePhone"
# Who was merged or converted is the same person under another id.
_SAME_LEAD = Hang("leads", ("master_record_id",), ("id",))
_SAME_CONTACT = Hang("contacts", ("master_record_id",), ("id",))
_CONVERTED = Hang("contacts", ("converted_contact_id",), ("id",))
# Subjects name people.
_WITH = tuple(Hang(table, ("who_id",), ("id",)) for table in ("contacts", "leads"))

LEAD = _described(
    "Lead",
    "leads",
    text=(
        "Company Title Status LeadSource City State Country OwnerId MasterRecordId "
        "ConvertedContactId ConvertedAccountId ConvertedOpportunityId Website IndividualId"
    ),
    personal=f"{_PERSON} Street PostalCode",
    truth="IsConverted HasOptedOutOfEmail DoNotCall IsDeleted",
    day="ConvertedDate",
    instant="CreatedDate",
    hangs_on=(_SAME_LEAD, _CONVERTED),
)
CONTACT = _described(
    "Contact",
    "contacts",
    text=(
        "AccountId Title LeadSource MailingCity MailingState MailingCountry "
        "OwnerId MasterRecordId IndividualId"
    ),
    personal=f"{_PERSON} MailingStreet MailingPostalCode",
    truth="HasOptedOutOfEmail DoNotCall IsDeleted",
    instant="CreatedDate",
    hangs_on=(_SAME_CONTACT,),
)
# What a person has said of their data, once for all their leads and contacts.
INDIVIDUAL = _described(
    "Individual",
    "individuals",
    truth=(
        "HasOptedOutSolicit HasOptedOutProcessing HasOptedOutProfiling HasOptedOutTracking "
        "ShouldForget IsDeleted"
    ),
    instant="CreatedDate",
    is_optional=True,
)
ACCOUNT = _described(
    "Account",
    "accounts",
    text=(
        "Name Website Industry BillingCity BillingState BillingCountry OwnerId MasterRecordId "
        "ParentId Type"
    ),
    whole="NumberOfEmployees",
    truth="IsDeleted",
    instant="CreatedDate",
)
OPPORTUNITY = _described(
    "Opportunity",
    "opportunities",
    text=(
        "Name AccountId ContactId StageName CurrencyIsoCode OwnerId LeadSource Type CampaignId "
        "Original_Opportunity__c"
    ),
    money="Amount",
    number="Probability",
    truth="IsClosed IsWon IsDeleted",
    day="CloseDate",
    instant="CreatedDate",
)
OPPORTUNITY_HISTORY = _described(
    "OpportunityHistory",
    "opportunity_history",
    text="OpportunityId StageName CreatedById",
    sweeps=False,
    money="Amount",
    number="Probability",
    truth="IsDeleted",
    day="CloseDate",
    instant="CreatedDate",
)
LEAD_HISTORY = _described(
    "LeadHistory",
    "lead_history",
    text="LeadId Field OldValue NewValue CreatedById",
    truth="IsDeleted",
    cursor="CreatedDate",
    sweeps=False,
    is_optional=True,
)
CONTACT_ROLE = _described(
    "OpportunityContactRole",
    "opportunity_contact_roles",
    text="OpportunityId ContactId Role",
    truth="IsPrimary IsDeleted",
    instant="CreatedDate",
)
CAMPAIGN = _described(
    "Campaign",
    "campaigns",
    is_optional=True,
    text="Name Type Status ParentId OwnerId CurrencyIsoCode",
    money="BudgetedCost ActualCost",
    truth="IsActive IsDeleted",
    day="StartDate EndDate",
    instant="CreatedDate",
)
CAMPAIGN_MEMBER = _described(
    "CampaignMember",
    "campaign_members",
    is_optional=True,
    text="CampaignId LeadId ContactId Status",
    truth="HasResponded IsDeleted",
    day="FirstRespondedDate",
    instant="CreatedDate",
)
TASK = _described(
    "Task",
    "tasks",
    text="WhoId WhatId OwnerId Status TaskSubtype CallType",
    personal="Subject",
    truth="IsClosed IsDeleted",
    day="ActivityDate",
    instant="CompletedDateTime CreatedDate",
    hangs_on=_WITH,
)
EVENT = _described(
    "Event",
    "events",
    text="WhoId WhatId OwnerId EventSubtype",
    personal="Subject",
    truth="IsDeleted",
    day="ActivityDate",
    instant="StartDateTime EndDateTime CreatedDate",
    hangs_on=_WITH,
)
USER = _described(
    "User",
    "users",
    text="UserType",
    personal="Email FirstName LastName",
    truth="IsActive",
    instant="CreatedDate",
    sweeps=False,  # a user is made inactive, never deleted
)
STAGE = _described(
    "OpportunityStage",
    "opportunity_stages",
    text="MasterLabel ApiName ForecastCategoryName",
    number="DefaultProbability",
    whole="SortOrder",
    truth="IsActive IsClosed IsWon",
)

OBJECTS = (
    *(USER, STAGE, ACCOUNT, INDIVIDUAL, CONTACT, LEAD, LEAD_HISTORY, OPPORTUNITY),
    *(OPPORTUNITY_HISTORY, CONTACT_ROLE, CAMPAIGN, CAMPAIGN_MEMBER, TASK, EVENT),
)
TABLES = tuple(each.table for each in OBJECTS)
