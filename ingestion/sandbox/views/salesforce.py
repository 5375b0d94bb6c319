"""Salesforce: sign-in, descriptions, SOQL over REST in small pages, Bulk API 2.0 query jobs.

`query` hides the recycle bin, `queryAll` shows it. A locator is a snapshot of its query. A bulk
job is under way when it is first asked after and done the second time.
"""

import base64
import csv
import hashlib
import io
import re
from typing import Any
from urllib.parse import parse_qs

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.ledger import Change
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.views.salesforce_soql import RefusedError, parse
from ingestion.sandbox.wire import salesforce, salesforce_truth
from ingestion.sandbox.wire.salesforce_shape import FIELDS, fields_of

CLIENT = {"client_id": "sandbox-consumer-key", "client_secret": "sandbox-consumer-secret"}
TOKEN = "00D5g0000000001!sandbox-session"
PATHS = re.compile(r"^/services/(data|oauth2)(/|$)")
_DATA = re.compile(r"^/services/data/v\d+\.\d(?P<rest>/.*)$")
# A page holds 2,000 records at most and fewer where they are wide; a small company has pages too.
PAGE = 20
PART = 60
_USED = {"Sforce-Limit-Info": "api-usage=1042/100000"}


def refuse(status: int, code: str, message: str) -> Answer:
    """Return Salesforce's list of errors."""
    return _counted([{"message": message, "errorCode": code}], status)


def _counted(body: Any, status: int = 200) -> Answer:
    """Return a JSON answer that says how many calls of the day are used."""
    return Answer(status, orjson.dumps(body), {"content-type": "application/json", **_USED})


def view(ask: Ask, world: World) -> Answer:
    """Answer a Salesforce request."""
    if ask.path == "/services/oauth2/token":
        return _token(ask)
    if ask.headers.get("authorization") != f"Bearer {TOKEN}":
        return refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
    found = _DATA.match(ask.path)
    parts = found["rest"].strip("/").split("/") if found else []
    try:
        match (ask.method, parts):
            case ("GET", ["sobjects", name, "describe"]) if name in FIELDS:
                return _description(name)
            case ("GET", [("query" | "queryAll") as kind]):
                return _first(ask, world, kind == "queryAll")
            case ("GET", ["query" | "queryAll", locator]):
                return _more(world, locator)
            case ("POST", ["jobs", "query"]):
                return _new_job(ask, world)
            case ("GET", ["jobs", "query", id_]) if id_ in world.jobs:
                return _job(world, id_)
            case ("GET", ["jobs", "query", id_, "results"]) if id_ in world.jobs:
                return _results(ask, world, id_)
    except RefusedError as error:
        return refuse(400, error.code, str(error))
    return refuse(404, "NOT_FOUND", "The requested resource does not exist")


def _token(ask: Ask) -> Answer:
    form = {name: values[0] for name, values in parse_qs(ask.body.decode()).items()}
    if {name: form.get(name) for name in CLIENT} != CLIENT:
        body = {"error": "invalid_client_id", "error_description": "client identifier invalid"}
        return answer(body, 400)
    if form.get("grant_type") not in ("client_credentials", "refresh_token"):
        body = {"error": "unsupported_grant_type", "error_description": "grant type not supported"}
        return answer(body, 400)
    return answer(
        {
            "access_token": TOKEN,
            "instance_url": f"http://{ask.headers.get('host', 'localhost')}",
            "token_type": "Bearer",
            "scope": "api",
        }
    )


def _description(name: str) -> Answer:
    fields = [{"name": each, "label": each} for each in fields_of(name)]
    return _counted({"name": name, "queryable": True, "fields": fields})


