"""Rows as vendors send them -> rows of the declared types, or a reason why not.

Nothing is coerced silently: a value that does not fit its declared column sends the row to
quarantine, an undeclared field is kept in `_extra` and reported as drift.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from ingestion.contract import ColumnType, Table
from ingestion.shape import snake
from ingestion.wire import COLLISION

_ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "decimal": pa.decimal128(38, 9),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}
_INT64 = 2**63
_YEARS = range(1900, 2200)


class BadValueError(ValueError):
    """A value that its column cannot hold; the text says why and never quotes the value."""


@dataclass
class Typed:
    """Typed rows, the rows that could not be typed with their reason, and the drift seen.

    `held` are the keys of bad rows that can be read: their last good version is to stay. `seen`
    are the declared columns that any row named at all.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    held: list[tuple[str, ...]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    drift: dict[tuple[str, str], int] = field(default_factory=dict)


def arrow_schema(table: Table) -> pa.Schema:
    """Return the arrow schema of a spooled row: declared columns and the load's own."""
    declared = [pa.field(column.name, _ARROW[column.type]) for column in table.own_columns]
    own = [("_extra", pa.string()), ("is_deleted", pa.bool_()), ("_seq", pa.int64())]
    return pa.schema([*declared, *(pa.field(name, type_) for name, type_ in own)])


def type_rows(
    table: Table, rows: list[dict[str, Any]], first_seq: int, latest: datetime | None = None
) -> Typed:
    """Return the rows typed by the table's columns; `_seq` numbers them in the order they came.

    A row whose order column lies after `latest` (naive UTC) is bad: it would stay the newest for
    ever.
    """
    converters = [(column.name, _CONVERT[column.type]) for column in table.columns]
    declared = {column.name for column in table.columns}
    out = Typed()
    for offset, row in enumerate(rows):
        try:
            typed = _typed(table, row, converters, declared, first_seq + offset, out.drift)
            if table.order and latest and typed[table.order] and typed[table.order] > latest:
                raise BadValueError(f"{table.order}: an instant ahead of now")
            out.rows.append(typed)
        except BadValueError as error:
            out.bad.append((str(error), body_of(row)))
            out.held += _readable_key(table, row)
        out.seen |= declared & row.keys()
    return out


def _readable_key(table: Table, row: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the key of a bad row, as text, or nothing where it cannot be read."""
    try:
        key = [_CONVERT[table.column(name).type](row.get(name)) for name in table.key]
    except BadValueError:
        return []
    return [] if None in key else [tuple(str(part) for part in key)]


def _typed(
    table: Table,
    row: Mapping[str, Any],
    converters: list[tuple[str, Callable[[Any], Any]]],
    declared: set[str],
    seq: int,
    drift: dict[tuple[str, str], int],
) -> dict[str, Any]:
    if COLLISION in row:
        raise BadValueError(str(row[COLLISION]))
    typed: dict[str, Any] = {"_seq": seq}
    for name, convert in converters:
        value = row.get(name)
        if value is None:
            typed[name] = None
            continue
        try:
            typed[name] = convert(value)
        except BadValueError as error:
            raise BadValueError(f"{name}: {error}") from None
        if isinstance(value, str) and "\x00" in value:
            _note(drift, name, "nul_byte", 1)
    for name in table.key:
        if typed[name] is None:
            raise BadValueError(f"{name}: the key is empty")
    typed["is_deleted"] = bool(typed.get("is_deleted"))
    extra = {
        name: value
        for name, value in row.items()
        if name not in declared and name not in table.ignored
    }
    for name in extra:
        if snake(name) in row and snake(name) != name:
            raise BadValueError(f"two fields are both named {snake(name)}")
        _note(drift, name[:200].encode("utf-8", "replace").decode(), "undeclared", 1)
    typed["_extra"] = _json(extra) if extra else None
    return typed


def _note(drift: dict[tuple[str, str], int], name: str, kind: str, times: int) -> None:
    drift[name, kind] = drift.get((name, kind), 0) + times


def body_of(row: Any) -> str:
    """Return a row as text that any column can hold, whatever the vendor sent."""
    try:
        return json.dumps(row, default=str, sort_keys=True, ensure_ascii=True)
    except (RecursionError, TypeError, ValueError):
        return repr(row)[:100_000].encode("ascii", "backslashreplace").decode()


def _json(value: Any) -> str:
    try:
        return json.dumps(value, default=str, sort_keys=True, allow_nan=False)
    except (RecursionError, TypeError, ValueError):
        raise BadValueError("JSON that is too deep or holds what is no finite number") from None


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise BadValueError("a nested value where text is declared")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadValueError("not a finite number")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise BadValueError("a lone surrogate, which no UTF-8 text holds") from None
    # DuckDB's text ends at a NUL in some clients; the removal is counted as drift.
    return text.replace("\x00", "") if "\x00" in text else text


def _bigint(value: Any) -> int | None:
    if isinstance(value, bool):
        raise BadValueError("a truth value where a whole number is declared")
    if isinstance(value, float | Decimal):
        if not math.isfinite(value) or value % 1 != 0:
            raise BadValueError("a fraction where a whole number is declared")
        value = int(value)
    if isinstance(value, str):
        if value.strip() == "":
            return None
        try:
            value = int(value)
        except ValueError:
            raise BadValueError("text where a whole number is declared") from None
    if not isinstance(value, int):
        raise BadValueError("a nested value where a whole number is declared")
    if not -_INT64 <= value < _INT64:
        raise BadValueError("a whole number past 64 bits")
    return value


def _double(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadValueError("not a number")
    if isinstance(value, str) and value.strip() == "":
        return None
    try:
        number = float(value)
    except ValueError:
        raise BadValueError("text where a number is declared") from None
    if not math.isfinite(number):
        raise BadValueError("not a finite number")
    return number


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadValueError("not an amount")
    if isinstance(value, str) and value.strip() == "":
        return None
    try:
        # Through text: a float's binary tail is not money.
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadValueError("text where an amount is declared") from None
    if not number.is_finite():
        raise BadValueError("not a finite amount")
    if number != number.quantize(Decimal("1e-9")) or abs(number) >= Decimal(10) ** 29:
        raise BadValueError("an amount finer or larger than the column holds")
    return number


def _bool(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        lowered = value.strip().lower()
        if lowered == "":
            return None
        if lowered in {"true", "1", "yes"}:
            return True
        if lowered in {"false", "0", "no"}:
            return False
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise BadValueError("neither true nor false")


def _timestamp(value: Any) -> datetime | None:
    """Accept ISO text, epoch milliseconds (also as text) and datetimes; give naive UTC."""
    if isinstance(value, str):
        text = value.strip()
        if text == "":
            return None
        if text.lstrip("-").isdigit() and len(text) > 8:
            value = int(text)
        else:
            try:
                value = datetime.fromisoformat(text.replace("Z", "+00:00"))
            except ValueError:
                raise BadValueError("text that is no instant") from None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            value = datetime.fromtimestamp(value / 1000, tz=UTC)
        except (OverflowError, OSError, ValueError):
            raise BadValueError("an instant outside the calendar") from None
    if not isinstance(value, datetime):
        raise BadValueError("not an instant")
    instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if instant.year not in _YEARS:
        raise BadValueError("an instant before 1900 or after 2199")
    return instant


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, str):
        text = value.strip()
        if text == "":
            return None
        try:
            value = date.fromisoformat(text[:10])
        except ValueError:
            raise BadValueError("text that is no day") from None
    if not isinstance(value, date):
        raise BadValueError("not a day")
    if value.year not in _YEARS:
        raise BadValueError("a day before 1900 or after 2199")
    return value


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


_CONVERT: dict[ColumnType, Callable[[Any], Any]] = {
    "text": _text,
    "bigint": _bigint,
    "double": _double,
    "decimal": _decimal,
    "bool": _bool,
    "timestamp": _timestamp,
    "date": _date,
    "json": _json_text,
}
