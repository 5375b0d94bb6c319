"""One value of a vendor -> one value of a declared type, or the reason why not."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from ingestion.contract import ColumnType
from ingestion.wire import is_text

_INT64 = 2**63
_YEARS = range(1900, 2200)
# decimal(38, 9). The context that Python begins with knows 28 digits, and raises past them.
_NINE_PLACES, _HELD = Decimal("1e-9"), Context(prec=38)
# What every engine reads as the same number: no thousands, no currency, no digits of other scripts.
_AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)

_MILLIS = re.compile(r"-?\d+")


class BadValueError(ValueError):
    """A value that its column cannot hold; the text says why and never quotes the value."""


def body_of(row: Any) -> str:
    """Return a row as text that any column can hold, whatever the vendor sent."""
    try:
        return json.dumps(row, default=str, sort_keys=True, ensure_ascii=True)
    except (RecursionError, TypeError, ValueError):
        return repr(row)[:100_000].encode("ascii", "backslashreplace").decode()


# json.dumps would make one for each value.
_encoded = json.JSONEncoder(default=str, sort_keys=True, allow_nan=False).encode


def json_text(value: Any) -> str:
    """Return a value as JSON; raises BadValueError where no JSON can hold it."""
    try:
        return _encoded(value)
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
    _refuse_surrogates(text)
    # DuckDB's text ends at a NUL in some clients; the removal is counted as drift.
    return text.replace("\x00", "") if "\x00" in text else text


def _refuse_surrogates(text: str) -> None:
    if not is_text(text):
        raise BadValueError("a lone surrogate, which no UTF-8 text holds")


def _bigint(value: Any) -> int | None:
    if isinstance(value, bool):
        raise BadValueError("a truth value where a whole number is declared")
    if isinstance(value, float | Decimal):
        if math.isfinite(value) and abs(value) >= _INT64 + 1:
            # Before the whole part is taken: that of 1e999999 has a million digits.
            raise BadValueError("a whole number past 64 bits")
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
    except OverflowError:
        raise BadValueError("not a finite number") from None
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
    try:
        held = number.quantize(_NINE_PLACES, context=_HELD)
    except InvalidOperation:
        held = None
    if held != number:
        raise BadValueError("an amount finer or larger than the column holds")
    return held


def _amount(scale: int) -> Callable[[Any], str | None]:
    """Return a check that decimal(18, `scale`) holds an amount exactly; the text stays as it is."""

    def checked(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise BadValueError("not an amount")
        text = (value if isinstance(value, str) else str(value)).strip()
        if text == "":
            return None
        found = _AMOUNT.fullmatch(text)
        if found is None:
            raise BadValueError("text where an amount is declared")
        number = Decimal(text)
        if abs(number) >= Decimal(10) ** (18 - scale) or number != round(number, scale):
            raise BadValueError(f"an amount finer or larger than decimal(18, {scale}) holds")
        return format(number, "f") if found[2] else text

    return checked


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
        if _MILLIS.fullmatch(text) and len(text) > 8:
            # Its first digits tell enough of a longer one: Python reads 4,300 at most.
            value = int(text[:40])
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
    try:
        instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    except OverflowError:
        raise BadValueError("an instant outside the calendar") from None
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


def _document(value: Any) -> str:
    if not isinstance(value, str):
        return json_text(value)
    _refuse_surrogates(value)
    return value


CONVERT: dict[ColumnType, Callable[[Any], Any]] = {
    "text": _text,
    "bigint": _bigint,
    "double": _double,
    "decimal": _decimal,
    "money": _amount(2),
    "micros": _amount(6),
    "bool": _bool,
    "timestamp": _timestamp,
    "date": _date,
    "json": _document,
}
