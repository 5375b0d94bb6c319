"""The raw tables of Klaviyo: a record's attributes, its relations as ids beside them."""

from ingestion.contract import Column, Hang, Table, columns

PROFILES = Table(
    "profiles",
    "versioned",
    ("id",),
    (
        Column("id"),
        *columns("email phone_number first_name last_name", pii=True),
        *columns("external_id organization locale title"),
        *columns("location__country location__region location__city"),
        Column("location__zip", pii=True),
        # A profile's own properties may be anything.
        Column("properties", "json", pii=True),
        *columns("email_consent email_consent_method sms_consent sms_consent_method"),
        *columns("can_receive_email can_receive_sms", "bool"),
        *columns("email_suppressions email_list_suppressions", "json"),
        *columns("email_consent_at sms_consent_at created updated", "timestamp"),
        Column("last_event_date", "timestamp", volatile=True),
    ),
    order="updated",
    ignored=("image", "predictive_analytics"),
    born="created",
)
LISTS = Table(
    "lists",
    "versioned",
    ("id",),
    (*columns("id name opt_in_process"), *columns("created updated", "timestamp")),
)
LIST_MEMBERS = Table(
    "list_members",
    "versioned",
    ("list_id", "profile_id"),
    (*columns("list_id profile_id"), Column("joined_group_at", "timestamp")),
    unit=("list_id",),
)
SEGMENTS = Table(
    "segments",
    "versioned",
    ("id",),
    (
        *columns("id name"),
        Column("definition", "json"),
        *columns("is_active is_starred", "bool"),
        Column("is_processing", "bool", volatile=True),
        *columns("created updated", "timestamp"),
    ),
)
SEGMENT_MEMBERS = Table(
    "segment_members",
    "versioned",
    ("segment_id", "profile_id"),
    (*columns("segment_id profile_id"), Column("joined_group_at", "timestamp")),
    unit=("segment_id",),
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id channel name status"),
        Column("archived", "bool"),
        *columns("audiences send_strategy", "json"),
        *columns("created_at scheduled_at updated_at send_time", "timestamp"),
    ),
    ignored=("send_options", "tracking_options"),
)
# Events name the message of a campaign, not the campaign.
MESSAGES = Table(
    "campaign_messages",
    "versioned",
    ("id",),
    (
        *columns("id campaign_id channel label subject from_email from_label"),
        *columns("created_at updated_at", "timestamp"),
    ),
)
FLOWS = Table(
    "flows",
    "versioned",
    ("id",),
    (
        *columns("id name status trigger_type"),
        Column("archived", "bool"),
        *columns("created updated", "timestamp"),
    ),
)
METRICS = Table(
    "metrics",
    "versioned",
    ("id",),
    (*columns("id name integration_name"), *columns("created updated", "timestamp")),
)
EVENTS = Table(
    "events",
    "events",
    ("id",),
    (
        *columns("id metric_id profile_id message_id flow_id url bounce_type"),
        # The vendor's own word on who acted.
        *columns("machine_open bot_click", "bool"),
        Column("event_properties", "json", pii=True),
        Column("datetime", "timestamp"),
    ),
    ignored=("timestamp", "uuid"),
    hangs_on=(Hang("profiles", ("profile_id",), ("id",)),),
    born="datetime",
)
_COUNTED = "recipients delivered bounced opens opens_unique clicks clicks_unique"
STATISTICS = (*_COUNTED.split(), "unsubscribes", "unsubscribe_uniques", "spam_complaints")
REPORTS = Table(
    "campaign_values",
    "versioned",
    ("campaign_id", "campaign_message_id", "send_channel"),
    (
        *columns("campaign_id campaign_message_id send_channel"),
        *columns(" ".join(STATISTICS), "bigint"),
        *columns("conversions conversion_value", "double"),
    ),
)
