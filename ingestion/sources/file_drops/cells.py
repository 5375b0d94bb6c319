"""One cell of a dropped file -> the text that its column takes, by the mapping's rule for it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ingestion.sources.file_drops.mapping import Lookup, Rule

_SHORT_HOUR = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T](\d):")
# An amount as people see it, by the sign between the thousands: $1,234.50, 1.234,50 EUR, 12 %.
_AROUND = r"(?:[^\d\s.,+-]{1,4}\s?)?"
_SHOWN = {
    "1,234.5": re.compile(rf"([+-]?){_AROUND}(\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(\d+))?\s?{_AROUND}"),
    "1.234,5": re.compile(rf"([+-]?){_AROUND}(\d{{1,3}}(?:\.\d{{3}})+|\d+)(?:,(\d+))?\s?{_AROUND}"),
}
# Words that stand in a cell for a value that it should hold. The last three are our own marks, see
# sheet_process.py.
_FAULTS = {
    **dict.fromkeys(
        ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"),
        "an error of the spreadsheet stands where a value is due",
    ),
    "#ROUNDED!": "a number of more than 15 digits, which the spreadsheet has rounded: keep ids as "
    "text",
    "#UNCALCULATED!": "a formula that was never calculated: open the workbook and save it",
    "#MERGED!": "a part of a merged cell, so its value is not its own: unmerge it",
}


class BadCellError(ValueError):
    """A cell that the mapping cannot turn into its column."""


def padded(text: str) -> str:
    """Return an instant so that text sorts by time: loaders write 2:20:51."""
    return _SHORT_HOUR.sub(r"\1 0\2:", text)


def cell_of(
    name: str, rule: Rule, cells: Mapping[str, str], known: Mapping[Lookup, Mapping[str, str]]
) -> str | None:
    """Return what the column `name` takes; raises BadCellError where a cell does not fit."""
    if not rule.columns:
        return rule.value
    parts = [cells.get(column, "").strip() for column in rule.columns]
    if fault := next((_FAULTS[each] for each in parts if each in _FAULTS), None):
        raise BadCellError(f"{name}: {fault}")
    text = rule.glue.join(parts)
    if len(parts) == 1 and (text == "" or text in rule.empty):
        return rule.value
    for lookup in rule.lookups:
        if text not in known[lookup] and not lookup.or_same:
            return rule.value
        text = known[lookup].get(text, text)
    if rule.last_part:
        text = text.rsplit(rule.last_part, 1)[-1]
    if rule.values:
        translated = dict(rule.values)
        found = translated.get(text, translated.get("*"))
        if found is None:
            raise BadCellError(f"{name}: a value that the mapping does not translate")
        return found
    if rule.numbers:
        text = _plain(name, text, rule.numbers)
    if rule.divide_by:
        return format(number_of(name, text) / Decimal(rule.divide_by), "f")
    if rule.format or rule.time_zone:
        return _instant(name, text, rule)
    return padded(text) if name.endswith(("_at", "_on")) else text


def number_of(name: str, text: str) -> Decimal:
    """Return text as an exact number; raises BadCellError where it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCellError(f"{name}: text where a number is due") from None
    if not number.is_finite():
        raise BadCellError(f"{name}: not a finite number")
    return number


def _plain(name: str, text: str, style: str) -> str:
    found = _SHOWN[style].fullmatch(text)
    if found is None:
        raise BadCellError(f"{name}: no number as {style} is written")
    sign, whole, fraction = found.groups()
    digits = re.sub(r"\D", "", whole)
    return f"{sign}{digits}.{fraction}" if fraction else f"{sign}{digits}"


def _instant(name: str, text: str, rule: Rule) -> str:
    """Return a day or an instant as ISO text, an instant of a time zone in UTC."""
    try:
        at = (
            datetime.strptime(text, rule.format)
            if rule.format
            else datetime.fromisoformat(padded(text))
        )
    except ValueError:
        said = f"is not written as {rule.format}" if rule.format else "is no instant"
        raise BadCellError(f"{name}: a text that {said}") from None
    if rule.time_zone and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(rule.time_zone)).astimezone(UTC)
    return at.date().isoformat() if name.endswith("_on") else at.isoformat()
