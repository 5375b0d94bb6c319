"""Raw tables of what people did and saw: lists, posts, sales activities, forms."""

from ingestion.contract import Column, Table, columns
from ingestion.sources.file_drops.tables.where import WHERE, of_address

MEMBERS = Table(
    "members",
    "versioned",
    ("source", "list_id", "member_id"),
    (
        *columns("source list_id member_id"),
        *columns("email first_name last_name phone", pii=True),
        *columns("company_name country status"),
        *columns("created_at updated_at", "timestamp"),
        Column("is_deleted", "bool"),
        *WHERE,
    ),
    order="updated_at",
    forgotten_by=("source", "member_id"),
    hangs_on=of_address("email", "contacts"),
    born="created_at",
)
EMAIL_REPORTS = Table(
    "email_reports",
    "versioned",
    ("source", "campaign_id"),
    (
        *columns("source campaign_id"),
        *columns("emails_sent hard_bounces soft_bounces opens unique_opens", "bigint"),
        *columns("clicks unique_clicks unsubscribes complaints", "bigint"),
        *WHERE,
    ),
)
SOCIAL_POSTS = Table(
    "social_posts",
    "versioned",
    ("source", "post_id"),
    (
        *columns("source page_id post_id post_type text link"),
        Column("published_at", "timestamp"),
        Column("is_deleted", "bool"),
        *WHERE,
    ),
)
SOCIAL_POST_SNAPSHOTS = Table(
    "social_post_snapshots",
    "versioned",
    ("source", "post_id", "observed_on"),
    (
        *columns("source post_id"),
        Column("observed_on", "date"),
        *columns("impressions reach clicks likes comments shares", "bigint"),
        *WHERE,
    ),
)
SOCIAL_PAGE_DAYS = Table(
    "social_page_days",
    "versioned",
    ("source", "page_id", "reported_on"),
    (
        *columns("source page_id"),
        Column("reported_on", "date"),
        *columns("impressions reach clicks likes comments shares", "bigint"),
        *columns("followers_gained_organic followers_gained_paid", "bigint"),
        *WHERE,
    ),
)
ACTIVITIES = Table(
    "activities",
    "versioned",
    ("source", "activity_type", "source_record_id", "contact_record_id"),
    (
        *columns("source activity_type source_record_id contact_record_id owner_native_id"),
        Column("occurred_at", "timestamp"),
        Column("direction"),
        Column("is_deleted", "bool"),
        *WHERE,
    ),
)
OWNERS = Table(
    "owners",
    "versioned",
    ("source", "source_record_id"),
    (
        *columns("source source_record_id"),
        *columns("owner_name email", pii=True),
        *columns("is_active is_deleted", "bool"),
        *WHERE,
    ),
)
FORM_SUBMISSIONS = Table(
    "form_submissions",
    "versioned",
    ("source", "submission_id"),
    (
        *columns("source submission_id form_id form_name"),
        *columns("email first_name last_name phone message", pii=True),
        *columns("company_name country landing_page how_did_you_hear"),
        Column("submitted_at", "timestamp"),
        *WHERE,
    ),
    hangs_on=of_address("email", "contacts", "members"),
    born="submitted_at",
)
ACTIVITY_TYPES = {"call", "meeting", "email", "note", "task"}
MEMBER_STATUSES = {
    "subscribed",
    "unsubscribed",
    "cleaned",
    "pending",
    "transactional",
    "archived",
}
