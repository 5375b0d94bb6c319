"""Google Analytics Data API v1beta: runReport over the sessions of a day, positional and as text.

Sessions are counted when they are asked for, by whatever dimensions, as the vendor does. Google
signals were on in 2025: rows of a single user are withheld for those days wherever a report goes
below the day. On a few days rare landing pages are rolled into "(other)".
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import orjson

from ingestion.sandbox.company import START
from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.vendor import Vendor
from ingestion.sandbox.views.google_ads import ACCESS
from ingestion.sandbox.wire import ga4
from ingestion.sandbox.wire.ga4 import CURRENCY, KEY_EVENT, PROPERTY, ZONE

PATHS = re.compile(r"^/v1beta/properties/")
SIGNALS_UNTIL = "2026-01-01"
# Every so many days the table of landing pages overflows.
OVERFLOWS_EVERY = 97
TOKENS_PER_DAY, TOKENS_PER_HOUR, TOKENS_PER_PROJECT = 200_000, 40_000, 14_000
_COST = 6
_PLACES = {
    "sessionDefaultChannelGroup": 0,
    "sessionSource": 1,
    "sessionMedium": 2,
    "sessionCampaignName": 3,
    "landingPage": 5,
}
_METRICS: dict[str, tuple[str, Callable[[list[list[Any]]], float]]] = {
    "sessions": ("TYPE_INTEGER", len),
    "engagedSessions": (
        "TYPE_INTEGER",
        lambda held: sum(row[6] > 1 or row[7] > 10 for row in held),
    ),
    "totalUsers": ("TYPE_INTEGER", lambda held: len({row[4] for row in held})),
    "newUsers": ("TYPE_INTEGER", lambda held: sum(row[8] for row in held)),
    "screenPageViews": ("TYPE_INTEGER", lambda held: sum(row[6] for row in held)),
    "userEngagementDuration": ("TYPE_SECONDS", lambda held: sum(row[7] for row in held)),
    "keyEvents": ("TYPE_FLOAT", lambda held: sum(row[9] for row in held)),
    "eventCount": ("TYPE_INTEGER", lambda held: sum(row[6] + 1 + row[9] for row in held)),
}
_EVENTS: dict[str, Callable[[list[Any]], int]] = {
    "page_view": lambda row: row[6],
    "session_start": lambda row: 1,
    KEY_EVENT: lambda row: row[9],
}
_RELATIVE = {"today": 0, "yesterday": 1}


def refuse(status: int, name: str, message: str) -> Answer:
    """Return Google's error body."""
    return answer({"error": {"code": status, "message": message, "status": name}}, status)


def view(ask: Ask, world: World) -> Answer:
    """Answer a request to the Data API."""
    if ask.headers.get("authorization") != f"Bearer {ACCESS}":
        return refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    found = re.fullmatch(r"/v1beta/properties/(\d+):runReport", ask.path)
    if not found:
        return refuse(404, "NOT_FOUND", "Method not found.")
    if found[1] != PROPERTY:
        message = "User does not have sufficient permissions for this property."
        return refuse(403, "PERMISSION_DENIED", message)
    return _report(ask.json(), world)


def _report(asked: dict[str, Any], world: World) -> Answer:
    dimensions = [each["name"] for each in asked.get("dimensions", [])]
    metrics = [each["name"] for each in asked.get("metrics", [])]
    if len(dimensions) > 9 or len(metrics) > 10:
        most = "Requests are limited to 9 dimensions and 10 metrics."
        return refuse(400, "INVALID_ARGUMENT", most)
    unknown = [name for name in metrics if name not in _METRICS]
    unknown += [name for name in dimensions if name not in (*_PLACES, "date", "eventName")]
    if unknown or not metrics:
        told = f"Field {unknown[0]} is not valid." if unknown else "No metrics were requested."
        return refuse(400, "INVALID_ARGUMENT", told)
    limit, offset = int(asked.get("limit") or 10_000), int(asked.get("offset") or 0)
    if limit <= 0:
        return refuse(400, "INVALID_ARGUMENT", "Limit must be positive.")
    days = _days(asked, world)
    rows = list(_rows(days, dimensions, metrics, _least(asked)))
    metadata: dict[str, Any] = {"currencyCode": CURRENCY, "timeZone": ZONE}
    if len(dimensions) > ("date" in dimensions) and any(day < SIGNALS_UNTIL for day, _ in days):
        metadata["subjectToThresholding"] = True
    if "landingPage" in dimensions and any(_overflows(day) for day, _ in days):
        metadata["dataLossFromOtherRow"] = True
    if not rows:
        metadata["emptyReason"] = "NO_DATA" if days else "DATE_RANGE"
    # int64 come as text, and what is empty or false is left out.
    body: dict[str, Any] = {"rows": rows[offset : offset + min(limit, 250_000)]} if rows else {}
    body["dimensionHeaders"] = [{"name": name} for name in dimensions]
    body["metricHeaders"] = [{"name": name, "type": _METRICS[name][0]} for name in metrics]
    body |= {"rowCount": len(rows)} if rows else {}
    body |= {"metadata": metadata, "kind": "analyticsData#runReport"}
    if asked.get("returnPropertyQuota"):
        body["propertyQuota"] = {
            "tokensPerDay": {"consumed": _COST, "remaining": TOKENS_PER_DAY - _COST},
            "tokensPerHour": {"consumed": _COST, "remaining": TOKENS_PER_HOUR - _COST},
            "tokensPerProjectPerHour": {"consumed": _COST, "remaining": TOKENS_PER_PROJECT - _COST},
            "concurrentRequests": {"remaining": 10},
            "serverErrorsPerProjectPerHour": {"remaining": 10},
            "potentiallyThresholdedRequestsPerHour": {"remaining": 120},
        }
    return answer(body)


