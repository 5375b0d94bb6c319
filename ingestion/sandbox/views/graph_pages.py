"""Meta's Graph for pages and Instagram: nodes, edges by cursor, insights by metric."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from ingestion.sandbox.announcements import INSTAGRAM, PAGE
from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.wire import facebook_pages, instagram
from ingestion.sandbox.wire.facebook_pages import DIED, end_of, graph_time
from ingestion.sandbox.wire.instagram import FEW_VIEWERS

TOKEN = "sandbox-page-token"
# Ids tell whose they are: a page's, one of its posts, an account of Instagram, one of its media.
PAGE_PATHS = re.compile(rf"^/v\d+\.0/{PAGE}(_\d+)?(/|$)")
INSTAGRAM_PATHS = re.compile(rf"^/v\d+\.0/({INSTAGRAM}|179\d{{14}})(/|$)")
_PATH = re.compile(r"^/v\d+\.0/(?P<node>[\d_]+)(/(?P<edge>\w+))?$")
_LONGEST = 93 * 86_400


def refuse(code: int, message: str) -> Answer:
    """Return Graph's error body; nearly everything comes under status 400."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Asandbox"}
    return answer({"error": error}, 400)


def page_view(ask: Ask, world: World) -> Answer:
    """Answer a request about the page or one of its posts."""
    vendor, (id_, edge) = "facebook_pages", _parts(ask)
    if refused := _refused(ask):
        return refused
    post = world.state.get(vendor, "posts", id_)
    match edge:
        case None if id_ == PAGE:
            held = world.state.get(vendor, "pages", PAGE)
            return _node(ask, orjson.loads(held.body) if held else {})
        case None if post is not None and post.status == "live":
            return _node(ask, orjson.loads(post.body))
        case "published_posts" if id_ == PAGE:
            return _edge(ask, world.state.rows(vendor, "posts", PAGE))
        case "insights" if id_ == PAGE:
            return _page_days(ask, world)
        case "insights" if post is not None and post.status == "live":
            return _lifetime(ask, world.state.get(vendor, "post_insights", id_), id_)
    return _unknown(id_)


def instagram_view(ask: Ask, world: World) -> Answer:
    """Answer a request about the account or one of its media."""
    vendor, (id_, edge) = "instagram", _parts(ask)
    if refused := _refused(ask):
        return refused
    media = world.state.rows(vendor, "media", INSTAGRAM)
    medium = world.state.get(vendor, "media", id_)
    match edge:
        case None if id_ == INSTAGRAM:
            held = world.state.get(vendor, "users", INSTAGRAM)
            count = sum(row.status == "live" for row in media)
            return _node(ask, {**(orjson.loads(held.body) if held else {}), "media_count": count})
        case None if medium is not None and medium.status == "live":
            return _node(ask, orjson.loads(medium.body))
        case "media" if id_ == INSTAGRAM:
            return _edge(ask, media)
        case "insights" if id_ == INSTAGRAM:
            return _user_days(ask, world)
        case "insights" if medium is not None and medium.status == "live":
            held = world.state.get(vendor, "media_insights", id_)
            if held is not None and orjson.loads(held.body)["views"] < FEW_VIEWERS:
                return refuse(10, "(#10) Not enough viewers for the media to show insights")
            return _lifetime(ask, held, id_)
    return _unknown(id_)


def _parts(ask: Ask) -> tuple[str, str | None]:
    found = _PATH.match(ask.path)
    return (found["node"], found["edge"]) if found else ("", "")


def _refused(ask: Ask) -> Answer | None:
    """The token comes in the header or, as the SDK sends it, as a parameter."""
    given = ask.headers.get("authorization", "").removeprefix("Bearer ")
    if TOKEN in (given, ask.query.get("access_token")):
        return None
    return refuse(190, "Error validating access token: The session is invalid.")


def _unknown(id_: str) -> Answer:
    told = f"Unsupported get request. Object with ID '{id_}' does not exist"
    return refuse(100, told)


def _fields(ask: Ask) -> list[str]:
    return [name for name in ask.query.get("fields", "id").split(",") if name]


def _node(ask: Ask, record: dict[str, Any]) -> Answer:
    return answer(_chosen(ask, record))


def _chosen(ask: Ask, record: dict[str, Any]) -> dict[str, Any]:
    """The fields that were asked for; the id always comes along."""
    return {name: record[name] for name in dict.fromkeys((*_fields(ask), "id")) if name in record}


