"""Rows of an insights report -> raw rows: the day's measures, and one row an action and window."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.contract import Table
from ingestion.errors import PageBroken
from ingestion.sources.meta_ads.tables import INSIGHTS

# `value` counts by the attribution setting of the ad set, whatever windows were asked for.
SETTING = "(setting)"
_LEVELS = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}
_IDS = ("campaign_id", "adset_id", "ad_id")
_BELOW = {level: dict.fromkeys(_IDS[depth:], "") for level, depth in _LEVELS.items()}
_EMPTY = dict.fromkeys(column.name for column in INSIGHTS.columns)
_NO_WINDOW = {"action_type", "inline"}


def ids(record: Mapping[str, Any], level: str) -> dict[str, Any]:
    """Return the key of a day's row: ids down to its level, "" below it."""
    depth = _LEVELS[level]
    return {
        "account_id": record.get("account_id"),
        "level": level,
        **{name: record.get(name) if place < depth else "" for place, name in enumerate(_IDS)},
        "date_start": record.get("date_start"),
    }


def day_row(record: Mapping[str, Any], level: str) -> dict[str, Any]:
    """Return the row of a day, an empty field of which the vendor leaves out.

    Raises PageBroken where it is of several days.
    """
    if record.get("date_start") != record.get("date_stop"):
        raise PageBroken("meta_ads insights: a row spans several days. Nothing was lost.")
    return {**_EMPTY, **record, **_BELOW[level], "level": level}


def breakdown_row(record: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return a row of a breakdown, its values as they came."""
    return {column.name: record.get(column.name) for column in table.columns}


def action_rows(record: Mapping[str, Any], level: str) -> Iterator[dict[str, Any]]:
    """Yield one row an action type and attribution window, count and value side by side."""
    found: dict[tuple[Any, str], dict[str, Any]] = {}
    for field, name in (("actions", "actions"), ("action_values", "action_value")):
        for action in record.get(field) or ():
            for window in action.keys() - _NO_WINDOW:
                key = (action.get("action_type"), SETTING if window == "value" else window)
                found.setdefault(key, {})[name] = action[window]
    for (type_, window), values in found.items():
        yield {
            **ids(record, level),
            "action_type": type_,
            "attribution_window": window,
            "actions": values.get("actions"),
            "action_value": values.get("action_value"),
        }