def _days(asked: dict[str, Any], world: World) -> list[tuple[str, list[list[Any]]]]:
    """The sessions of the days asked for that are known by now."""
    found = []
    for span in asked.get("dateRanges", []):
        first, last = (_named(str(span[name]), world) for name in ("startDate", "endDate"))
        for number in range((last - first).days + 1):
            day = (first + timedelta(days=number)).isoformat()
            row = world.state.get("ga4", "days", day)
            if row is not None:
                found.append((day, orjson.loads(row.body)["sessions"]))
    return found


def _named(text: str, world: World) -> date:
    today = datetime.fromtimestamp(world.clock / 1000, UTC).date()
    if ago := re.fullmatch(r"(\d+)daysAgo", text):
        return today - timedelta(days=int(ago[1]))
    if text in _RELATIVE:
        return today - timedelta(days=_RELATIVE[text])
    return date.fromisoformat(text)


def _overflows(day: str) -> bool:
    number = (date.fromisoformat(day) - datetime.fromtimestamp(START / 1000, UTC).date()).days
    return number % OVERFLOWS_EVERY == 5


def _least(asked: dict[str, Any]) -> tuple[str, float]:
    """The one metric filter that is understood: greater than a number."""
    told = (asked.get("metricFilter") or {}).get("filter") or {}
    bound = (told.get("numericFilter") or {}).get("value") or {}
    return str(told.get("fieldName", "")), float(bound.get("int64Value") or 0)


def _rows(
    days: list[tuple[str, list[list[Any]]]],
    dimensions: list[str],
    metrics: list[str],
    least: tuple[str, float],
) -> Iterator[dict[str, Any]]:
    filed = [pair for day, held in days for pair in _filed(day, held, dimensions)]
    filed.sort(key=lambda pair: pair[0])
    for values, group in groupby(filed, key=lambda pair: pair[0]):
        held = [row for _, row in group]
        named = dict(zip(dimensions, values, strict=True))
        counts = {name: _METRICS[name][1](held) for name in {*metrics, *filter(None, least[:1])}}
        if "eventName" in named:
            event = named["eventName"]
            counts["eventCount"] = sum(_EVENTS[event](row) for row in held)
            counts["keyEvents"] = counts["eventCount"] if event == KEY_EVENT else 0
        if least[0] and counts[least[0]] <= least[1]:
            continue
        users = _METRICS["totalUsers"][1](held)
        day = _iso(named["date"]) if "date" in named else ""
        if len(dimensions) > 1 and day < SIGNALS_UNTIL and users < 2:
            continue
        yield {
            "dimensionValues": [{"value": value} for value in values],
            "metricValues": [{"value": str(counts[name])} for name in metrics],
        }


def _iso(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _filed(
    day: str, held: list[list[Any]], dimensions: list[str]
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Every session under the values of its dimensions; under each of its events if asked."""
    rolled = _overflows(day) and "landingPage" in dimensions
    names = {"date": day.replace("-", "")}
    for row in held:
        for event in _EVENTS if "eventName" in dimensions else ("",):
            if event and not _EVENTS[event](row):
                continue
            found = names | {name: str(row[place]) for name, place in _PLACES.items()}
            found["eventName"] = event
            if rolled and found["landingPage"] not in ("/", "/pricing"):
                found["landingPage"] = "(other)"
            yield tuple(found[name] for name in dimensions), row


# The vendor takes ten requests of a property at one time (quotas of the Data API).
_CROWDED = refuse(429, "RESOURCE_EXHAUSTED", "Exhausted concurrent requests quota.")
VENDORS = (Vendor("ga4", PATHS, view, ga4.changes, at_once=(10, _CROWDED)),)
