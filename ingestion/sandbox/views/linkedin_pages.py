"""LinkedIn organisations: posts, share statistics (lifetime or by day) and follower statistics."""

import re
from urllib.parse import unquote

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, listed
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.wire import linkedin_pages

TOKEN = "sandbox-linkedin-token"
PATHS = re.compile(r"^/rest/(posts|organizational\w+)(/|$)")
# The statistics go back a rolling year.
YEAR_MS = 366 * 86_400_000


def refuse(status: int, code: str, message: str) -> Answer:
    """Return LinkedIn's error body."""
    return answer({"status": status, "code": code, "message": message}, status)


def refused(ask: Ask) -> Answer | None:
    """Return why a request is refused: token, version and protocol are required of each."""
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "INVALID_ACCESS_TOKEN", "Invalid access token")
    if not re.fullmatch(r"20\d{4}", ask.headers.get("linkedin-version", "")):
        return refuse(426, "NONEXISTENT_VERSION", "Requested version is not active")
    if ask.headers.get("x-restli-protocol-version") != "2.0.0":
        return refuse(400, "ILLEGAL_ARGUMENT", "Unsupported protocol version")
    return None


def view(ask: Ask, world: World) -> Answer:
    """Answer a request of an organisation's pages."""
    if (no := refused(ask)) is not None:
        return no
    match ask.path.removeprefix("/rest/"):
        case "posts":
            owner = unquote(ask.query.get("author", ""))
            rows = world.state.rows("linkedin_pages", "posts", owner)
            return _paged(ask, sorted(rows, key=lambda row: (-row.sort_at, row.key)))
        case "organizationalEntityShareStatistics":
            return _share_statistics(ask, world)
        case "organizationalEntityFollowerStatistics":
            return _days(ask, world, "follower_days")
    return refuse(404, "NOT_FOUND", "No such resource")


def _paged(ask: Ask, rows: list[Change]) -> Answer:
    rows = [row for row in rows if row.status == "live"]
    start, count = int(ask.query.get("start", "0")), int(ask.query.get("count", "10"))
    if count > 100:
        return refuse(400, "ILLEGAL_ARGUMENT", "count is larger than 100")
    links = []
    if start + count < len(rows):
        links = [
            {
                "rel": "next",
                "type": "application/json",
                "href": f"{ask.path}?start={start + count}&count={count}",
            }
        ]
    paging = {"start": start, "count": count, "total": len(rows), "links": links}
    return listed("elements", [row.body for row in rows[start : start + count]], {"paging": paging})


def _share_statistics(ask: Ask, world: World) -> Answer:
    if "timeIntervals" in ask.query:
        return _days(ask, world, "page_days")
    owner = unquote(ask.query.get("organizationalEntity", ""))
    wanted = set(re.findall(r"urn:li:share:\d+", unquote(ask.query.get("shares", ""))))
    rows = world.state.rows("linkedin_pages", "share_statistics", owner)
    found = [row.body for row in rows if row.key in wanted]
    paging = {"start": 0, "count": len(found), "total": len(found), "links": []}
    return listed("elements", found, {"paging": paging})


def _days(ask: Ask, world: World, object_: str) -> Answer:
    owner = unquote(ask.query.get("organizationalEntity", ""))
    text = unquote(ask.query.get("timeIntervals", ""))
    bounds = {name: int(value) for name, value in re.findall(r"(start|end):(\d+)", text)}
    first = max(bounds.get("start", 0), world.clock - YEAR_MS)
    last = bounds.get("end", world.clock)
    rows = world.state.rows("linkedin_pages", object_, owner)
    found = [orjson.loads(row.body) for row in rows if first <= row.sort_at < last]
    return answer({"elements": found, "paging": {"start": 0, "count": len(found), "links": []}})


VENDORS = (Vendor("linkedin_pages", PATHS, view, linkedin_pages.changes),)
