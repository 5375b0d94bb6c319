"""AdaptlyPost, the tool that publishes on the networks -> raw_adaptlypost, by its public REST API.

A post carries one row a network with what became of it there, the network's own id and address of
the post included, so the results of each post need no call of their own. The list has no filter by
change and its filters by date go by the schedule, so it is read whole each time, oldest first: what
is added meanwhile comes last, what is deleted shifts the offsets and has the list read again. A
failure that was tried again is overwritten; only the versions in raw remember it.
Source of the facts: the vendor's own reference and command line client (adaptlypost/agent,
adaptlypost/adaptlypost-cli). Its analytics endpoints are left to the networks themselves.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ingestion.auth import bearer
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Column, Extraction, Page, Source, Sweep, Table, Yield, columns
from ingestion.guards import refuse_emptied
from ingestion.http import Budget, Clock, Session
from ingestion.pages import Declared, Paging, rows_of, sure, whole
from ingestion.shape import flat

ROOT = "/post/api/v1"
PAGE = 100
# Two vocabularies are in the wild, and no version says which one answers: both are read, a word of
# neither goes to quarantine until seeds/publish_statuses.csv says what it means.
POST_STATUSES = (
    *("DRAFT", "SCHEDULED", "PENDING", "PUBLISHING", "COMPLETED", "PARTIAL_FAILURE", "FAILED"),
    *("PROCESSING", "PUBLISHED"),
)
NETWORK_STATUSES = (
    *("PENDING", "PUBLISHING", "PUBLISHED", "FAILED"),
    *("PROCESSING", "RETRY", "DRAFT"),
)
# How a network is to show a post: choices of its author that no number depends on.
_CHOICES = (
    *("media_urls", "text", "raw_error_message", "thumbnail_url", "facebook_video_title"),
    *("facebook_page_external_id", "linkedin_document_title", "instagram_post_type"),
    *("facebook_post_type", "youtube_post_type", "youtube_video_title", "youtube_tags"),
    *("youtube_privacy_status", "youtube_license", "youtube_notify_subscribers"),
    *("youtube_allow_embedding", "youtube_made_for_kids", "youtube_category_id"),
    *("youtube_playlist_id", "pinterest_board_id", "pinterest_title", "pinterest_link"),
    *("tiktok_title", "tiktok_caption", "tiktok_privacy_level", "tiktok_allow_comments"),
    *("tiktok_allow_duet", "tiktok_allow_stitch", "tiktok_send_as_draft", "tiktok_ai_generated"),
    *("tiktok_branded_content", "tiktok_branded_own_brand", "tiktok_auto_add_music"),
    "tiktok_draft_fallback",
)
_CHANGED = columns("created_at updated_at", "timestamp")
ACCOUNTS = Table(
    "accounts",
    "versioned",
    ("id",),
    columns("id platform display_name username status unauthorized_reason page_id"),
    ignored=("avatar_url",),
)
POSTS = Table(
    "posts",
    "versioned",
    ("id",),
    (
        *columns("id content_type text timezone"),
        Column("user_id", pii=True),
        Column("status", words=POST_STATUSES),
        Column("scheduled_at", "timestamp"),
        *_CHANGED,
    ),
    order="updated_at",
    ignored=("media_urls", "thumbnail_url", "thumbnail_timestamp_ms"),
)
POST_PLATFORMS = Table(
    "post_platforms",
    "versioned",
    ("id",),
    (
        *columns("id post_id platform connection_id page_id account_name platform_post_id"),
        *columns("post_url error_message"),
        Column("status", words=NETWORK_STATUSES),
        Column("published_at", "timestamp"),
        *_CHANGED,
    ),
    order="updated_at",
    ignored=_CHOICES,
)


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the accounts and every post with its networks; what is in no list is gone."""
    where = "adaptlypost accounts"
    ask = partial(ctx.http.get, f"{ROOT}/social-accounts")
    accounts, _ = sure(ask, "accounts", where, None)
    refuse_emptied(ctx, where, len(accounts))
    yield _page(ACCOUNTS, accounts)
    yield _sweep(ACCOUNTS, accounts)
    posts: dict[str, dict[str, Any]] = {}
    for records in _posts(ctx):
        posts |= {str(record.get("id")): record for record in records}
    refuse_emptied(ctx, "adaptlypost posts", len(posts))
    bare = [{k: v for k, v in each.items() if k != "platforms"} for each in posts.values()]
    rows = [
        {**row, "postId": each.get("id")}
        for each in posts.values()
        for row in rows_of(each, "platforms", "adaptlypost posts")
    ]
    for table, records in ((POSTS, bare), (POST_PLATFORMS, rows)):
        yield _page(table, records)
        yield _sweep(table, records)


def _posts(ctx: Extraction) -> Iterator[list[dict[str, Any]]]:
    """Yield pages of posts, oldest first, until as many different ones came as are declared."""

    def read(paging: Paging) -> Iterator[Declared]:
        offset, more = 0, True
        while more:
            params = {"limit": PAGE, "offset": offset, "sortOrder": "OLDEST"}
            body = ctx.http.get(f"{ROOT}/social-posts", params)
            records = rows_of(body, "posts", paging.where)
            total = int(body.get("total") or 0)
            offset += len(records)
            # Either sign of an end may be wrong alone: the list ends where both say so.
            more = bool(records) and (offset < total or body.get("hasMore") is True)
            paging.add(records, following=str(offset) if more else None)
            yield records, total

    return whole("adaptlypost posts", read)


def _page(table: Table, records: list[dict[str, Any]]) -> Page:
    """Every declared field is handed over; what is undeclared is counted as drift."""
    empty = dict.fromkeys(column.name for column in table.columns)
    return Page(table.name, [{**empty, **flat(record)} for record in records])


def _sweep(table: Table, records: list[dict[str, Any]]) -> Sweep:
    return Sweep(table.name, frozenset((str(each.get("id")),) for each in records))


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one account group: 600 calls a minute for a token."""
    token = str(config["access_token"])
    return Session(
        str(config["base_url"]),
        auth=bearer(token),
        budgets=(Budget(int(config["calls_per_10_seconds"]), 10.0),),
        secrets=(token,),
        clock=clock,
    )


ADAPTLYPOST = Source(
    name="adaptlypost",
    kind="publishing",
    title="AdaptlyPost",
    tables=(ACCOUNTS, POSTS, POST_PLATFORMS),
    extract=extract,
    required=("base_url", "access_token"),
    secrets=("access_token",),
    session=session,
    settings=(
        Setting("base_url", "https://post.adaptlypost.com", "the address of the API"),
        Setting("calls_per_10_seconds", 100, "pace; a token has 600 calls a minute"),
    ),
    sandbox={"access_token": "adaptly_sandbox-token"},
    api=Api(
        "v1",
        None,
        "the vendor's reference and clients name /post/api/v1 and no end of it "
        "(github.com/adaptlypost/agent)",
    ),
    notes=Notes(
        reads="The connected accounts; every post from draft to published with its schedule; for "
        "each network of a post its status, error, instant, and the network's own id and address.",
        cursor="None: the vendor filters by schedule and not by change, so all is read each time.",
        lookback="All of it each time; a post that is in the list no longer was deleted.",
        limits="600 calls a minute for a token; a 429 is waited for as long as it says.",
        scopes=(("adaptly_ token", "reads the accounts and posts of one account group"),),
        blind=(
            "Attempts between two loads: a retry overwrites the error before it.",
            "What was published without the tool.",
            "Reach and reactions: the networks state them, the tool's own analytics are not read.",
        ),
    ),
)
