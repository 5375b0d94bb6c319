"""Faults that the control plane plants: each strikes matching requests a stated number of times."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from ingestion.sandbox import row_faults
from ingestion.sandbox.http import Answer, Ask
from ingestion.sandbox.views.hubspot import rate_limit


@dataclass
class Fault:
    """A planted fault; `after` requests pass before it strikes, `times` strikes exhaust it."""

    name: str
    path: str = ""
    vendor: str = ""
    times: int = 1
    after: int = 0


@dataclass
class FaultPlan:
    """The faults that wait to strike."""

    waiting: list[Fault] = field(default_factory=list)

    def strike(self, ask: Ask, vendor: str) -> str | None:
        """Return the name of the fault that strikes this request, and use one of its strikes."""
        for fault in self.waiting:
            if fault.path not in ask.path or fault.vendor not in ("", vendor):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times > 0:
                fault.times -= 1
                return fault.name
        return None


def _status(code: int, body: dict[str, Any], **headers: str) -> Answer:
    return Answer(code, orjson.dumps(body), {"content-type": "application/json", **headers})


_RATE = rate_limit("TEN_SECONDLY_ROLLING")
# Faults that answer in the vendor's place.
INSTEAD: dict[str, Answer] = {
    "rate_limited": _status(429, _RATE, **{"retry-after": "1"}),
    "rate_limited_silent": _status(429, _RATE),
    "rate_limited_for_a_day": _status(429, _RATE, **{"retry-after": "86400"}),
    "daily_limit": _status(429, rate_limit("DAILY")),
    "throttled_400": _status(400, {"error": {"message": "User request limit reached", "code": 17}}),
    "server_error": _status(500, {"message": "internal error"}),
    "unauthorized": _status(401, {"message": "expired", "category": "EXPIRED_AUTHENTICATION"}),
    "forbidden": _status(
        403,
        {
            "message": "This app hasn't been granted all required scopes",
            "category": "MISSING_SCOPES",
            "errors": [{"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}],
        },
    ),
    "not_found": _status(404, {"message": "not found"}),
    "html": Answer(
        200, b"<html><body>Down for maintenance</body></html>", {"content-type": "text/html"}
    ),
    "error_under_200": _status(200, {"error": {"message": "backend unavailable"}}),
    "redirect_elsewhere": Answer(302, b"", {"location": "http://localhost:9/elsewhere"}),
}


def _rows(body: Any) -> tuple[dict[str, Any], str] | None:
    """The object that holds the list of records and its name; `_links` and the like are none.

    A stream is a list of pages; some vendors keep their list a level or two down.
    """
    if isinstance(body, list):
        return next((found for each in body if (found := _rows(each))), None)
    if not isinstance(body, dict):
        return None
    for name, value in body.items():
        if isinstance(value, list) and not name.startswith("_"):
            return body, name
    return next((found for each in body.values() if (found := _rows(each))), None)


def _is_bare(body: Any) -> bool:
    """Whether a body is the list of records itself, as WordPress answers."""
    return isinstance(body, list) and all(isinstance(row, dict) and "id" in row for row in body)


def spoil(name: str, answered: Answer) -> Answer:
    """Return the vendor's answer as the fault leaves it; raises KeyError for an unknown fault."""
    if name == "truncated_json":
        return Answer(answered.status, answered.body[: len(answered.body) // 2], answered.headers)
    if name == "invalid_utf8":
        return Answer(answered.status, answered.body.replace(b'"a', b'"\xff', 1), answered.headers)
    body = orjson.loads(answered.body)
    is_bare = _is_bare(body)
    if is_bare:
        # A list of records that no object holds gets one for the while.
        body = {"": body}
    found = _rows(body)
    if found is None:
        return answered
    holder, spot = found
    rows: list[Any] = holder[spot]
    if name in row_faults.NAMES:
        plain = [row for row in rows if isinstance(row, dict)]
        shown = rows if is_bare else body
        return Answer(answered.status, row_faults.spoil_rows(name, shown, plain), answered.headers)
    match name:
        case "empty_page":
            holder[spot] = []
        case "null_page":
            holder[spot] = None
        case "skipped_row":
            holder[spot] = rows[1:]
        case "duplicate_row":
            holder[spot] = [*rows, rows[0]] if rows else rows
        case "null_key":
            for row in rows[:1]:
                row["id"] = None
        case "new_column":
            for row in rows:
                row["brand_new"] = "value"
        case "nested_value":
            for row in rows[:1]:
                row.setdefault("properties", row)["email"] = {"now": "nested"}
        case "huge_integer":
            for row in rows[:1]:
                row.setdefault("properties", row)["numberofemployees"] = str(2**70)
        case "next_link_elsewhere":
            holder["paging"] = {"next": {"after": "x", "link": "http://localhost:9/elsewhere"}}
        case _:
            raise KeyError(name)
    shown = body[""] if is_bare else body
    return Answer(answered.status, orjson.dumps(shown), answered.headers)


# Faults of the connection itself, done by the server.
BROKEN = ("reset", "short_body", "hang")
SPOILED = (
    "truncated_json",
    "invalid_utf8",
    "empty_page",
    "null_page",
    "skipped_row",
    "duplicate_row",
    "null_key",
    "new_column",
    "nested_value",
    "huge_integer",
    "next_link_elsewhere",
    *row_faults.NAMES,
)
NAMES = (*INSTEAD, *SPOILED, *BROKEN)
