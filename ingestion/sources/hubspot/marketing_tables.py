"""The raw tables of HubSpot's marketing side: forms, e-mails, campaigns, lists."""

from ingestion.contract import Column, Hang, Table, columns
from ingestion.sources.hubspot.tables import TIMES, properties

FORMS = Table(
    "forms",
    "versioned",
    ("id",),
    (*columns("id name form_type"), *TIMES, Column("archived", "bool")),
    order="updated_at",
    ignored=(
        "field_groups",
        "configuration",
        "display_options",
        "legal_consent_options",
        "archived_at",
    ),
)
FORM_FIELDS = Table(
    "form_fields",
    "versioned",
    ("form_id", "object_type_id", "name"),
    (
        *columns("form_id object_type_id name label field_type"),
        Column("position", "bigint"),
        *columns("required hidden is_dependent", "bool"),
    ),
    unit=("form_id",),
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
    "consent",
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
EMAILS = Table(
    "marketing_emails",
    "versioned",
    ("id",),
    (
        *columns("id name subject state type subcategory language campaign campaign_name"),
        *columns("from__from_name from__reply_to", pii=True),
        *columns("is_published is_transactional archived", "bool"),
        *TIMES,
        *columns("publish_date published_at deleted_at", "timestamp"),
    ),
    order="updated_at",
    ignored=(
        *("content", "stats", "to", "testing", "rss_data", "webversion", "subscription_details"),
        *("active_domain", "business_unit_id", "created_by_id", "updated_by_id", "published_by_id"),
        *("feedback_survey_id", "folder_id", "folder_id_v2", "jitter_send_time", "cloned_from"),
        *("send_on_publish", "workflow_names", "from__custom_reply_to", "is_ab", "preview_key"),
        *("email_campaign_group_id", "email_template_mode", "primary_email_campaign_id"),
        *("all_email_campaign_ids", "campaign_utm", "teams_with_access", "users_with_access"),
    ),
)
EMAIL_COUNTERS = (
    *("selected", "sent", "delivered", "open", "click", "reply", "bounce", "hardbounced"),
    *("softbounced", "unsubscribed", "spamreport", "contactslost", "dropped", "suppressed"),
    *("notsent", "pending"),
)
EMAIL_TOTALS = Table(
    "marketing_email_totals",
    "versioned",
    ("email_id",),
    (Column("email_id"), *columns(" ".join(EMAIL_COUNTERS), "bigint")),
)
CAMPAIGN_PROPERTIES = (
    *("hs_name", "hs_utm", "hs_campaign_status", "hs_owner", "hs_currency_code", "hs_goal"),
    *("hs_audience", "hs_start_date", "hs_end_date"),
    *("hs_budget_items_sum_amount", "hs_spend_items_sum_amount"),
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        Column("id"),
        *TIMES,
        *properties(" ".join(CAMPAIGN_PROPERTIES[:7])),
        *properties("hs_start_date hs_end_date", "date"),
        *properties("hs_budget_items_sum_amount hs_spend_items_sum_amount", "money"),
    ),
    order="updated_at",
    ignored=("business_units",),
)
CAMPAIGN_ITEMS = Table(
    "campaign_items",
    "versioned",
    ("campaign_id", "kind", "item_id"),
    (
        *columns("campaign_id kind item_id name currency_code"),
        Column("amount", "money"),
        Column("position", "bigint"),
        *TIMES,
    ),
    unit=("campaign_id",),
)
LIST_PROPERTIES = ("hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")
LISTS = Table(
    "lists",
    "versioned",
    ("list_id",),
    (
        *columns("list_id name object_type_id processing_type processing_status"),
        *TIMES,
        Column("filters_updated_at", "timestamp"),
        Column("additional_properties__hs_list_size", "bigint", volatile=True),
        *columns(
            "additional_properties__hs_last_record_added_at "
            "additional_properties__hs_last_record_removed_at",
            volatile=True,
        ),
    ),
    ignored=(
        *("list_version", "created_by_id", "updated_by_id", "filter_branch", "size"),
        *("membership_settings", "list_permissions", "data_sensitivity"),
    ),
)
LIST_MEMBERSHIPS = Table(
    "list_memberships",
    "versioned",
    ("list_id", "record_id"),
    (*columns("list_id record_id"), Column("joined_at", "timestamp")),
    unit=("list_id",),
)
