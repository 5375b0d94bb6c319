"""YouTube's Data API v3 (lists by page token) and Analytics v2 (positional rows by index)."""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from ingestion.sandbox.announcements import CHANNEL
from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.views.google_ads import ACCESS
from ingestion.sandbox.wire import youtube
from ingestion.sandbox.wire.youtube import UPLOADS

PATHS = re.compile(r"^/(youtube/v3/|v2/reports$)")
_OBJECTS = {"day,video": "video_days", "day": "channel_days"}
_TYPES = {"day": "STRING", "video": "STRING"}


def refuse(status: int, reason: str, message: str) -> Answer:
    """Return Google's error body with its reason."""
    detail = {"message": message, "domain": "youtube", "reason": reason}
    return answer({"error": {"code": status, "message": message, "errors": [detail]}}, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a request to either API."""
    if ask.headers.get("authorization") != f"Bearer {ACCESS}":
        return refuse(401, "authError", "Invalid Credentials")
    match ask.path.rpartition("/")[2]:
        case "channels":
            return _channels(ask, world)
        case "playlistItems":
            return _uploads(ask, world)
        case "videos":
            return _videos(ask, world)
        case "reports":
            return _report(ask, world)
    return refuse(404, "notFound", "No such method.")


def _parts(ask: Ask, record: dict[str, Any]) -> dict[str, Any]:
    """What was asked for; kind, etag and id always come along."""
    kept = {"kind", "etag", "id", *ask.query.get("part", "").split(",")}
    return {name: value for name, value in record.items() if name in kept}


def _listed(kind: str, items: list[dict[str, Any]], total: int, **more: Any) -> Answer:
    info = {"totalResults": total, "resultsPerPage": len(items)}
    body = {"kind": f"youtube#{kind}ListResponse", "etag": "sandbox", **more, "pageInfo": info}
    return answer({**body, "items": items})


def _live(world: World) -> list[Change]:
    rows = world.state.rows("youtube", "videos", CHANNEL)
    return sorted((row for row in rows if row.status == "live"), key=_newest_first)


def _newest_first(row: Change) -> tuple[int, str]:
    return (-row.sort_at, row.key)


def _channels(ask: Ask, world: World) -> Answer:
    held = world.state.get("youtube", "channels", CHANNEL)
    if held is None or ask.query.get("id") != CHANNEL:
        return _listed("channel", [], 0)
    body = orjson.loads(held.body)
    body["statistics"]["videoCount"] = str(len(_live(world)))
    return _listed("channel", [_parts(ask, body)], 1)


def _uploads(ask: Ask, world: World) -> Answer:
    if ask.query.get("playlistId") != UPLOADS:
        return refuse(404, "playlistNotFound", "The playlist cannot be found.")
    size = int(ask.query.get("maxResults", "5"))
    if not 0 <= size <= 50:
        return refuse(400, "invalidParameter", "maxResults must be within 0 and 50")
    videos, start = _live(world), 0
    query = f"{UPLOADS}/{ask.query.get('part')}/{size}"
    if ask.query.get("pageToken"):
        position = position_of(ask.query["pageToken"], query)
        if position is None:
            return refuse(400, "invalidPageToken", "The page token is not valid.")
        start = position
    items = [
        _parts(ask, _item(row, number))
        for number, row in enumerate(videos[start : start + size], start)
    ]
    more = start + size < len(videos)
    following = {"nextPageToken": cursor_of(start + size, query)} if more else {}
    return _listed("playlistItem", items, len(videos), **following)


def _item(row: Change, position: int) -> dict[str, Any]:
    video = orjson.loads(row.body)
    published = video["snippet"]["publishedAt"]
    return {
        "kind": "youtube#playlistItem",
        "etag": f"i{row.key}",
        "id": f"PLI{row.key}",
        "snippet": {
            "publishedAt": published,
            "channelId": CHANNEL,
            "title": video["snippet"]["title"],
            "playlistId": UPLOADS,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": row.key},
        },
        "contentDetails": {"videoId": row.key, "videoPublishedAt": published},
    }


def _videos(ask: Ask, world: World) -> Answer:
    """Videos by their ids; one that is gone is left out without a word."""
    wanted = [id_ for id_ in ask.query.get("id", "").split(",") if id_]
    if len(wanted) > 50:
        return refuse(400, "invalidParameter", "too many ids")
    held = {row.key: row for row in _live(world)}
    found = [_parts(ask, orjson.loads(held[id_].body)) for id_ in wanted if id_ in held]
    return _listed("video", found, len(found))


def _report(ask: Ask, world: World) -> Answer:
    query = ask.query
    dimensions, metrics = query.get("dimensions", ""), query.get("metrics", "").split(",")
    if query.get("ids") not in (f"channel=={CHANNEL}", "channel==MINE"):
        return refuse(403, "forbidden", "Forbidden")
    start, size = int(query.get("startIndex", "1")), int(query.get("maxResults", "500"))
    if dimensions not in _OBJECTS or start < 1 or size > 200:
        return refuse(400, "badRequest", "The query is not supported.")
    rows = list(_days(ask, world, _OBJECTS[dimensions]))
    names = [*dimensions.split(","), *metrics]
    if rows and set(names) - rows[0].keys():
        return refuse(400, "badRequest", f"Unknown identifier ({query.get('metrics')})")
    headers = [
        {
            "name": name,
            "columnType": "DIMENSION" if name in _TYPES else "METRIC",
            "dataType": _TYPES.get(name, "INTEGER"),
        }
        for name in names
    ]
    cut = [[row[name] for name in names] for row in rows[start - 1 : start - 1 + size]]
    told = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": cut}
    return answer(told)


def _days(ask: Ask, world: World, object_: str) -> Iterable[dict[str, Any]]:
    """Days in order; those of a deleted video are told no more."""
    wanted = None
    if ask.query.get("filters", "").startswith("video=="):
        wanted = set(ask.query["filters"].removeprefix("video==").split(","))
    live = {row.key for row in _live(world)}
    for row in sorted(world.state.rows("youtube", object_, CHANNEL), key=lambda each: each.key):
        day, _, video = row.key.partition("/")
        if ask.query["startDate"] <= day <= ask.query["endDate"] and (
            not video or (video in live and (wanted is None or video in wanted))
        ):
            yield orjson.loads(row.body)


# A list costs one of the 10,000 units that a project has a day (Data API, quota costs).
_SPENT = refuse(403, "quotaExceeded", "The request cannot be completed: quota exceeded.")
VENDORS = (
    Vendor(
        "youtube",
        PATHS,
        view,
        youtube.changes,
        limits=(Limit(10_000, 86_400.0, _SPENT, "/youtube/v3/"),),
        planted=youtube.planted,
    ),
)
