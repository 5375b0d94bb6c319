"""A YouTube channel -> raw_youtube, by the Data API v3 and the Analytics API v2.

The uploads playlist names the videos, `videos` describes them: one that it does not know is gone.
The numbers come from Analytics as days, whose columns are named by the answer's own headers and
whose rows have no total; they are two to three days late and restate, so two weeks are read again.
A day without a view has no row. Sources: the discovery documents of both APIs (youtube v3,
youtubeAnalytics v2) and developers.google.com/youtube/analytics/data_model.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from ingestion.auth import APP, app_or_token, secrets_of
from ingestion.catalogue import Api, Notes, Setting
from ingestion.contract import Extraction, Page, Source, Sweep, Table, Yield
from ingestion.days import days_to_read, each_day, spans
from ingestion.errors import PageBroken
from ingestion.http import Budget, Clock, Session, Verdict
from ingestion.pages import PASSES, Paging, rows_of, sure
from ingestion.shape import snake
from ingestion.sources.youtube.reports import DATA_HOST, analytics, report
from ingestion.sources.youtube.tables import (
    CHANNEL_DAYS,
    CHANNEL_METRICS,
    CHANNELS,
    FOLLOWERS,
    VIDEO_DAYS,
    VIDEO_METRICS,
    VIDEOS,
)

TOKEN_URL = "https://oauth2.googleapis.com/token"
PAGE, VIDEOS_A_REPORT, DAYS_A_CALL = 50, 200, 90
# The whole day's units are gone, or only a moment's pace was too quick.
_DAILY = {"quotaExceeded", "dailyLimitExceeded"}
_PACE = {"rateLimitExceeded", "userRateLimitExceeded"}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the channel, its videos, and the days that may have moved."""
    channel = str(ctx.config["channel_id"])
    held = _channel(ctx, channel)
    row = {**held["snippet"], **held["statistics"], "id": channel}
    yield Page("channels", [_row(CHANNELS, row)])
    seen = {"channel_id": channel, "observed_on": ctx.as_of.date()}
    yield Page("channel_followers", [{**_row(FOLLOWERS, held["statistics"]), **seen}])
    named = list(_uploads(ctx, held))
    videos = [_video(each) for each in _videos(ctx, named)]
    yield Page("videos", videos)
    yield Sweep("videos", frozenset((str(each["id"]),) for each in videos))
    first, last = days_to_read(ctx, ctx.as_of.date())
    yield Page("channel_days", list(_channel_days(ctx, channel, first, last)))
    ids = [str(each["id"]) for each in videos]
    yield Page("video_days", list(_video_days(ctx, channel, ids, first, last)))
    ctx.advance("days", last.isoformat())


def _row(table: Table, record: Mapping[str, Any]) -> dict[str, Any]:
    named = {snake(name): value for name, value in record.items()}
    return {column.name: named.get(column.name) for column in table.columns}


def _channel(ctx: Extraction, channel: str) -> dict[str, Any]:
    params = {"part": "snippet,statistics,contentDetails", "id": channel}
    where = "youtube channel"
    records, _ = sure(partial(ctx.http.get, "/youtube/v3/channels", params), "items", where, 1)
    if not records:
        raise PageBroken(f"{where}: there is none of the id {channel}. Check `channel_id`.")
    return {"snippet": {}, "statistics": {}, "contentDetails": {}, **records[0]}


def _uploads(ctx: Extraction, channel: Mapping[str, Any]) -> list[str]:
    """Return the ids of the uploads, read until as many came as are declared, or twice alike."""
    where = "youtube uploads"
    uploads = (channel["contentDetails"].get("relatedPlaylists") or {}).get("uploads")
    if not uploads:
        raise PageBroken(f"{where}: the channel names no playlist of them. Run again.")
    before: list[str] | None = None
    for _ in range(PASSES):
        paging, token, total = Paging(where), "", 0
        found: list[str] = []
        while token is not None:
            asked = {"part": "contentDetails", "playlistId": uploads, "maxResults": PAGE}
            body = ctx.http.get(
                "/youtube/v3/playlistItems", {**asked, **({"pageToken": token} if token else {})}
            )
            records = rows_of(body, "items", where)
            token = body.get("nextPageToken")
            paging.add(records, following=token)
            total = max(total, int((body.get("pageInfo") or {}).get("totalResults") or 0))
            found += [str((each.get("contentDetails") or {}).get("videoId")) for each in records]
        ids = sorted(set(found))
        # The declared total is a guess of the vendor's; two readings that are alike are none.
        if len(ids) == total or (ids and ids == before):
            return ids
        before = ids
    raise PageBroken(f"{where}: {total} were announced and {len(before or ())} came. Run again.")