def _edge(ask: Ask, rows: Iterable[Change]) -> Answer:
    live = sorted((row for row in rows if row.status == "live"), key=_newest_first)
    limit = min(int(ask.query.get("limit", "25")), 100)
    query, start = f"{ask.path}?{ask.query.get('fields', '')}", 0
    if ask.query.get("after"):
        position = position_of(ask.query["after"], query)
        if position is None:
            return refuse(100, "Invalid cursors values were provided")
        start = position
    page = [_chosen(ask, orjson.loads(row.body)) for row in live[start : start + limit]]
    body: dict[str, Any] = {"data": page}
    if page:
        after = cursor_of(start + limit, query)
        cursors = {"before": cursor_of(start, query), "after": after}
        paging: dict[str, Any] = {"cursors": cursors}
        body["paging"] = paging
        # `after` is there even on the last page; the end is where `next` is not.
        if start + limit < len(live):
            shown = {name: value for name, value in ask.query.items() if name != "access_token"}
            link = urlencode({**shown, "limit": limit, "after": after})
            paging["next"] = f"http://{ask.headers.get('host')}{ask.path}?{link}"
    if "total_count" in ask.query.get("summary", ""):
        body["summary"] = {"total_count": len(live)}
    return answer(body)


def _newest_first(row: Change) -> tuple[int, str]:
    return (-row.sort_at, row.key)


def _metrics(ask: Ask) -> list[str]:
    """The metrics asked for, parted by commas or, as the SDK sends them, in a JSON list."""
    return re.findall(r"\w+", ask.query.get("metric", ""))


def _invalid() -> Answer:
    return refuse(100, "(#100) The value must be a valid insights metric")


def _insights(ask: Ask, id_: str, period: str, told: Callable[[str], dict[str, Any]]) -> Answer:
    """One record a metric. Real answers page through time as well, which no reader here follows."""
    records = [
        {
            "name": name,
            "period": period,
            **told(name),
            "title": name,
            "description": name,
            "id": f"{id_}/insights/{name}/{period}",
        }
        for name in _metrics(ask)
    ]
    return answer({"data": records})


def _lifetime(ask: Ask, held: Change | None, id_: str) -> Answer:
    if held is None:
        return answer({"data": []})
    values = orjson.loads(held.body)
    if not _metrics(ask) or set(_metrics(ask)) - values.keys():
        return _invalid()
    return _insights(ask, id_, "lifetime", lambda name: {"values": [{"value": values[name]}]})


def _page_days(ask: Ask, world: World) -> Answer:
    if not {"since", "until"} <= ask.query.keys():
        return refuse(100, "(#100) the sandbox wants since and until")
    since, until = date.fromisoformat(ask.query["since"]), date.fromisoformat(ask.query["until"])
    if (until - since).days * 86_400 > _LONGEST:
        return refuse(100, "(#100) There cannot be more than 93 days (8035200 s) between")
    known = {row.key: row for row in world.state.rows("facebook_pages", "page_days", PAGE)}
    some = orjson.loads(next(iter(known.values())).body) if known else {}
    dead = {name for name, died in DIED.items() if died <= world.clock}
    if ask.query.get("period") != "day" or set(_metrics(ask)) - (some.keys() - dead):
        return _invalid()
    days = [(since + timedelta(days=number)).isoformat() for number in range((until - since).days)]
    found = [(day, orjson.loads(known[day].body)) for day in days if day in known]
    ends = {day: graph_time(end_of(day)) for day, _ in found}
    return _insights(
        ask,
        PAGE,
        "day",
        lambda name: {
            "values": [{"value": body[name], "end_time": ends[day]} for day, body in found]
        },
    )


def _user_days(ask: Ask, world: World) -> Answer:
    since, until = int(ask.query["since"]), int(ask.query["until"])
    if until - since > 30 * 86_400:
        return refuse(100, "(#100) There cannot be more than 30 days (2592000 s) between")
    rows = [
        row
        for row in world.state.rows("instagram", "user_days", INSTAGRAM)
        if since * 1000 <= row.sort_at < until * 1000
    ]
    bodies = [(row.sort_at, orjson.loads(row.body)) for row in rows]
    names = set(_metrics(ask))
    if names == {"follower_count"}:
        if since * 1000 < world.clock - 31 * 86_400_000:
            return refuse(100, "(#100) follower_count only supports querying the last 30 days")
        series = [
            {"value": body["follower_count"], "end_time": graph_time(at + 7 * 3_600_000)}
            for at, body in bodies
        ]
        return _insights(ask, INSTAGRAM, "day", lambda _: {"values": series})
    known = {"views", "reach", "likes", "comments", "shares", "saves", "profile_links_taps"}
    if ask.query.get("metric_type") != "total_value" or names - known - {"total_interactions"}:
        return _invalid()
    if not bodies:
        # What is not available is an empty list instead of a zero.
        return answer({"data": []})
    return _insights(
        ask,
        INSTAGRAM,
        "day",
        lambda name: {"total_value": {"value": sum(body[name] for _, body in bodies)}},
    )


VENDORS = (
    Vendor(
        "facebook_pages",
        PAGE_PATHS,
        page_view,
        facebook_pages.changes,
        planted=facebook_pages.planted,
    ),
    Vendor(
        "instagram",
        INSTAGRAM_PATHS,
        instagram_view,
        instagram.changes,
        planted=instagram.planted,
    ),
)
