"""The raw tables of Mailchimp, in the names of its API."""

from ingestion.contract import Column, Hang, Table, columns

LISTS = Table(
    "lists",
    "versioned",
    ("id",),
    (
        *columns("id name"),
        Column("date_created", "timestamp"),
        Column("stats__member_count", "bigint", volatile=True),
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
        *columns("timestamp_signup timestamp_opt last_changed", "timestamp"),
    ),
    order="last_changed",
    ignored=("links",),
    # An address that was deleted for good comes back only if its owner subscribes again.
    born="timestamp_opt",
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id type status recipients__list_id settings__subject_line settings__title"),
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
        *columns("id campaign_title list_id"),
        Column("send_time", "timestamp"),
        *columns("emails_sent abuse_reports unsubscribed", "bigint"),
        *columns("bounces__hard_bounces bounces__soft_bounces", "bigint"),
        *columns("opens__opens_total opens__unique_opens", "bigint"),
        *columns("clicks__clicks_total clicks__unique_clicks", "bigint"),
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
