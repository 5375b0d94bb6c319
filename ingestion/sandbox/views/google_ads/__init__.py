"""Google Ads REST: a refresh-token exchange, searchStream and search over a subset of GAQL."""

import re
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import orjson

from ingestion.sandbox.company import DAY
from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, position_of
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.views.google_ads.gaql import Query, camel, parse, selected, value_of
from ingestion.sandbox.wire import google_ads
from ingestion.sandbox.wire.google_ads.account import CUSTOMERS, MANAGER

# One digit is of Stripe, whose customers begin alike.
PATHS = re.compile(r"^/(v\d\d+/customers/|oauth2/v4/token|token$)")
ACCESS = "sandbox-access-token"
CREDENTIALS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "refresh_token": "sandbox-refresh",
}
DEVELOPER_TOKEN = "sandbox-developer"
CHUNK, PAGE = 1_000, 10_000
_CALL = re.compile(r"^/v(\d+)/customers/(\d+)/googleAds:(searchStream|search)$")
_DAYS = {
    "customer": "customer_days",
    "campaign": "campaign_days",
    "ad_group": "ad_group_days",
    "ad_group_ad": "ad_days",
    "keyword_view": "keyword_days",
    "search_term_view": "search_term_days",
}
_AT = "change_event.change_date_time"


