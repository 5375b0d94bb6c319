"""Tables of raw_instagram, and the metrics that fill them."""

from ingestion.contract import Column, Table, columns

USER_METRICS = (
    *("views", "reach", "total_interactions", "likes", "comments", "shares", "saves"),
    "profile_links_taps",
)
MEDIA_METRICS = (*("views", "reach", "total_interactions", "likes", "comments", "shares", "saved"),)
USERS = Table(
    "users",
    "versioned",
    ("id",),
    (
        *columns("id username name"),
        *columns("followers_count follows_count media_count", "bigint", volatile=True),
    ),
)
FOLLOWERS = Table(
    "user_followers",
    "versioned",
    ("user_id", "observed_on"),
    (
        Column("user_id"),
        Column("observed_on", "date"),
        *columns("followers_count follows_count media_count", "bigint"),
    ),
)
MEDIA = Table(
    "media",
    "versioned",
    ("id",),
    (
        *columns("id user_id caption media_type media_product_type permalink"),
        Column("timestamp", "timestamp"),
    ),
)
MEDIA_INSIGHTS = Table(
    "media_insights",
    "versioned",
    ("media_id", "observed_on"),
    (
        Column("media_id"),
        Column("observed_on", "date"),
        *columns(" ".join(MEDIA_METRICS), "bigint"),
    ),
)
USER_DAYS = Table(
    "user_days",
    "versioned",
    ("user_id", "reported_on"),
    (
        Column("user_id"),
        Column("reported_on", "date"),
        *columns(" ".join(USER_METRICS), "bigint"),
    ),
)
GAINED = Table(
    "user_follower_days",
    "versioned",
    ("user_id", "reported_on"),
    (Column("user_id"), Column("reported_on", "date"), Column("follower_count", "bigint")),
)
