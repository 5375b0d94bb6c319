"""The raw tables of Mailchimp, in the names of its API."""

from ingestion.contract import Column, Hang, Table, columns

LISTS = Table(
    "lists",
    "versioned",
    ("id",),
    (
        *columns("id name"),
        Column("date_created", "timestamp"),
        *columns("visibility permission_reminder"),
        Column("double_optin", "bool"),
        # Counters that move all day.
        *columns("stats__member_count stats__unsubscribe_count", "bigint", volatile=True),
        *columns("stats__cleaned_count stats__campaign_count", "bigint", volatile=True),
        Column("list_rating", "double", volatile=True),
    ),
    ignored=("links",),
)
MEMBERS = Table(
    "members",
    "versioned",
    ("list_id", "id"),
    (
        *columns("list_id id unique_email_id contact_id status source location__country_code"),
        *columns("email_address full_name merge_fields__fname merge_fields__lname", pii=True),
        Column("merge_fields__phone", pii=True),
        Column("merge_fields__company"),
        # Each list has fields of its own: those are kept together.
        Column("merge_fields_other", "json", pii=True),
        *columns("email_type language email_client unsubscribe_reason"),
        *columns("ip_signup ip_opt", pii=True),
        *columns("tags interests marketing_permissions", "json"),
        Column("vip", "bool"),
        Column("consents_to_one_to_one_messaging", "bool"),
        # It moves with every open.
        Column("member_rating", "bigint", volatile=True),
        *columns("timestamp_signup timestamp_opt last_changed", "timestamp"),
    ),
    order="last_changed",
    ignored=("links", "web_id", "stats", "tags_count"),
    # An address that was deleted for good comes back only if its owner subscribes again.
    born="timestamp_opt",
)
SEGMENTS = Table(
    "segments",
    "versioned",
    ("list_id", "id"),
    (
        *columns("list_id id name type"),
        Column("member_count", "bigint", volatile=True),
        Column("options", "json"),
        *columns("created_at updated_at", "timestamp"),
    ),
    ignored=("links",),
)
SEGMENT_MEMBERS = Table(
    "segment_members",
    "versioned",
    ("list_id", "segment_id", "member_id"),
    columns("list_id segment_id member_id status"),
    unit=("list_id", "segment_id"),
)
_MONTHLY = "existing imports optins subscribed unsubscribed reconfirm cleaned pending deleted"
GROWTH = Table(
    "growth_history",
    "versioned",
    ("list_id", "month"),
    (*columns("list_id month"), *columns(f"{_MONTHLY} transactional", "bigint")),
    ignored=("links",),
)
_DAILY = "emails_sent unique_opens recipient_clicks hard_bounce soft_bounce subs unsubs"
LIST_DAYS = Table(
    "list_activity",
    "versioned",
    ("list_id", "day"),
    (
        Column("list_id"),
        Column("day", "date"),
        *columns(f"{_DAILY} other_adds other_removes", "bigint"),
    ),
    ignored=("links",),
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id type status recipients__list_id settings__subject_line settings__title"),
        *columns("settings__preview_text settings__from_name recipients__segment_text"),
        Column("parent_campaign_id"),
        *columns("web_id emails_sent", "bigint"),
        *columns("create_time send_time", "timestamp"),
    ),
    ignored=("links",),
)
REPORTS = Table(
    "reports",
    "versioned",
    ("id",),
    (
        *columns("id campaign_title list_id type"),
        Column("send_time", "timestamp"),
        *columns("emails_sent abuse_reports unsubscribed", "bigint"),
        *columns("bounces__hard_bounces bounces__soft_bounces", "bigint"),
        *columns("opens__opens_total opens__unique_opens", "bigint"),
        *columns("clicks__clicks_total clicks__unique_clicks", "bigint"),
        *columns("clicks__unique_subscriber_clicks bounces__syntax_errors", "bigint"),
        *columns("forwards__forwards_count forwards__forwards_opens", "bigint"),
    ),
    ignored=("links",),
)
_PERSON = (*columns("campaign_id email_id"), Column("email_address", pii=True))
_OF_MEMBER = (Hang("members", ("list_id", "email_id"), ("list_id", "id")),)
# These name no list: who left one for good is blanked here for all.
_OF_ADDRESS = (Hang("members", ("email_id",), ("id",)),)
SENT_TO = Table(
    "sent_to",
    "versioned",
    ("campaign_id", "email_id"),
    (*_PERSON, *columns("status list_id")),
    # Counters of opens belong to the activity; here they would open a version at every open.
    ignored=("links", "open_count", "last_open"),
    hangs_on=_OF_MEMBER,
)
ACTIVITY = Table(
    "email_activity",
    "events",
    ("event_id",),
    (
        Column("event_id"),
        *_PERSON,
        *columns("list_id action type url"),
        Column("occurred_at", "timestamp"),
        Column("ip", pii=True),
    ),
    hangs_on=_OF_MEMBER,
    born="occurred_at",
)
UNSUBSCRIBES = Table(
    "unsubscribes",
    "events",
    ("campaign_id", "email_id"),
    (*_PERSON, Column("reason"), Column("occurred_at", "timestamp")),
    ignored=("links", "list_id"),
    hangs_on=_OF_ADDRESS,
    born="occurred_at",
)
ABUSE = Table(
    "abuse_reports",
    "events",
    ("id",),
    (Column("id"), *_PERSON, Column("occurred_at", "timestamp")),
    ignored=("links", "list_id"),
    hangs_on=_OF_ADDRESS,
    born="occurred_at",
)
LINKS = Table(
    "click_details",
    "versioned",
    ("campaign_id", "id"),
    (
        *columns("campaign_id id url"),
        *columns("total_clicks unique_clicks", "bigint"),
        Column("last_click", "timestamp"),
    ),
    ignored=("links", "click_percentage", "unique_click_percentage"),
)
_SUMMARY = "report_summary__opens report_summary__unique_opens report_summary__clicks"
AUTOMATIONS = Table(
    "automations",
    "versioned",
    ("id",),
    (
        *columns("id status recipients__list_id settings__title"),
        *columns("create_time start_time", "timestamp"),
        *columns(f"emails_sent {_SUMMARY} report_summary__subscriber_clicks", "bigint"),
        Column("trigger_settings", "json"),
    ),
    ignored=("links", "tracking"),
)
LANDING_PAGES = Table(
    "landing_pages",
    "versioned",
    ("id",),
    (
        *columns("id name title url status list_id"),
        *columns("published_at unpublished_at", "timestamp"),
        *columns("visits unique_visits subscribes clicks", "bigint"),
    ),
    ignored=("links", "conversion_rate", "timeseries", "ecommerce", "web_id", "list_name"),
)
