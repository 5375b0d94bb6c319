"""Segment events -> arrow columns: typed rows of dicts cost four times as much.

A page whose every value fits its column is handed over as arrow. One that has a value of another
kind is handed over as dicts, so that the load finds the row and its reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa

from ingestion.contract import Column, ColumnType, Page, Table, columns

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_CLICK_IDS = ("gclid", "li_fat_id", "fbclid", "msclkid")
_SEGMENT_UTM = ("source", "medium", "name", "content", "term")
EVENTS = Table(
    "events",
    "events",
    ("message_id",),
    (
        *columns("message_id type event anonymous_id user_id"),
        *columns("occurred_at received_at", "timestamp"),
        *columns("page_url page_path referrer title"),
        *columns(" ".join((*_UTM, *_CLICK_IDS))),
        Column("email", pii=True),
        Column("form_submission_id"),
        *columns("consent_analytics consent_marketing", "bool"),
        Column("properties", "json"),
        Column("file_name"),
    ),
    forgotten_by=("anonymous_id",),
    born="occurred_at",
)
_NAMES = [column.name for column in EVENTS.columns]
_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "json": pa.string(),
    "bool": pa.bool_(),
}
_UTC = pa.timestamp("us", tz="UTC")
_NAIVE = pa.timestamp("us")
_FIRST, _LAST = (
    int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (1900, 2200)
)
_NOTHING: Mapping[str, Any] = {}
_NO_TAGS = [None] * (len(_UTM) + len(_CLICK_IDS))


@dataclass
class Batch:
    """Events until they make a page, over many small files; counts what is dropped at the door."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    is_odd: bool = False

    def add(self, event: Mapping[str, Any], file_name: str, *, is_odd: bool) -> None:
        """Add an event; an odd one makes its page be typed row by row."""
        context = _mapping(event.get("context"))
        for name in ("ip", "userAgent"):
            if context.get(name):
                self.dropped[name] = self.dropped.get(name, 0) + 1
        self.rows.append(_row(event, context, file_name))
        self.is_odd = self.is_odd or is_odd

    def page(self) -> Page:
        """Return the events so far as a page, and start the next one."""
        rows, self.rows = self.rows, []
        is_odd, self.is_odd = self.is_odd, False
        found = None if is_odd or not rows else _arrow(rows)
        if found is None:
            return Page("events", [dict(zip(_NAMES, row, strict=True)) for row in rows])
        return Page("events", found)


def _arrow(rows: list[tuple[Any, ...]]) -> pa.Table | None:
    """Return the rows as typed columns, None where a value is of another kind."""
    try:
        arrays = [
            _instants(values)
            if column.type == "timestamp"
            else pa.array(values, _TYPES[column.type])
            for column, values in zip(EVENTS.columns, zip(*rows, strict=True), strict=True)
        ]
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError):
        return None
    return pa.table(arrays, names=_NAMES)


def _instants(values: tuple[Any, ...]) -> pa.Array:
    """Return ISO texts as naive UTC; raises ArrowInvalid outside the years that are believed."""
    found = pa.array(values, pa.string()).cast(_UTC)
    numbers = found.cast(pa.int64()).drop_null().to_numpy()
    if len(numbers) and not _FIRST <= numbers.min() <= numbers.max() < _LAST:
        raise pa.ArrowInvalid("an instant before 1900 or after 2199")
    return found.cast(_NAIVE)


def _row(event: Mapping[str, Any], context: Mapping[str, Any], file_name: str) -> tuple[Any, ...]:
    properties = dict(_mapping(event.get("properties")))
    page = _mapping(context.get("page"))
    campaign = _mapping(context.get("campaign"))
    consent = _mapping(_mapping(context.get("consent")).get("categoryPreferences"))
    traits, own = _mapping(context.get("traits")), _mapping(event.get("traits"))
    url = properties.pop("url", None) or page.get("url")
    text = str(url or "")
    query = _query(text.partition("?")[2].partition("#")[0]) if "?" in text else _NOTHING
    return (
        event.get("messageId"),
        event.get("type"),
        event.get("event"),
        event.get("anonymousId"),
        event.get("userId"),
        event.get("timestamp"),
        event.get("receivedAt"),
        url,
        properties.pop("path", None) or page.get("path"),
        properties.pop("referrer", None) or page.get("referrer"),
        properties.pop("title", None) or page.get("title"),
        *(_tags(campaign, query) if campaign or query else _NO_TAGS),
        own.get("email", traits.get("email")) or properties.pop("email", None),
        properties.pop("form_submission_id", None),
        consent.get("analytics"),
        consent.get("marketing"),
        json.dumps(properties, sort_keys=True) if properties else None,
        file_name,
    )


def _tags(campaign: Mapping[str, Any], query: Mapping[str, str]) -> list[Any]:
    """UTM values of the event, else of the address; click ids of the address, byte for byte."""
    named = zip(_UTM, _SEGMENT_UTM, strict=True)
    tags = [campaign.get(theirs) or query.get(ours) for ours, theirs in named]
    return tags + [query.get(name) for name in _CLICK_IDS]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


@lru_cache(maxsize=10_000)
def _query(text: str) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(text))
    except ValueError:
        return _NOTHING