def _rows(world: World, text: str, *, everything: bool) -> list[Change]:
    """Return the rows of a query, in its order."""
    query = parse(text)
    statuses = ("live", "archived") if everything else ("live",)

    def matching() -> list[Change]:
        rows = world.state.rows("salesforce", query.object)
        seen = {row.key: row for row in rows if row.status in statuses}
        found = query.select([orjson.loads(row.body) for row in seen.values()])
        return [seen[each["Id"]] for each in found]

    return world.state.found(("salesforce", text, everything), matching)


def _first(ask: Ask, world: World, everything: bool) -> Answer:
    text = ask.query.get("q", "")
    if not parse(text).fields:
        total = len(_rows(world, text, everything=everything))
        return _counted({"totalSize": total, "done": True, "records": []})
    return _page(world, text, everything=everything, start=0)


def _page(world: World, text: str, *, everything: bool, start: int) -> Answer:
    query = parse(text)
    rows = _rows(world, text, everything=everything)
    page = [query.shown(orjson.loads(row.body)) for row in rows[start : start + PAGE]]
    body: dict[str, Any] = {"totalSize": len(rows), "done": start + PAGE >= len(rows)}
    if not body["done"]:
        told = orjson.dumps([text, everything])
        locator = base64.urlsafe_b64encode(told).decode().rstrip("=")
        body["nextRecordsUrl"] = f"/services/data/v63.0/query/01g{locator}-{start + PAGE}"
    return _counted({**body, "records": page})


def _more(world: World, locator: str) -> Answer:
    found = re.match(r"^01g([\w-]+)-(\d+)$", locator)
    try:
        coded = found[1] if found else ""
        told = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
        text, everything = orjson.loads(told)
    except ValueError:
        raise RefusedError("INVALID_QUERY_LOCATOR", "invalid query locator") from None
    return _page(world, text, everything=everything, start=int(found[2]) if found else 0)


def _new_job(ask: Ask, world: World) -> Answer:
    asked = ask.json()
    text = str(asked.get("query", ""))
    if not parse(text).fields:
        raise RefusedError("INVALIDJOB", "aggregate queries are not supported")
    digest = hashlib.md5(f"{len(world.jobs)}{text}".encode(), usedforsecurity=False).hexdigest()
    id_ = f"750{digest[:15]}"
    job = {
        "id": id_,
        "operation": asked.get("operation"),
        "object": parse(text).object,
        "state": "UploadComplete",
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
        "apiVersion": 63.0,
    }
    world.jobs[id_] = (job, text)
    return _counted(job)


def _job(world: World, id_: str) -> Answer:
    job, text = world.jobs[id_]
    state = "InProgress" if job["state"] == "UploadComplete" else "JobComplete"
    rows = _rows(world, text, everything=job["operation"] == "queryAll")
    processed = len(rows) if state == "JobComplete" else 0
    job |= {"state": state, "numberRecordsProcessed": processed}
    return _counted(job)


def _results(ask: Ask, world: World, id_: str) -> Answer:
    job, text = world.jobs[id_]
    if job["state"] != "JobComplete":
        raise RefusedError("INVALIDJOBSTATE", "the job is not complete")
    query = parse(text)
    rows = _rows(world, text, everything=job["operation"] == "queryAll")
    start = int(ask.query.get("locator") or 0)
    most = min(PART, int(ask.query.get("maxRecords") or PART))
    part = [orjson.loads(row.body) for row in rows[start : start + most]]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(query.fields)
    writer.writerows([[_cell(each[name]) for name in query.fields] for each in part])
    following = str(start + most) if start + most < len(rows) else "null"
    headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(len(part))}
    return Answer(200, out.getvalue().encode(), {"content-type": "text/csv", **headers, **_USED})


def _cell(value: Any) -> str:
    """A value as CSV shows it: instants end in Z, nothing is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text.removesuffix("+0000") + "Z" if text.endswith(".000+0000") else text


VENDORS = (
    Vendor(
        "salesforce",
        PATHS,
        view,
        salesforce.changes,
        planted=salesforce_truth.planted,
        people=salesforce_truth.people,
        accounts=salesforce_truth.accounts,
    ),
)
