"""Rows of Meta's insights: a day's levels as the ledger holds them, split where it is asked for."""

import json
import re
from datetime import date
from typing import Any

import orjson

from ingestion.sandbox.http import World
from ingestion.sandbox.wire.meta_ads import LEVELS, euros

__all__ = ["LEVELS", "TooMuchError", "rows_of"]

# More than a quarter at the level of ads is refused, unless a report run is asked for.
SYNC_DAYS = 92
# Each breakdown's values and their hundredths; the rest is withheld, as small groups are.
SPLITS: dict[str, tuple[tuple[str, int], ...]] = {
    "age": (("25-34", 40), ("35-44", 36), ("45-54", 20)),
    "gender": (("female", 44), ("male", 50), ("unknown", 6)),
    "country": (("DE", 70), ("AT", 18), ("CH", 12)),
    "publisher_platform": (("facebook", 62), ("instagram", 38)),
    "platform_position": (("feed", 100),),
    "impression_device": (("desktop", 35), ("android_smartphone", 40), ("iphone", 25)),
}
_MEASURES = ("impressions", "clicks", "inline_link_clicks", "reach")


class TooMuchError(ValueError):
    """A range that one request may not ask for."""


def rows_of(
    world: World, account: str, params: dict[str, str], *, is_run: bool
) -> list[dict[str, Any]]:
    """Return the rows of a request, oldest day first; raises TooMuchError where it is too much."""
    level = params.get("level", "account")
    span = json.loads(params["time_range"])
    first, last = date.fromisoformat(span["since"]), date.fromisoformat(span["until"])
    if level == "ad" and not is_run and (last - first).days > SYNC_DAYS:
        raise TooMuchError("Please reduce the amount of data you're asking for, then retry")
    breakdowns = json.loads(params.get("breakdowns") or "[]")
    windows = {"action_type", "value", *json.loads(params.get("action_attribution_windows", "[]"))}
    shown = _statuses(world, account, level, params)
    # Names come joined by commas, or as a JSON list.
    named = re.findall(r"\w+", params.get("fields", "impressions,spend"))
    fields = {*named, "date_start", "date_stop"}
    found = []
    days = world.state.rows("meta_ads", "days", account)
    for day in days:
        if not span["since"] <= day.key <= span["until"]:
            continue
        for row in orjson.loads(day.body)[level]:
            if shown is not None and row[f"{level}_id"] not in shown:
                continue
            for part in _split(row, breakdowns):
                kept = {name: value for name, value in part.items() if name in fields}
                kept |= {name: part[name] for name in breakdowns}
                found.append(_in_windows(kept, windows))
    return found


def _statuses(world: World, account: str, level: str, params: dict[str, str]) -> set[str] | None:
    """The ids of a level that are shown: archived and deleted ones only where a filter asks."""
    if level == "account":
        return None
    wanted = next(
        (
            set(each["value"])
            for each in json.loads(params.get("filtering") or "[]")
            if each["field"] == f"{level}.effective_status" and each["operator"] == "IN"
        ),
        None,
    )
    records = (orjson.loads(row.body) for row in world.state.rows("meta_ads", f"{level}s", account))
    return {
        record["id"]
        for record in records
        if (
            record["effective_status"] in wanted
            if wanted is not None
            else record["effective_status"] not in ("DELETED", "ARCHIVED")
        )
    }


def _split(row: dict[str, Any], breakdowns: list[str]) -> list[dict[str, Any]]:
    """The row in parts by the values of its breakdowns; parts are rounded down and may be none."""
    parts = [(row, 1)]
    for name in breakdowns:
        parts = [
            ({**part, name: value}, share * hundredths)
            for part, share in parts
            for value, hundredths in SPLITS[name]
        ]
    if not breakdowns:
        return [row]
    whole, cents = 100 ** len(breakdowns), round(float(row["spend"]) * 100)
    found = []
    for part, share in parts:
        counted = {name: str(int(row[name]) * share // whole) for name in _MEASURES}
        if counted["impressions"] != "0":
            found.append({**part, **counted, "spend": euros(cents * share // whole)})
    return found


def _in_windows(row: dict[str, Any], windows: set[str]) -> dict[str, Any]:
    for name in ("actions", "action_values"):
        if name in row:
            row[name] = [
                {key: value for key, value in action.items() if key in windows}
                for action in row[name]
            ]
    return row
