"""AdaptlyPost's public API: accounts, posts by offset, the results of one post."""

import re
from datetime import datetime
from typing import Any

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, listed
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.wire import adaptlypost

TOKEN = "adaptly_sandbox-token"
PATHS = re.compile(r"^/post/api/v1/")
# The documented limit of a token, which every answer states.
LIMIT = {"ratelimit-limit": "600", "ratelimit-remaining": "599", "ratelimit-reset": "60"}


def refuse(status: int, error: str, *messages: str, again: str = "") -> Answer:
    """Return the vendor's error body, and in how many seconds to try `again`."""
    body = {"message": list(messages), "error": error, "statusCode": status}
    return answer(body, status, **({"retry-after": again} if again else {}))


def view(ask: Ask, world: World) -> Answer:
    """Answer an AdaptlyPost request."""
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "Unauthorized", "Invalid API token")
    match ask.path.removeprefix("/post/api/v1/").split("/"):
        case ["social-accounts"]:
            rows = world.state.rows("adaptlypost", "accounts")
            return _told(listed("accounts", [row.body for row in rows], {}))
        case ["social-posts"]:
            return _posts(ask, world)
        case ["social-posts", id_, *rest]:
            row = world.state.get("adaptlypost", "posts", id_)
            if row is None or row.status != "live" or rest not in ([], ["results"]):
                return refuse(404, "Not Found", "Post not found or access denied")
            return _told(answer(_results(row) if rest else orjson.loads(row.body)))
    return refuse(404, "Not Found", f"Cannot {ask.method} {ask.path}")


def _told(answered: Answer) -> Answer:
    return Answer(answered.status, answered.body, {**answered.headers, **LIMIT})


def _results(row: Change) -> dict[str, Any]:
    post = orjson.loads(row.body)
    names = ("platform", "accountName", "status", "platformPostId", "errorMessage", "publishedAt")
    results = [
        {"platformId": each["id"], **{name: each.get(name) for name in names}}
        for each in post["platforms"]
    ]
    return {"postId": post["id"], "status": post["status"], "results": results}


def _posts(ask: Ask, world: World) -> Answer:
    limit, offset = int(ask.query.get("limit", "20")), int(ask.query.get("offset", "0"))
    if not 1 <= limit <= 100:
        return refuse(400, "Bad Request", "limit must not be greater than 100")
    if offset < 0:
        return refuse(400, "Bad Request", "offset must not be less than 0")
    question = ("adaptlypost", *(ask.query.get(name, "") for name in _FILTERS))
    rows = world.state.found(question, lambda: _found(ask, world))
    bodies = [row.body for row in rows[offset : offset + limit]]
    rest = {"total": len(rows), "hasMore": offset + limit < len(rows)}
    return _told(listed("posts", bodies, rest))


_FILTERS = ("statuses", "platforms", "startDate", "endDate", "sortOrder")


def _found(ask: Ask, world: World) -> list[Change]:
    rows = [row for row in world.state.rows("adaptlypost", "posts") if row.status == "live"]
    for name, is_kept in (("startDate", int.__ge__), ("endDate", int.__le__)):
        if bound := ask.query.get(name):
            rows = [row for row in rows if is_kept(row.sort_at, _millis(bound))]
    wanted = {name: set(filter(None, ask.query.get(name, "").split(","))) for name in _FILTERS[:2]}
    rows = [row for row in rows if _is_wanted(row, wanted)]
    newest_first = ask.query.get("sortOrder", "NEWEST") == "NEWEST"
    return sorted(rows, key=lambda row: (row.sort_at, row.key), reverse=newest_first)


def _is_wanted(row: Change, wanted: dict[str, set[str]]) -> bool:
    if not any(wanted.values()):
        return True
    post = orjson.loads(row.body)
    networks = {each["platform"] for each in post["platforms"]}
    return (not wanted["statuses"] or post["status"] in wanted["statuses"]) and (
        not wanted["platforms"] or bool(networks & wanted["platforms"])
    )


def _millis(text: str) -> int:
    instant = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+"))
    if instant.tzinfo is None:
        instant = datetime.fromisoformat(f"{text[:10]}T00:00:00+00:00")
    return int(instant.timestamp() * 1000)


VENDORS = (
    Vendor(
        "adaptlypost",
        PATHS,
        view,
        adaptlypost.changes,
        limits=(
            Limit(600, 60.0, refuse(429, "Too Many Requests", "ThrottlerException", again="60")),
        ),
        planted=adaptlypost.planted,
    ),
)
