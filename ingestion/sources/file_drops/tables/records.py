"""Raw tables of a CRM, of ad platforms and of e-mail."""

from ingestion.contract import Column, Table, columns
from ingestion.sources.file_drops.tables.where import WHERE, of_address

CONTACTS = Table(
    "contacts",
    "versioned",
    ("source", "source_record_id"),
    (
        *columns("source source_record_id"),
        *columns("email phone first_name last_name", pii=True),
        *columns("company_name company_record_id job_title country region city"),
        *columns("postal_code street", pii=True),
        *columns("lifecycle_stage_native owner_native_id source_declared merged_record_ids"),
        *columns("created_at updated_at", "timestamp"),
        *columns("is_unsubscribed is_deleted", "bool"),
        *WHERE,
    ),
    order="updated_at",
    born="created_at",
)
COMPANIES = Table(
    "companies",
    "versioned",
    ("source", "source_record_id"),
    (
        *columns("source source_record_id name domain industry country city"),
        Column("employee_count", "bigint"),
        *columns("created_at updated_at", "timestamp"),
        Column("is_deleted", "bool"),
        *WHERE,
    ),
    order="updated_at",
)
DEALS = Table(
    "deals",
    "versioned",
    ("source", "source_record_id"),
    (
        *columns("source source_record_id name"),
        Column("amount", "money"),
        *columns("currency_code stage_native pipeline_native"),
        *columns("owner_native_id company_record_id contact_record_id source_declared"),
        *columns("created_at closed_at updated_at", "timestamp"),
        Column("is_deleted", "bool"),
        *WHERE,
    ),
    order="updated_at",
)
DEAL_STAGES = Table(
    "deal_stages",
    "versioned",
    ("source", "pipeline_id", "stage_id"),
    (
        *columns("source pipeline_id stage_id label"),
        Column("display_order", "bigint"),
        Column("is_closed", "bool"),
        Column("probability", "double"),
        *WHERE,
    ),
)
AD_DAYS = Table(
    "ad_days",
    "versioned",
    ("source", "grain", "account_id", "campaign_id", "ad_group_id", "ad_id", "reported_on"),
    (
        *columns("source grain account_id campaign_id ad_group_id ad_id"),
        Column("reported_on", "date"),
        *columns("campaign_name ad_group_name currency_code account_time_zone"),
        *columns("impressions clicks", "bigint"),
        Column("spend", "micros"),
        *columns("platform_conversions platform_conversion_value", "double"),
        *WHERE,
    ),
)
EMAIL_EVENTS = Table(
    "email_events",
    "versioned",
    ("source", "event_id"),
    (
        *columns("source event_id send_id campaign_id campaign_name"),
        Column("recipient", pii=True),
        *columns("event_type bounce_class"),
        Column("occurred_at", "timestamp"),
        *columns("url user_agent_class"),
        *WHERE,
    ),
    hangs_on=of_address("recipient", "contacts", "members"),
    born="occurred_at",
)
# Whom a tool was told to forget: the words of the tool's own tables, here and in raw_<source>. A
# record with a key of several columns is named by all of them, joined with `:`.
PRIVACY_DELETES = Table(
    "privacy_deletes",
    "versioned",
    ("erased_source", "erased_object", "erased_record_id"),
    (
        *columns("source erased_source erased_object erased_record_id"),
        Column("erased_at", "timestamp"),
        *WHERE,
    ),
)
MEASURES = ("impressions", "clicks", "spend", "platform_conversions", "platform_conversion_value")
EVENT_TYPES = {"sent", "delivered", "open", "click", "bounce", "unsubscribe", "complaint"}
BOUNCE_CLASSES = {"hard", "soft"}
