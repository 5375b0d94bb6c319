"""The raw tables of HubSpot. Property names are HubSpot's own; every property arrives as text."""

from ingestion.contract import Column, ColumnType, Hang, Link, Table, columns

TIMES = columns("created_at updated_at", "timestamp")
_ARCHIVE = (Column("archived", "bool"), Column("archived_at", "timestamp"))
# Whatever the user asks for besides, which may be anything about a person.
_EXTRA = Column("extra_properties", "json", pii=True)
# Sent with every record, or asked for with it, and stored elsewhere or nowhere.
_IGNORED = (
    "associations",
    "properties_with_history",
    "url",
    "properties__hs_object_id",
    "properties__lastmodifieddate",
    "properties__hs_lastmodifieddate",
    "properties__createdate",
)


def properties(names: str, type_: ColumnType = "text", **marks: bool) -> tuple[Column, ...]:
    """Return one column per property that `names` names."""
    return columns(" ".join(f"properties__{name}" for name in names.split()), type_, **marks)


CONTACTS = Table(
    "contacts",
    "versioned",
    ("id",),
    (
        Column("id"),
        *TIMES,
        *_ARCHIVE,
        *properties("email firstname lastname phone mobilephone address zip", pii=True),
        *properties(
            "company jobtitle city state country website lifecyclestage hs_lead_status "
            "hubspot_owner_id hs_analytics_source hs_analytics_source_data_1 "
            "hs_merged_object_ids hs_email_optout hs_legal_basis hs_email_hard_bounce_reason_enum "
            "associatedcompanyid how_did_you_hear"
        ),
        *properties("createdate lastmodifieddate", "timestamp"),
        _EXTRA,
    ),
    order="updated_at",
    ignored=_IGNORED,
    born="created_at",
)
COMPANIES = Table(
    "companies",
    "versioned",
    ("id",),
    (
        Column("id"),
        *TIMES,
        *_ARCHIVE,
        *properties(
            "name domain industry country city state annualrevenue hubspot_owner_id "
            "hs_merged_object_ids"
        ),
        *properties("numberofemployees", "bigint"),
        *properties("createdate hs_lastmodifieddate", "timestamp"),
        _EXTRA,
    ),
    order="updated_at",
    ignored=_IGNORED,
)
DEALS = Table(
    "deals",
    "versioned",
    ("id",),
    (
        Column("id"),
        *TIMES,
        *_ARCHIVE,
        *properties("dealname"),
        *properties("amount", "money"),
        *properties(
            "deal_currency_code dealstage pipeline hubspot_owner_id "
            "hs_analytics_source dealtype original_deal_id hs_merged_object_ids "
            "hs_salesforceopportunityid"
        ),
        *properties("closedate createdate hs_lastmodifieddate", "timestamp"),
        _EXTRA,
    ),
    order="updated_at",
    ignored=_IGNORED,
)
ENGAGEMENTS = Table(
    "engagements",
    "versioned",
    ("engagement_type", "id"),
    (
        *columns("engagement_type id"),
        *TIMES,
        Column("archived", "bool"),
        *properties("hs_timestamp", "timestamp"),
        *properties("hubspot_owner_id hs_direction hs_outcome"),
        *properties("hs_title", pii=True),
    ),
    order="updated_at",
    ignored=(*_IGNORED, "archived_at"),
    # Titles name people. All activities share one space of ids.
    hangs_on=(
        Hang(
            "contacts",
            ("id",),
            ("id",),
            Link("associations", ("from_id",), ("to_id",), (("to_object", "contacts"),)),
        ),
    ),
)
ASSOCIATIONS = Table(
    "associations",
    "versioned",
    # HubSpot's own types and the account's labels are numbered apart.
    ("from_object", "from_id", "to_object", "to_id", "category", "type_id"),
    columns("from_object from_id to_object to_id category type_id label"),
    unit=("from_object", "from_id"),
)
PROPERTY_HISTORY = Table(
    "property_history",
    "events",
    ("event_id",),
    (
        *columns("event_id object_type object_id property value"),
        Column("changed_at", "timestamp"),
        *columns("source_type source_id updated_by_user_id"),
    ),
)
OWNERS = Table(
    "owners",
    "versioned",
    ("id",),
    (
        Column("id"),
        *columns("email first_name last_name", pii=True),
        Column("user_id"),
        Column("archived", "bool"),
        *TIMES,
    ),
    order="updated_at",
    ignored=("teams", "type", "user_id_including_inactive"),
)
DEAL_STAGES = Table(
    "deal_stages",
    "versioned",
    ("pipeline_id", "stage_id"),
    (
        *columns("pipeline_id stage_id pipeline_label label"),
        Column("display_order", "bigint"),
        Column("is_closed", "bool"),
        Column("probability", "double"),
    ),
)
