"""Tables of raw_linkedin_pages."""

from ingestion.contract import Column, Table, columns

COUNTERS = "impressions unique_impressions clicks likes comments shares"
VENDOR_COUNTERS = (
    "impressionCount uniqueImpressionsCount clickCount likeCount commentCount shareCount"
)
_MEASURES = (*columns(COUNTERS, "bigint"), Column("engagement", "double"))
POSTS = Table(
    "posts",
    "versioned",
    ("id",),
    (
        *columns("id author commentary lifecycle_state visibility content_type"),
        *columns("created_at published_at last_modified_at", "timestamp"),
    ),
    order="last_modified_at",
)
SHARE_STATISTICS = Table(
    "share_statistics",
    "versioned",
    ("share_id", "observed_on"),
    (*columns("share_id organization"), Column("observed_on", "date"), *_MEASURES),
)
_DAY_KEY = (Column("organization"), Column("reported_on", "date"))
PAGE_DAYS = Table(
    "page_days", "versioned", ("organization", "reported_on"), (*_DAY_KEY, *_MEASURES)
)
FOLLOWER_DAYS = Table(
    "follower_days",
    "versioned",
    ("organization", "reported_on"),
    (*_DAY_KEY, *columns("organic_gained paid_gained", "bigint")),
)
