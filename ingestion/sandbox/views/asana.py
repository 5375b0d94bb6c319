"""Asana API 1.0: compact lists unless fields are asked for, offsets that expire, batches of ten."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Limit, Vendor
from ingestion.sandbox.wire import asana
from ingestion.sandbox.wire.asana_shape import shown

TOKEN = "2/1200000000000001/sandbox:token"
ROOT = "/api/1.0"
PATHS = re.compile(r"^/api/1\.0/")
# The vendor's own tokens say so: `exp` is 900 seconds after `iat`.
OFFSET_LIVES_MS = 900_000
ACTIONS = 10
COMPACT = {
    "tasks": ("name", "resource_subtype"),
    "stories": ("created_at", "created_by", "resource_subtype", "text", "type"),
    "status_updates": ("title", "resource_subtype"),
}
_HELP = "For more information on API status codes and how to handle them, read the docs"
_OPTIONS = ("opt_fields", "opt_pretty", "limit", "offset")


def refuse(status: int, message: str, **headers: str) -> Answer:
    """Return the vendor's errors object."""
    return answer({"errors": [{"message": message, "help": _HELP}]}, status, **headers)


def view(ask: Ask, world: World) -> Answer:
    """Answer an Asana request."""
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "Not Authorized")
    path = ask.path.removeprefix(ROOT).strip("/")
    if path == "batch":
        return _batch(ask, world) if ask.method == "POST" else _nothing(ask.path)
    return _read(ask.path, ask.query, world) if ask.method == "GET" else _nothing(ask.path)


def _nothing(path: str) -> Answer:
    return refuse(404, f"No matching route for request: {path}")


def _read(path: str, query: Mapping[str, str], world: World) -> Answer:
    listed = ("tasks", "projects", "users", "workspaces", "status_updates")
    match path.removeprefix(ROOT).strip("/").split("/"):
        case [name] if name in listed:
            return _top(path, query, world, name)
        case ["projects", id_, ("sections" | "tasks") as name]:
            return _inner(path, query, world, "projects", id_, name)
        case ["tasks", id_, ("stories" | "subtasks") as name]:
            return _inner(path, query, world, "tasks", id_, name)
        case ["workspaces", id_, ("projects" | "users") as name]:
            return _top(path, {**query, "workspace": id_}, world, name)
        case [name, id_] if name in (*listed, "stories", "sections"):
            row = _live(world, name, id_)
            if row is None:
                return _unknown(name, id_)
            body = _whole(world, name, row)
            return answer({"data": shown(body, query["opt_fields"]) if _asks(query) else body})
    return _nothing(path)


def _unknown(name: str, id_: str, status: int = 404) -> Answer:
    kind = name.removesuffix("s")
    return refuse(status, f"{kind}: Unknown object: {id_}")


def _asks(query: Mapping[str, str]) -> bool:
    return bool(query.get("opt_fields"))


def _live(world: World, name: str, id_: str) -> Change | None:
    row = world.state.get("asana", name, id_)
    return row if row is not None and row.status == "live" else None


def _whole(world: World, name: str, row: Change) -> dict[str, Any]:
    """Return a record with what is reckoned when it is asked for."""
    body = orjson.loads(row.body)
    if name == "tasks":
        below = world.state.rows("asana", "tasks", row.key)
        body["num_subtasks"] = sum(each.status == "live" for each in below)
    return body


def _top(path: str, query: Mapping[str, str], world: World, name: str) -> Answer:
    """Answer a list that stands by itself, which needs to be told of what."""
    if name == "tasks":
        project = query.get("project")
        if not project:
            told = "You should specify one of project, tag, section, user task list, or assignee"
            return refuse(400, f"{told} + workspace")
        return _inner(path, query, world, "projects", project, "tasks")
    if name == "status_updates":
        return _inner(path, query, world, "projects", query.get("parent", ""), name)
    rows = [row for row in world.state.rows("asana", name) if row.status == "live"]
    workspace = query.get("workspace")
    if workspace and _live(world, "workspaces", workspace) is None:
        return _unknown("workspaces", workspace, 400)
    if name == "projects" and (archived := query.get("archived")):
        wanted = archived.lower() == "true"
        rows = [row for row in rows if orjson.loads(row.body)["archived"] == wanted]
    return _paged(path, query, world, name, rows)


