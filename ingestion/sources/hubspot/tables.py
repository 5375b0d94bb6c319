"""The raw tables of HubSpot. Property names are HubSpot's own; every property arrives as text."""

from ingestion.contract import Column, ColumnType, Hang, Link, Table, columns

_TIMES = columns("created_at updated_at", "timestamp")
_ARCHIVE = (Column("archived", "bool"), Column("archived_at", "timestamp"))
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


def _properties(names: str, type_: ColumnType = "text", **marks: bool) -> tuple[Column, ...]:
    return columns(" ".join(f"properties__{name}" for name in names.split()), type_, **marks)


CONTACTS = Table(
    "contacts",
    "versioned",
    ("id",),
    (
        Column("id"),
        *_TIMES,
        *_ARCHIVE,
        *_properties("email firstname lastname phone mobilephone address", pii=True),
        *_properties(
            "company jobtitle city state zip country website lifecyclestage hs_lead_status "
            "hubspot_owner_id hs_analytics_source hs_analytics_source_data_1 "
            "hs_merged_object_ids hs_email_optout associatedcompanyid how_did_you_hear"
        ),
        *_properties("createdate lastmodifieddate", "timestamp"),
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
        *_TIMES,
        *_ARCHIVE,
        *_properties(
            "name domain industry country city state annualrevenue hubspot_owner_id "
            "hs_merged_object_ids"
        ),
        *_properties("numberofemployees", "bigint"),
        *_properties("createdate hs_lastmodifieddate", "timestamp"),
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
        *_TIMES,
        *_ARCHIVE,
        *_properties("dealname"),
        *_properties("amount", "money"),
        *_properties(
            "deal_currency_code dealstage pipeline hubspot_owner_id "
            "hs_analytics_source dealtype original_deal_id hs_merged_object_ids"
        ),
        *_properties("closedate createdate hs_lastmodifieddate", "timestamp"),
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
        *_TIMES,
        Column("archived", "bool"),
        *_properties("hs_timestamp", "timestamp"),
        *_properties("hubspot_owner_id hs_direction hs_outcome"),
        *_properties("hs_title", pii=True),
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
    ("from_object", "from_id", "to_object", "to_id", "type_id"),
    columns("from_object from_id to_object to_id type_id label"),
    unit=("from_object", "from_id"),
)
PROPERTY_HISTORY = Table(
    "property_history",
    "events",
    ("event_id",),
    (
        *columns("event_id object_type object_id property value"),
        Column("changed_at", "timestamp"),
        Column("source_type"),
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
        *_TIMES,
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
FORMS = Table(
    "forms",
    "versioned",
    ("id",),
    (*columns("id name form_type"), *_TIMES, Column("archived", "bool")),
    order="updated_at",
    ignored=(
        "field_groups",
        "configuration",
        "display_options",
        "legal_consent_options",
        "archived_at",
    ),
)
SUBMITTED_FIELDS = [
    "email",
    "firstname",
    "lastname",
    "company",
    "phone",
    "jobtitle",
    "country",
    "message",
    "how_did_you_hear",
]
_SUBMITTED_PII = {"email", "firstname", "lastname", "phone", "message"}
FORM_SUBMISSIONS = Table(
    "form_submissions",
    "events",
    ("submission_id",),
    (
        *columns("submission_id form_id"),
        Column("submitted_at", "timestamp"),
        Column("page_url"),
        *(Column(f"values__{name}", pii=name in _SUBMITTED_PII) for name in SUBMITTED_FIELDS),
        Column("values", "json", pii=True),
    ),
    hangs_on=(Hang("contacts", ("values__email",), ("properties__email",)),),
    born="submitted_at",
)
TABLES = (
    CONTACTS,
    COMPANIES,
    DEALS,
    OWNERS,
    DEAL_STAGES,
    ENGAGEMENTS,
    ASSOCIATIONS,
    PROPERTY_HISTORY,
    FORMS,
    FORM_SUBMISSIONS,
)