def _videos(ctx: Extraction, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the videos; one that is not among the answers, asked for twice, is gone."""
    for start in range(0, len(ids), PAGE):
        asked = ids[start : start + PAGE]
        params = {"part": "snippet,statistics,status,contentDetails", "id": ",".join(asked)}
        ask = partial(ctx.http.get, "/youtube/v3/videos", params)
        records, _ = sure(ask, "items", "youtube videos", len(asked))
        if not records:
            raise PageBroken(f"youtube videos: none of {len(asked)} uploads came. Run again.")
        yield from {str(each.get("id")): each for each in records}.values()


def _video(record: Mapping[str, Any]) -> dict[str, Any]:
    parts = [record.get(part) or {} for part in ("snippet", "statistics", "contentDetails")]
    merged = {name: value for part in parts for name, value in part.items()}
    privacy = (record.get("status") or {}).get("privacyStatus")
    return _row(VIDEOS, {**merged, "id": record.get("id"), "privacyStatus": privacy})


def _channel_days(
    ctx: Extraction, channel: str, first: date, last: date
) -> Iterator[dict[str, Any]]:
    where = "youtube report by day"
    stated = set()
    for start, end in spans(first, last, DAYS_A_CALL):
        for row in report(ctx, "day", CHANNEL_METRICS, start, end):
            stated.add(str(row["day"]))
            key = {"channel_id": channel, "reported_on": row["day"]}
            yield {**_row(CHANNEL_DAYS, row), **key}
    newest = ctx.cursor("stated days", "")
    if newest and first.isoformat() <= newest <= last.isoformat() and newest not in stated:
        raise PageBroken(
            f"{where}: {newest} was stated before and is missing now. Nothing was lost and the "
            "cursor did not move: run again."
        )
    if stated:
        ctx.advance("stated days", max(stated))


def _video_days(
    ctx: Extraction, channel: str, ids: list[str], first: date, last: date
) -> Iterator[dict[str, Any]]:
    """Yield the days of every video; raises PageBroken where days that had some are empty."""
    seen: set[str] = set()
    for chunk in range(0, len(ids), VIDEOS_A_REPORT):
        filters = f"video=={','.join(ids[chunk : chunk + VIDEOS_A_REPORT])}"
        for start, end in spans(first, last, DAYS_A_CALL):
            for row in report(ctx, "day,video", VIDEO_METRICS, start, end, filters):
                seen.add(str(row["day"]))
                key = {"channel_id": channel, "video_id": row["video"], "reported_on": row["day"]}
                yield {**_row(VIDEO_DAYS, row), **key}
    newest = ctx.cursor("stated video days", "")
    days = {day.isoformat() for day in each_day(first, last)}
    if newest in days and newest not in seen:
        raise PageBroken(
            f"youtube report by day,video: {newest} had views before and has none now. Nothing "
            "was lost and the cursor did not move: run again."
        )
    if seen:
        ctx.advance("stated video days", max(seen))


def verdict(status: int, body: Any) -> Verdict:
    """Judge an answer of 400 and above: a used-up quota and a quick pace are both a 403."""
    error = body.get("error") if isinstance(body, Mapping) else None
    listed = error.get("errors") if isinstance(error, Mapping) else None
    reasons = {each.get("reason") for each in listed or () if isinstance(each, Mapping)}
    if reasons & _DAILY:
        return "stop"
    return "retry" if status == 429 or status >= 500 or reasons & _PACE else "fail"


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return the session of one channel; the vendor answers at two addresses."""
    base = str(config["base_url"])
    return Session(
        base,
        also=(analytics(base),),
        auth=app_or_token(config, TOKEN_URL, {}),
        budgets=(Budget(int(config["calls_per_10_seconds"]), 10.0),),
        verdict=verdict,
        secrets=secrets_of(config),
        clock=clock,
    )


YOUTUBE = Source(
    name="youtube",
    kind="social",
    title="YouTube",
    tables=(CHANNELS, FOLLOWERS, VIDEOS, VIDEO_DAYS, CHANNEL_DAYS),
    extract=extract,
    required=("base_url", "access_token", "channel_id"),
    secrets=("access_token", *APP),
    instead={"access_token": APP},
    session=session,
    settings=(
        Setting("base_url", f"https://{DATA_HOST}", "the address of the Data API"),
        Setting("token_url", TOKEN_URL, "where access tokens come from"),
        Setting("channel_id", None, "the channel, UC and 22 letters"),
        Setting("first_day", "2025-01-01", "the first day of numbers to read"),
        Setting("lookback_days", 14, "days read again each time: two to three late, then restated"),
        Setting("long_lookback_days", 60, "days read again once a week"),
        Setting("calls_per_10_seconds", 50, "pace; the day's quota is 10,000 units"),
    ),
    sandbox={
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "channel_id": "UCfathomSandbox0000000001",
    },
    api=Api(
        "youtube v3, youtubeAnalytics v2",
        None,
        "the discovery documents of google-api-python-client 2.202.0 (revisions 20261104 and "
        "20240707) name no end",
    ),
    notes=Notes(
        reads="The channel with its subscribers, every upload, and days of views, likes, comments, "
        "shares and minutes watched of each video and of the channel.",
        cursor="Uploads are listed whole each time; days go on from the last one that was read.",
        lookback="14 days each time and 60 once a week: Analytics is two to three days late and "
        "restates; a like that is withdrawn makes a day smaller.",
        limits="10,000 units a day for a project, one a call here; a used-up quota stops the load "
        "until midnight in California, a pace that was too quick is waited for.",
        scopes=(
            ("youtube.readonly", "the channel and its videos"),
            ("yt-analytics.readonly", "views, likes, comments and shares by day"),
        ),
        blind=(
            "The last two to three days.",
            "Days of a video that was deleted: Analytics drops them, what was loaded stays.",
            "Impressions of thumbnails and clicks on links, which the API does not tell.",
        ),
    ),
    asks={
        "youtube.readonly": lambda ctx: _channel(ctx, str(ctx.config["channel_id"])),
        "yt-analytics.readonly": lambda ctx: report(
            ctx, "day", CHANNEL_METRICS, ctx.as_of.date(), ctx.as_of.date()
        ),
    },
)