def _inner(
    path: str, query: Mapping[str, str], world: World, owner: str, id_: str, name: str
) -> Answer:
    """Answer a list that belongs to a record."""
    if _live(world, owner, id_) is None:
        return _unknown(owner, id_, 404 if f"/{id_}/" in path else 400)
    kind = "tasks" if name == "subtasks" else name
    if owner == "projects" and name == "tasks":
        places = world.state.rows("asana", "places", id_)
        keys = [each.key.partition(":")[2] for each in places if each.status == "live"]
        rows = [row for key in keys if (row := _live(world, "tasks", key))]
    else:
        rows = world.state.rows("asana", kind, id_)
        rows = [row for row in rows if row.status == "live"]
    for asked in ("modified_since", "created_since"):
        if since := query.get(asked):
            bound = datetime.fromisoformat(since.replace(" ", "+")).timestamp() * 1000
            rows = [row for row in rows if row.sort_at >= bound]
    if "completed_since" in query:
        return refuse(400, "completed_since: the made-up company's Asana does not filter by it")
    return _paged(path, query, world, kind, rows)


def _paged(
    path: str, query: Mapping[str, str], world: World, name: str, rows: list[Change]
) -> Answer:
    """Answer a page. Without a limit a short list comes whole, and no next page is named."""
    limit = query.get("limit", "")
    if limit and not (limit.isdigit() and 1 <= int(limit) <= 100):
        return refuse(400, "limit: Must be between 1 and 100")
    bound = f"{path}?{urlencode(sorted((k, v) for k, v in query.items() if k not in _OPTIONS))}"
    start = 0
    if offset := query.get("offset"):
        found = _position(offset, bound, world)
        if isinstance(found, Answer):
            return found
        start = found
    size = int(limit) if limit else len(rows)
    fields = query.get("opt_fields") or ",".join(COMPACT.get(name, ("name",)))
    rows_shown = [shown(_whole(world, name, row), fields) for row in rows[start : start + size]]
    if not _asks(query):
        kind = {"status_updates": "status_update", "stories": "story"}.get(name, name[:-1])
        rows_shown = [{"resource_type": kind, **each} for each in rows_shown]
    body: dict[str, Any] = {"data": rows_shown}
    if limit:
        body["next_page"] = None
        if start + size < len(rows):
            token = cursor_of(start + size, f"{world.clock}|{bound}")
            page = f"{path}?{urlencode({**query, 'offset': token})}"
            body["next_page"] = {
                "offset": token,
                "path": page.removeprefix(ROOT),
                "uri": f"https://app.asana.com{page}",
            }
    return answer(body)


def _position(offset: str, bound: str, world: World) -> int | Answer:
    """Return where an offset goes on; the vendor's refusal where it is old or of another list."""
    invalid = refuse(400, "offset: Your pagination token is invalid.")
    for issued in _issued(offset):
        position = position_of(offset, f"{issued}|{bound}")
        if position is None:
            return invalid
        if world.clock - issued > OFFSET_LIVES_MS:
            return refuse(400, "offset: Your pagination token has expired.")
        return position
    return invalid


def _issued(offset: str) -> list[int]:
    """Return the instant that a token was given out at, as it says itself."""
    try:
        text = base64.urlsafe_b64decode(offset + "=" * (-len(offset) % 4)).decode()
        return [int(text.split("|")[1])]
    except (ValueError, IndexError):
        return []


def _batch(ask: Ask, world: World) -> Answer:
    actions = (ask.json().get("data") or {}).get("actions") or []
    if not 1 <= len(actions) <= ACTIONS:
        return refuse(400, f"actions: Must be between 1 and {ACTIONS} actions")
    return answer({"data": [_acted(action, world) for action in actions]})


def _acted(action: Mapping[str, Any], world: World) -> dict[str, Any]:
    """Return the result of one action; each has a status of its own."""
    options = action.get("options") or {}
    query = {name: str(value) for name, value in (action.get("data") or {}).items()}
    query |= {name: str(options[name]) for name in ("limit", "offset") if name in options}
    if options.get("fields"):
        query["opt_fields"] = ",".join(options["fields"])
    path = str(action.get("relative_path"))
    is_get = str(action.get("method")).lower() == "get" and "?" not in path
    told = _read(f"{ROOT}{path}", query, world) if is_get else _nothing(path)
    return {"status_code": told.status, "headers": {}, "body": orjson.loads(told.body)}


def _lists(ask: Ask) -> int:
    """Return how many calls a request counts for: a batch for each of its actions."""
    if not ask.path.endswith("/batch"):
        return 1
    return max(1, len((ask.json().get("data") or {}).get("actions") or []))


# A paid domain allows a token 1,500 calls a minute (the vendor's page on rate limits). This
# company's allows as many as its reader makes at the sandbox's pace: a first run need not wait.
CALLS = 60_000
_TOLD = "You've made too many requests and hit a rate limit. Please retry after the given amount"
_FAST = refuse(429, f"{_TOLD} of time.", **{"retry-after": "60"})
VENDORS = (
    Vendor(
        "asana",
        PATHS,
        view,
        asana.changes,
        limits=(Limit(CALLS, 60.0, _FAST, counts=_lists),),
        planted=asana.planted,
    ),
)
