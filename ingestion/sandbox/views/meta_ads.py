"""Meta's Graph API: objects of an ad account, and insights at once or by a report run."""

import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from ingestion.sandbox.announcements import INSTAGRAM, PAGE
from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, position_of
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.views.meta_insights import LEVELS, TooMuchError, rows_of
from ingestion.sandbox.wire import meta_ads

TOKEN, SECRET = "sandbox-meta-token", "sandbox-meta-secret"
# The Graph's other numbers are a page's or Instagram's.
PATHS = re.compile(rf"^/v\d+\.0/(?!{PAGE}|{INSTAGRAM}|179\d{{14}})(act_)?\d+(/|$)")
_PATH = re.compile(r"^/v\d+\.0/(?P<node>(act_)?\d+)(/(?P<edge>\w+))?/?$")
_PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
_COMMON = {"ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"}
_STATUSES = {"campaigns": _COMMON, "adsets": {*_COMMON, "CAMPAIGN_PAUSED"}}
# Report runs by their number, which says what was asked for; a repeated request is the same run.
_RUNS: dict[str, dict[str, str]] = {}


def refuse(code: int, message: str, status: int = 400, subcode: int | None = None) -> Answer:
    """Return Graph's error body; nearly everything comes under status 400."""
    error: dict[str, Any] = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AsandboxTrace",
    }
    if subcode:
        error["error_subcode"] = subcode
    return answer({"error": error}, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a Graph request; the token comes in the header or, as the SDK sends it, as a field."""
    params = _params(ask)
    given = ask.headers.get("authorization", "").removeprefix("Bearer ") or params.get(
        "access_token", ""
    )
    if given != TOKEN:
        return refuse(190, "Error validating access token: The session is invalid.")
    if params.get("appsecret_proof") != _PROOF:
        return refuse(100, "API calls from the server require an appsecret_proof argument")
    found = _PATH.match(ask.path)
    if not found:
        return refuse(2500, "Unknown path components")
    node, edge = found["node"], found["edge"]
    account = node.removeprefix("act_")
    if node in _RUNS:
        return _run(ask, world, node, params) if edge else answer(_status(node))
    held = world.state.get("meta_ads", "account", account)
    if held is None or not node.startswith("act_"):
        return refuse(100, f"Unsupported get request. Object with ID '{node}' does not exist")
    match edge:
        case None:
            return answer(_chosen(orjson.loads(held.body), params))
        case "campaigns" | "adsets" | "ads":
            return _objects(ask, world, account, edge, params)
        case "insights":
            return _insights(ask, world, account, params)
    return refuse(2500, f"Unknown path components: /{edge}")


def _params(ask: Ask) -> dict[str, str]:
    """The fields of the query and of the body, which is JSON or a form."""
    params = dict(ask.query)
    if ask.method != "POST" or not ask.body:
        return params
    if ask.headers.get("content-type", "").startswith("application/json"):
        return params | {name: str(value) for name, value in ask.json().items()}
    return params | dict(parse_qsl(ask.body.decode()))


def _chosen(record: dict[str, Any], params: dict[str, str]) -> dict[str, Any]:
    """The fields that were asked for; the id always comes along."""
    names = re.findall(r"[\w.]+(?=\{)|[\w.]+", re.sub(r"(\w+)\{[^}]*\}", r"\1", _fields(params)))
    return {name: record[name] for name in dict.fromkeys((*names, "id")) if name in record}


def _fields(params: dict[str, str]) -> str:
    return params.get("fields", "id")


def _objects(ask: Ask, world: World, account: str, edge: str, params: dict[str, str]) -> Answer:
    """An edge of the account; deleted and archived objects only where their status is asked for."""
    wanted = set(json.loads(params.get("effective_status", "[]")))
    if edge in _STATUSES and wanted - _STATUSES[edge]:
        return refuse(100, f"(#100) effective_status must be one of {_STATUSES[edge]}")
    records = [orjson.loads(row.body) for row in world.state.rows("meta_ads", edge, account)]
    kept = [
        _chosen(record, params)
        for record in records
        if (record["effective_status"] in wanted if wanted else _is_shown(record))
    ]
    summary = {"total_count": len(kept)} if "summary" in params else None
    return _paged(ask, kept, params, summary)


def _is_shown(record: dict[str, Any]) -> bool:
    return record["effective_status"] not in ("DELETED", "ARCHIVED")


def _paged(
    ask: Ask, rows: list[dict[str, Any]], params: dict[str, str], summary: dict[str, Any] | None
) -> Answer:
    limit = min(int(params.get("limit", "25")), 500)
    query = hashlib.md5(
        json.dumps(
            {name: value for name, value in params.items() if name not in ("after", "limit")},
            sort_keys=True,
        ).encode(),
        usedforsecurity=False,
    ).hexdigest()
    start = 0
    if params.get("after"):
        position = position_of(params["after"], query)
        if position is None:
            return refuse(100, "Invalid cursors values were provided", subcode=1487007)
        start = position
    page = rows[start : start + limit]
    body: dict[str, Any] = {"data": page}
    if page:
        after = cursor_of(start + limit, query)
        paging: dict[str, Any] = {"cursors": {"before": cursor_of(start, query), "after": after}}
        body["paging"] = paging
        # `after` is there even on the last page; the end is where `next` is not.
        if start + limit < len(rows):
            shown = {name: value for name, value in params.items() if name != "access_token"}
            link = urlencode({**shown, "limit": limit, "after": after})
            paging["next"] = f"http://{ask.headers.get('host')}{ask.path}?{link}"
    if summary is not None:
        body["summary"] = summary
    return answer(body)


def _insights(ask: Ask, world: World, account: str, params: dict[str, str]) -> Answer:
    if params.get("level", "account") not in LEVELS or params.get("time_increment") != "1":
        return refuse(100, "(#100) level or time_increment is not one that the sandbox has")
    if ask.method == "POST":
        asked = {
            name: value
            for name, value in params.items()
            if name not in ("access_token", "appsecret_proof")
        }
        text = json.dumps({**asked, "account": account}, sort_keys=True)
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        run = f"9{int(digest[:12], 16)}7"
        _RUNS[run] = {**asked, "account": account}
        return answer({"report_run_id": run})
    try:
        rows = rows_of(world, account, params, is_run=False)
    except TooMuchError as error:
        return refuse(100, str(error), subcode=1487534)
    return _paged(ask, rows, params, _summary(rows, params))


def _status(run: str) -> dict[str, Any]:
    return {
        "id": run,
        "account_id": _RUNS[run]["account"],
        "async_status": "Job Completed",
        "async_percent_completion": 100,
    }


def _run(ask: Ask, world: World, run: str, params: dict[str, str]) -> Answer:
    rows = rows_of(world, _RUNS[run]["account"], _RUNS[run], is_run=True)
    return _paged(ask, rows, params, _summary(rows, params))


def _summary(rows: list[dict[str, Any]], params: dict[str, str]) -> dict[str, Any] | None:
    if params.get("default_summary") != "true":
        return None
    return {"impressions": str(sum(int(row["impressions"]) for row in rows))}


VENDORS = (Vendor("meta_ads", PATHS, view, meta_ads.changes, planted=meta_ads.planted),)
