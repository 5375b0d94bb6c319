"""Tables of raw_youtube."""

from ingestion.contract import Column, Table, columns
from ingestion.shape import snake

_BOTH = ("views", "likes", "comments", "shares", "estimatedMinutesWatched")
VIDEO_METRICS = (*_BOTH, "averageViewDuration")
CHANNEL_METRICS = (*_BOTH, "subscribersGained", "subscribersLost")
_LATE = columns("view_count subscriber_count video_count", "bigint", volatile=True)
CHANNELS = Table(
    "channels",
    "versioned",
    ("id",),
    (*columns("id title custom_url country"), Column("published_at", "timestamp"), *_LATE),
)
FOLLOWERS = Table(
    "channel_followers",
    "versioned",
    ("channel_id", "observed_on"),
    (
        Column("channel_id"),
        Column("observed_on", "date"),
        *columns("subscriber_count view_count video_count", "bigint"),
    ),
)
_SEEN = columns("view_count like_count comment_count", "bigint", volatile=True)
VIDEOS = Table(
    "videos",
    "versioned",
    ("id",),
    (
        *columns("id channel_id title description duration privacy_status"),
        Column("published_at", "timestamp"),
        *_SEEN,
    ),
)


def _metrics(names: tuple[str, ...]) -> tuple[Column, ...]:
    return columns(" ".join(snake(name) for name in names), "bigint")


VIDEO_DAYS = Table(
    "video_days",
    "versioned",
    ("channel_id", "video_id", "reported_on"),
    (*columns("channel_id video_id"), Column("reported_on", "date"), *_metrics(VIDEO_METRICS)),
)
CHANNEL_DAYS = Table(
    "channel_days",
    "versioned",
    ("channel_id", "reported_on"),
    (Column("channel_id"), Column("reported_on", "date"), *_metrics(CHANNEL_METRICS)),
)
