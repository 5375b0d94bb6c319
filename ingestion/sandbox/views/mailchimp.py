"""Mailchimp Marketing API 3.0: offset paging that shifts under writes, problem+json errors."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from ingestion.sandbox.company import DAY
from ingestion.sandbox.http import Answer, Ask, World, listed
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.wire import mailchimp_audience, mailchimp_truth

KEY = "sandboxkey-us21"
PATHS = re.compile(r"^/3\.0(/|$)")


def refuse(status: int, title: str, detail: str) -> Answer:
    """Return Mailchimp's problem document."""
    body = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "0000",
    }
    return Answer(status, orjson.dumps(body), {"content-type": "application/problem+json"})


def view(ask: Ask, world: World) -> Answer:
    """Answer a Mailchimp request."""
    if not _known(ask.headers.get("authorization", "")):
        return refuse(401, "API Key Invalid", "Your API key may be invalid.")
    parts = ask.path.removeprefix("/3.0").strip("/").split("/")
    match parts:
        case ["ping"]:
            return Answer(
                200,
                b'{"health_status":"Everything\'s Chimpy!"}',
                {"content-type": "application/json"},
            )
        case ["reporting", "landing-pages"]:
            return _page(ask, "landing_pages", world.state.rows("mailchimp", "landing_pages"), {})
        case [("lists" | "campaigns" | "reports" | "automations") as object_]:
            return _page(ask, object_, world.state.rows("mailchimp", object_), {})
        case [("lists" | "campaigns" | "reports") as object_, id_]:
            row = world.state.get("mailchimp", object_, id_)
            return (
                _missing()
                if row is None
                else _narrowed(
                    ask.query, Answer(200, row.body, {"content-type": "application/json"})
                )
            )
        case [("lists" | "reports") as object_, id_, _] if (
            world.state.get("mailchimp", object_, id_) is None
        ):
            return _missing()
        case ["lists", id_, "members"]:
            return _page(
                ask, "members", world.state.rows("mailchimp", "members", id_), {"list_id": id_}
            )
        case ["lists", id_, ("segments" | "growth-history" | "activity") as child]:
            rows = world.state.rows("mailchimp", child.replace("-", "_"), id_)
            if child == "activity":
                # The vendor keeps 180 days of these.
                rows = [row for row in rows if row.sort_at >= world.clock - 180 * DAY]
            name = {"growth-history": "history"}.get(child, child)
            return _page(ask, name, rows, {"list_id": id_})
        case ["lists", id_, "segments", segment, "members"]:
            rows = world.state.rows("mailchimp", "segment_members", segment)
            return _page(ask, "members", rows, {})
        case ["reports", id_, "click-details"]:
            rows = world.state.rows("mailchimp", "click_details", id_)
            return _page(ask, "urls_clicked", rows, {"campaign_id": id_})
        case [
            "reports",
            id_,
            ("sent-to" | "email-activity" | "unsubscribed" | "abuse-reports") as child,
        ]:
            rows = world.state.rows("mailchimp", child.replace("-", "_"), id_)
            name = {"email-activity": "emails", "unsubscribed": "unsubscribes"}.get(
                child, child.replace("-", "_")
            )
            return _page(ask, name, rows, {"campaign_id": id_})
    return _missing()


def _missing() -> Answer:
    return refuse(404, "Resource Not Found", "The requested resource could not be found.")


def _known(header: str) -> bool:
    scheme, _, value = header.partition(" ")
    if scheme == "Bearer":
        return value == KEY
    try:
        return scheme == "Basic" and base64.b64decode(value).decode().partition(":")[2] == KEY
    except ValueError:
        return False


def _millis(text: str) -> int:
    return int(
        datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+")).timestamp() * 1000
    )


def _page(ask: Ask, name: str, rows: list[Change], rest: dict[str, Any]) -> Answer:
    query = ask.query
    count, offset = int(query.get("count", "10")), int(query.get("offset", "0"))
    if not 0 <= count <= 1000:
        return refuse(400, "Invalid Resource", "count must be between 0 and 1000")
    rows = [row for row in rows if row.status in ("live", "archived")]
    if query.get("status"):
        rows = [row for row in rows if orjson.loads(row.body).get("status") == query["status"]]
    for bound in ("since_last_changed", "since_send_time", "since"):
        if query.get(bound):
            rows = [row for row in rows if row.sort_at >= _millis(query[bound])]
    if query.get("sort_field") in ("last_changed", "send_time", "date_created", "timestamp_opt"):
        rows = sorted(
            rows, key=lambda row: (row.sort_at, row.key), reverse=query.get("sort_dir") == "DESC"
        )
    bodies = [row.body for row in rows[offset : offset + count]]
    if name == "emails" and query.get("since"):
        bodies = [_since(body, _millis(query["since"])) for body in bodies]
    return _narrowed(query, listed(name, bodies, {**rest, "total_items": len(rows), "_links": []}))


def _narrowed(query: Mapping[str, str], answered: Answer) -> Answer:
    """Return the answer with only the `fields` asked for, or without the `exclude_fields`.

    Names go down with dots and pass through lists: `members.merge_fields.FNAME`.
    """
    kept, left = (
        [field.split(".") for field in query.get(name, "").split(",") if field]
        for name in ("fields", "exclude_fields")
    )
    if not kept and not left:
        return answered
    body = orjson.loads(answered.body)
    body = _keep(body, kept) if kept else _leave(body, left)
    return Answer(answered.status, orjson.dumps(body), answered.headers)


def _keep(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_keep(each, paths) for each in value]
    if not isinstance(value, dict) or [] in paths:
        return value
    found = {name: [path[1:] for path in paths if path[0] == name] for name in value}
    return {name: _keep(value[name], below) for name, below in found.items() if below}


def _leave(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_leave(each, paths) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: [path[1:] for path in paths if path and path[0] == name] for name in value}
    return {name: _leave(value[name], below) for name, below in found.items() if [] not in below}


def _since(body: bytes, since: int) -> bytes:
    """Only the activity at or after `since`, as the vendor filters it."""
    record = orjson.loads(body)
    record["activity"] = [
        each for each in record["activity"] if _millis(each["timestamp"]) >= since
    ]
    return orjson.dumps(record)


# Ten connections at one time (the vendor's documentation).
_CROWDED = refuse(
    429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."
)
VENDORS = (
    Vendor(
        "mailchimp",
        PATHS,
        view,
        mailchimp_audience.changes,
        at_once=(10, _CROWDED),
        planted=mailchimp_truth.planted,
        people=mailchimp_truth.people,
        truth={"opens": mailchimp_truth.opens},
    ),
)