class RefusedError(Exception):
    """A query that Google would not answer: its answer."""

    def __init__(self, status: int, name: str, message: str, **code: str) -> None:
        super().__init__(message)
        self.answer = refuse(status, name, message, code)


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
    outer = "Request contains an invalid argument." if status == 400 else message
    body = {"error": {"code": status, "message": outer, "status": name, "details": details}}
    return answer(body, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a Google Ads or token request."""
    if ask.path.endswith("token"):
        return _token(ask)
    found = _CALL.match(ask.path)
    if not found:
        return refuse(404, "NOT_FOUND", "No such method.")
    is_stream = found[3] == "searchStream"
    try:
        _admit(ask, found[2])
        return _search(ask, world, found[2], is_stream=is_stream)
    except RefusedError as refused:
        told = refused.answer
        # An error of a stream stands in a list, as its chunks would.
        body = b"[%b]" % told.body if is_stream else told.body
        return Answer(told.status, body, told.headers)


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


def _admit(ask: Ask, customer: str) -> None:
    if ask.headers.get("authorization") != f"Bearer {ACCESS}":
        told = "Request had invalid authentication credentials."
        raise RefusedError(401, "UNAUTHENTICATED", told, authenticationError="OAUTH_TOKEN_INVALID")
    if ask.headers.get("developer-token") != DEVELOPER_TOKEN:
        told, code = "The developer token is not valid.", "DEVELOPER_TOKEN_NOT_APPROVED"
        raise RefusedError(403, "PERMISSION_DENIED", told, authorizationError=code)
    asked = next((each for each in CUSTOMERS if each.id == customer), None)
    if asked is None or ask.headers.get("login-customer-id") != MANAGER:
        told, code = "User doesn't have permission to access customer.", "USER_PERMISSION_DENIED"
        raise RefusedError(403, "PERMISSION_DENIED", told, authorizationError=code)
    if asked.status != "ENABLED":
        told = "The customer account can't be accessed because it is not yet enabled."
        raise RefusedError(
            403, "PERMISSION_DENIED", told, authorizationError="CUSTOMER_NOT_ENABLED"
        )


def _invalid(message: str, **code: str) -> RefusedError:
    return RefusedError(400, "INVALID_ARGUMENT", message, **code)


def _search(ask: Ask, world: World, customer: str, *, is_stream: bool) -> Answer:
    query = parse(str(ask.json().get("query", "")))
    if query is None:
        raise _invalid("Error in query: unexpected input.", queryError="UNEXPECTED_INPUT")
    if query.unknown:
        told = f"Unrecognized field in the query: '{query.unknown}'."
        raise _invalid(told, queryError="UNRECOGNIZED_FIELD")
    rows = _rows(query, world, customer)
    return _stream(ask, query, rows) if is_stream else _page(ask, query, rows)


def _rows(query: Query, world: World, customer: str) -> list[Change]:
    """Return the rows that meet the query, oldest first, its limit aside."""
    object_, parent, conditions = query.resource, customer, list(query.conditions)
    if query.resource == "click_view":
        parent = f"{customer}:{_one_day(query, world)}"
    elif query.resource == "change_event":
        _check_changes(query, world)
    elif query.metrics:
        is_split = "segments.conversion_action" in query.fields
        object_ = "conversion_days" if is_split else _DAYS[query.resource]

    def find() -> list[Change]:
        rows = world.state.rows("google_ads", object_, parent)
        return sorted(rows, key=lambda row: (row.sort_at, row.key))

    rows = world.state.found(("google_ads", object_, parent), find)
    between = [each for each in query.on("segments.date") if each.operator == "BETWEEN"]
    if between and query.metrics:
        first, last = (_midnight(text) for text in between[0].values)
        rows = rows[
            bisect_left(rows, first, key=lambda row: row.sort_at) : bisect_right(
                rows, last, key=lambda row: row.sort_at
            )
        ]
        conditions.remove(between[0])
    for condition in conditions:
        rows = [
            row
            for row in rows
            if condition.holds(str(value_of(orjson.loads(row.body), condition.field)))
        ]
    return rows


def _midnight(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def _one_day(query: Query, world: World) -> str:
    days = [value for each in query.on("segments.date") for value in each.values]
    if len(set(days)) != 1:
        told, code = "Queries must filter on a single day.", "EXPECTED_FILTER_ON_A_SINGLE_DAY"
        raise _invalid(told, clickViewError=code)
    if _midnight(days[0]) < world.clock - 90 * DAY - DAY:
        raise _invalid("The requested date is too old.", clickViewError="DATE_TOO_OLD")
    return days[0]


def _check_changes(query: Query, world: World) -> None:
    if query.limit is None:
        told = "The change_event search request must specify a LIMIT."
        raise _invalid(told, changeEventError="LIMIT_NOT_SPECIFIED")
    if query.limit > PAGE:
        told = "The LIMIT specified should be less than or equal to 10K."
        raise _invalid(told, changeEventError="INVALID_LIMIT_CLAUSE")
    asked = query.on(_AT)
    starts = [each.values[0] for each in asked if each.operator in (">=", ">", "BETWEEN")]
    if not starts or not any(each.operator in ("<=", "<", "BETWEEN") for each in asked):
        told = "The change_event search request must specify a finite range."
        raise _invalid(told, changeEventError="CHANGE_DATE_RANGE_INFINITE")
    oldest = datetime.fromtimestamp(world.clock / 1000, UTC) - timedelta(days=30, hours=12)
    if min(starts) < oldest.strftime("%Y-%m-%d %H:%M:%S"):
        raise _invalid(
            "The requested start date is too old.", changeEventError="START_DATE_TOO_OLD"
        )


def _mask(query: Query) -> str:
    return ",".join(".".join(camel(part) for part in field.split(".")) for field in query.fields)


def _results(query: Query, rows: list[Change]) -> list[dict[str, Any]]:
    return [selected(orjson.loads(row.body), query.fields) for row in rows]


def _page(ask: Ask, query: Query, rows: list[Change]) -> Answer:
    asked = ask.json()
    if "pageSize" in asked:
        told = "Setting the page size is not supported."
        raise _invalid(told, requestError="PAGE_SIZE_NOT_SUPPORTED")
    bound = str(asked["query"])
    start = position_of(str(asked["pageToken"]), bound) if asked.get("pageToken") else 0
    if start is None:
        raise _invalid("Page token is invalid.", requestError="INVALID_PAGE_TOKEN")
    kept = rows[: query.limit] if query.limit else rows
    body: dict[str, Any] = {"fieldMask": _mask(query)}
    if found := _results(query, kept[start : start + PAGE]):
        body["results"] = found
    settings = asked.get("searchSettings") or {}
    # Int64 as text, and left out where it is nought.
    if settings.get("returnTotalResultsCount") and rows:
        body["totalResultsCount"] = str(len(rows))
    if start + PAGE < len(kept):
        body["nextPageToken"] = cursor_of(start + PAGE, bound)
    return answer(body)


def _stream(ask: Ask, query: Query, rows: list[Change]) -> Answer:
    results, mask = _results(query, rows[: query.limit] if query.limit else rows), _mask(query)
    chunks: list[dict[str, Any]] = [
        {
            "results": results[start : start + CHUNK],
            "fieldMask": mask,
            "requestId": f"sandbox{start}",
        }
        for start in range(0, len(results), CHUNK)
    ]
    if ask.json().get("summaryRowSetting") == "SUMMARY_ROW_WITH_RESULTS" and query.metrics:
        summary = {"metrics": _summed(query, results)}
        chunks.append({"summaryRow": summary, "fieldMask": mask, "requestId": "sandbox-summary"})
    return answer(chunks)


def _summed(query: Query, results: list[dict[str, Any]]) -> dict[str, Any]:
    """The sums of the selected metrics: whole numbers as text, as in the rows."""
    found: dict[str, Any] = {}
    for field in query.metrics:
        name = camel(field.partition(".")[2])
        values = [each.get("metrics", {}).get(name, 0) for each in results]
        is_whole = all(isinstance(each, str) for each in values)
        found[name] = str(sum(map(int, values))) if is_whole else sum(map(float, values))
    return found


VENDORS = (Vendor("google_ads", PATHS, view, google_ads.changes),)
