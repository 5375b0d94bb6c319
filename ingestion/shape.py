"""Vendor records -> flat rows: snake-cased names, nesting joined by `__`, collisions marked."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ingestion.wire import COLLISION

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ODD = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    """Return the raw column name of a vendor's field: `createdAt` -> `created_at`.

    Letters outside ASCII become one underscore each run, as the warehouse would name them.
    """
    return _ODD.sub("_", _HUMP.sub("_", name).lower()).strip("_") if name != COLLISION else name


@lru_cache(maxsize=1_000)
def _columns(names: tuple[str, ...], under: str) -> tuple[str, ...]:
    """Return the columns of an object's fields; records of one kind have few sets of them."""
    prefix = f"{under}__" if under else ""
    return tuple(COLLISION if name == COLLISION else f"{prefix}{snake(name)}" for name in names)


def flat(record: Mapping[str, Any], nested: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the record with snake-cased names, the objects under `nested` opened one level.

    Two fields that get one name (`Email` and `E-Mail`) would silently become one: such a row
    carries the collision mark, and the load sends it to quarantine.
    """
    row: dict[str, Any] = {}
    fields = 0
    for column, value in zip(_columns(tuple(record), ""), record.values(), strict=True):
        if column in nested and isinstance(value, Mapping):
            row.update(zip(_columns(tuple(value), column), value.values(), strict=True))
            fields += len(value)
        else:
            row[column] = value
            fields += 1
    return row if len(row) == fields else _marked(record, nested)


def _marked(record: Mapping[str, Any], nested: tuple[str, ...]) -> dict[str, Any]:
    """Return the row of a record in which two fields get one name."""
    row: dict[str, Any] = {}
    for column, value in zip(_columns(tuple(record), ""), record.values(), strict=True):
        if column in nested and isinstance(value, Mapping):
            for inner, each in zip(_columns(tuple(value), column), value.values(), strict=True):
                _put(row, inner, each)
        else:
            _put(row, column, value)
    return row


def _put(row: dict[str, Any], name: str, value: Any) -> None:
    if name in row:
        row[COLLISION] = f"two fields are both named {name}"
    else:
        row[name] = value


def picked(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a record by the names of columns, `__` going down (`address__country`).

    A field that the record does not name stays out, so that one which vanishes is noticed; below an
    object that is null everything is None.
    """
    row: dict[str, Any] = {}
    for name in names:
        found: Any = record
        for part in name.split("__"):
            if found is not None and not (isinstance(found, Mapping) and part in found):
                break
            found = None if found is None else found[part]
        else:
            row[name] = found
    return row
