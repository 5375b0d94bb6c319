"""Google Ads REST: a refresh-token exchange, searchStream and search over a subset of GAQL."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.ledger import Change

PATHS = re.compile(r"^/(v\d+/customers/|oauth2/v4/token|token$)")
ACCESS = "sandbox-access-token"
CREDENTIALS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
DEVELOPER_TOKEN = "sandbox-developer"
CHUNK = 1_000
_CALL = re.compile(r"^/v(\d+)/customers/(\d+)/googleAds:(searchStream|search)$")
_QUERY = re.compile(
    r"^\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<resource>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*(?:PARAMETERS\s+.+)?$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"^\s*([\w.]+)\s*(BETWEEN|>=|<=|!=|=|>|<|IN|NOT IN)\s*(.+?)\s*$", re.IGNORECASE | re.DOTALL
)
_DAYS = {"campaign": "campaign_days", "ad_group": "ad_group_days", "ad_group_ad": "ad_days"}


def refuse(status: int, name: str, message: str, code: dict[str, str] | None = None) -> Answer:
    """Return Google's error body; details carry the Ads error code where there is one."""
    details = (
        [
            {
                "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
                "errors": [{"errorCode": code, "message": message}],
                "requestId": "sandbox",
            }
        ]
        if code
        else []
    )
    body = {"error": {"code": status, "message": message, "status": name, "details": details}}
    return answer(body, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a Google Ads or token request."""
    if ask.path.endswith("token"):
        return _token(ask)
    if ask.headers.get("authorization") != f"Bearer {ACCESS}":
        return refuse(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials.",
            {"authenticationError": "OAUTH_TOKEN_INVALID"},
        )
    if ask.headers.get("developer-token") != DEVELOPER_TOKEN:
        return refuse(
            403,
            "PERMISSION_DENIED",
            "The developer token is not valid.",
            {"authorizationError": "DEVELOPER_TOKEN_NOT_APPROVED"},
        )
    found = _CALL.match(ask.path)
    if not found:
        return refuse(404, "NOT_FOUND", "No such method.")
    return _search(ask, world, found[2], stream=found[3] == "searchStream")


def _token(ask: Ask) -> Answer:
    form = {name: values[-1] for name, values in parse_qs(ask.body.decode()).items()}
    if form.get("grant_type") != "refresh_token" or any(
        form.get(name) != value for name, value in CREDENTIALS.items()
    ):
        return answer({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
    return answer(
        {
            "access_token": ACCESS,
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": "https://www.googleapis.com/auth/adwords",
        }
    )


def _search(ask: Ask, world: World, customer: str, *, stream: bool) -> Answer:
    query = str(ask.json().get("query", ""))
    parsed = _QUERY.match(query)
    if not parsed:
        return refuse(
            400,
            "INVALID_ARGUMENT",
            "Error in query: unexpected input.",
            {"queryError": "UNEXPECTED_INPUT"},
        )
    fields = [field.strip() for field in parsed["fields"].split(",")]
    resource = parsed["resource"].lower()
    segmented = any(field.startswith("segments.") for field in fields)
    metrics = any(field.startswith("metrics.") for field in fields)
    object_ = _DAYS.get(resource, resource) if segmented or metrics else resource
    if resource == "customer_client":
        object_ = "customer"
    rows = [
        row for row in world.state.rows("google_ads", object_, customer) if row.status == "live"
    ]
    for condition in re.split(
        r"\s+AND\s+(?!'[^']*'\s*(?:AND|$))", parsed["where"] or "", flags=re.I
    ):
        if not condition.strip():
            continue
        rows = _kept(rows, condition)
    rows.sort(key=lambda row: (row.sort_at, row.key))
    if parsed["limit"]:
        rows = rows[: int(parsed["limit"])]
    return _answered(rows, fields, stream=stream)


def _kept(rows: list[Change], condition: str) -> list[Change]:
    found = _CONDITION.match(condition)
    if not found:
        return rows
    field, operator, raw = found[1], found[2].upper(), found[3]
    values = re.findall(r"'([^']*)'|\"([^\"]*)\"|([\w.-]+)", raw)
    wanted = [next(part for part in each if part) for each in values if any(each)]
    if operator == "BETWEEN":
        wanted = [each for each in wanted if each.upper() != "AND"]
    if field == "segments.date":
        return [row for row in rows if _meets(_day(row), operator, wanted)]
    return [
        row for row in rows if _meets(str(_value(orjson.loads(row.body), field)), operator, wanted)
    ]


def _day(row: Change) -> str:
    return datetime.fromtimestamp(row.sort_at / 1000, UTC).date().isoformat()


def _meets(value: str, operator: str, wanted: list[str]) -> bool:
    match operator:
        case "BETWEEN":
            return wanted[0] <= value <= wanted[1]
        case ">=":
            return value >= wanted[0]
        case "<=":
            return value <= wanted[0]
        case ">":
            return value > wanted[0]
        case "<":
            return value < wanted[0]
        case "!=":
            return value != wanted[0]
        case "NOT IN":
            return value not in wanted
        case _:
            return value in wanted


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _value(record: Any, field: str) -> Any:
    for part in field.split("."):
        record = (record or {}).get(_camel(part))
    return record


def _selected(record: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Only what was selected, plus the resource names that Google always returns."""
    out: dict[str, Any] = {}
    for field in fields:
        parts = [_camel(part) for part in field.split(".")]
        value = _value(record, field)
        if value is None:
            continue
        target = out
        for part in parts[:-1]:
            target = target.setdefault(part, {})
        target[parts[-1]] = value
        name = record.get(parts[0], {}).get("resourceName")
        if name:
            out[parts[0]].setdefault("resourceName", name)
    return out


def _answered(rows: list[Change], fields: list[str], *, stream: bool) -> Answer:
    results = [_selected(orjson.loads(row.body), fields) for row in rows]
    mask = ",".join(".".join(_camel(part) for part in field.split(".")) for field in fields)
    if not stream:
        return answer({"results": results, "fieldMask": mask})
    chunks = [
        {
            "results": results[start : start + CHUNK],
            "fieldMask": mask,
            "requestId": f"sandbox{start}",
        }
        for start in range(0, len(results), CHUNK)
    ]
    return answer(chunks)
