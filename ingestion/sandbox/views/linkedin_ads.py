"""LinkedIn's ad accounts: objects by page token, and adAnalytics, which is cut without a sign."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, cursor_of, listed, position_of
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.views.linkedin_pages import refuse, refused
from ingestion.sandbox.wire import linkedin_ads
from ingestion.sandbox.wire.linkedin_ads import CAMPAIGNS, PIVOTS, pounds

PATHS = re.compile(r"^/rest/(adAccounts|adAnalytics)(/|$)")
_OBJECTS = re.compile(r"^/rest/adAccounts/(\d+)(?:/(adCampaignGroups|adCampaigns|creatives))?$")
_DAY = re.compile(r"\(year:(\d+),month:(\d+),day:(\d+)\)")
LIMIT, FIELDS, LONGEST = 15_000, 20, 8_000
# Members' values and their hundredths; what is left had fewer than three events and is withheld.
SPLITS = {
    "MEMBER_JOB_TITLE": (("urn:li:title:340", 30), ("urn:li:title:12", 18), ("urn:li:title:7", 9)),
    "MEMBER_SENIORITY": (("urn:li:seniority:6", 44), ("urn:li:seniority:8", 25)),
}


def view(ask: Ask, world: World) -> Answer:
    """Answer a request; a long query may come as the body of a POST that stands for a GET."""
    if (no := refused(ask)) is not None:
        return no
    query = dict(ask.query)
    if ask.method == "POST":
        if ask.headers.get("x-http-method-override") != "GET":
            return refuse(400, "ILLEGAL_ARGUMENT", "Only reading is possible here")
        query |= dict(parse_qsl(ask.body.decode()))
    elif sum(len(name) + len(value) for name, value in query.items()) > LONGEST:
        return refuse(414, "URI_TOO_LONG", "Request URI too long")
    if ask.path == "/rest/adAnalytics":
        return _analytics(query, world)
    found = _OBJECTS.match(ask.path)
    account = world.state.get("linkedin_ads", "account", found[1]) if found else None
    if found is None or account is None:
        return refuse(404, "NOT_FOUND", "No such resource")
    if found[2] is None:
        return answer(orjson.loads(account.body))
    return _objects(query, world, found[1], found[2])


def _objects(query: Mapping[str, str], world: World, account: str, name: str) -> Answer:
    """The objects of an account in every status but deleted, by an opaque token."""
    if query.get("q") != ("criteria" if name == "creatives" else "search"):
        return refuse(400, "ILLEGAL_ARGUMENT", "No such finder")
    rows = world.state.rows("linkedin_ads", name, account)
    bodies = [row.body for row in rows if row.status == "live"]
    size, start = min(int(query.get("pageSize", "100")), 1_000), 0
    if token := query.get("pageToken"):
        position = position_of(token, name)
        if position is None:
            return refuse(400, "ILLEGAL_ARGUMENT", "Invalid pageToken")
        start = position
    more = start + size < len(bodies)
    metadata = {"nextPageToken": cursor_of(start + size, name)} if more else {}
    return listed("elements", bodies[start : start + size], {"metadata": metadata})


def _analytics(query: Mapping[str, str], world: World) -> Answer:
    fields = [each for each in query.get("fields", "").split(",") if each]
    if len(fields) > FIELDS:
        return refuse(400, "ILLEGAL_ARGUMENT", f"At most {FIELDS} fields can be requested")
    pivot, span = query.get("pivot", ""), _DAY.findall(query.get("dateRange", ""))
    if query.get("q") != "analytics" or query.get("timeGranularity") != "DAILY" or len(span) != 2:
        return refuse(400, "ILLEGAL_ARGUMENT", "q, timeGranularity or dateRange is missing")
    if pivot not in PIVOTS and pivot not in SPLITS:
        return refuse(400, "ILLEGAL_ARGUMENT", f"No such pivot: {pivot}")
    first, last = (date(*(int(part) for part in day)).isoformat() for day in span)
    accounts = re.findall(r"sponsoredAccount:(\d+)", query.get("accounts", ""))
    campaigns = set(re.findall(r"sponsoredCampaign:(\d+)", query.get("campaigns", "")))
    found: list[dict[str, Any]] = []
    for account in accounts:
        for day in world.state.rows("linkedin_ads", "days", account):
            if first <= day.key <= last:
                rows = orjson.loads(day.body)
                found += _pivoted(rows, pivot, campaigns)
    kept = [{name: row[name] for name in fields if name in row} for row in found[:LIMIT]]
    return answer({"paging": {"start": 0, "count": 10, "links": []}, "elements": kept})


def _pivoted(
    rows: dict[str, list[dict[str, Any]]], pivot: str, campaigns: set[str]
) -> list[dict[str, Any]]:
    if pivot in PIVOTS:
        return [row for row in rows[pivot] if not campaigns or _is_in(row, campaigns)]
    return [part for row in rows["ACCOUNT"] for part in _split(row, pivot)]


def _is_in(row: dict[str, Any], campaigns: set[str]) -> bool:
    id_ = row["pivotValues"][0].rsplit(":", 1)[-1]
    owners = {str(creative): str(each.id) for each in CAMPAIGNS for creative in each.creatives}
    return owners.get(id_, id_) in campaigns


def _split(row: dict[str, Any], pivot: str) -> list[dict[str, Any]]:
    pence = round(float(row["costInLocalCurrency"]) * 100)
    return [
        {
            "pivotValues": [value],
            "dateRange": row["dateRange"],
            "impressions": row["impressions"] * share // 100,
            "clicks": row["clicks"] * share // 100,
            "costInLocalCurrency": pounds(pence * share // 100),
        }
        for value, share in SPLITS[pivot]
        if row["impressions"] * share // 100 >= 3
    ]


VENDORS = (Vendor("linkedin_ads", PATHS, view, linkedin_ads.changes, planted=linkedin_ads.planted),)
