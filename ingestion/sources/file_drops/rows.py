"""One row of a dropped file -> one raw row: renaming, translation, lookups and exact sums."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup, Rule
from ingestion.sources.file_drops.tables import BOUNCE_CLASSES, EVENT_TYPES, MEASURES

_SHORT_HOUR = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T](\d):")

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


def row_of(
    drop: Drop,
    rule: FileRule,
    file_name: str,
    cells: Mapping[str, str],
    known: Mapping[Lookup, Mapping[str, str]],
) -> dict[str, Any]:
    """Return the raw row of a file's row; raises BadCellError where a cell does not fit."""
    row: dict[str, Any] = {column.name: None for column in rule.table.columns}
    row["source"] = drop.source
    for name, each in rule.rules:
        row[name] = _cell(name, each, cells, known)
    if rule.table.name == "ad_days":
        for name in ("campaign_id", "ad_group_id", "ad_id"):
            row[name] = row[name] or ""  # part of the key: a coarser grain has no such id
    if rule.table.name == "email_events" and row["event_type"] not in EVENT_TYPES:
        raise BadCellError("event_type: none of the known kinds; translate or skip it")
    if rule.table.name == "email_events":
        row["bounce_class"] = row["bounce_class"] or None  # "" is no class of its own
        if row["bounce_class"] not in (None, *BOUNCE_CLASSES):
            raise BadCellError(
                f"bounce_class: {file_name} has neither hard, soft nor nothing; translate its "
                f"words by `values` under bounce_class in config/file_drops/{drop.name}.yml"
            )
    return row


def _cell(
    name: str, rule: Rule, cells: Mapping[str, str], known: Mapping[Lookup, Mapping[str, str]]
) -> str | None:
    if not rule.columns:
        return rule.value
    parts = [cells.get(column, "").strip() for column in rule.columns]
    if fault := next((_FAULTS[each] for each in parts if each in _FAULTS), None):
        raise BadCellError(f"{name}: {fault}")
    text = ":".join(parts)
    if len(rule.columns) == 1 and text == "":
        return rule.value
    for lookup in rule.lookups:
        if text not in known[lookup]:
            return rule.value
        text = known[lookup][text]
    if rule.last_part:
        text = text.rsplit(rule.last_part, 1)[-1]
    if rule.values:
        translated = dict(rule.values)
        found = translated.get(text, translated.get("*"))
        if found is None:
            raise BadCellError(f"{name}: a value that the mapping does not translate")
        return found
    if rule.divide_by:
        return format(_number(name, text) / Decimal(rule.divide_by), "f")
    if name.endswith(("_at", "_on")):
        text = padded(text)
    return text


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCellError(f"{name}: text where a number is due") from None
    if not number.is_finite():
        raise BadCellError(f"{name}: not a finite number")
    return number


@dataclass
class Sums:
    """Rows that a platform splits by device, network or keyword, folded to one a key."""

    key: tuple[str, ...]
    folded: int = 0
    _held: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Fold a row into the sum of its key; a measure that no row states stays empty."""
        for name in MEASURES:
            row[name] = None if row[name] in (None, "") else _number(name, row[name])
        held = self._held.setdefault(tuple(row[name] for name in self.key), row)
        if held is row:
            return
        self.folded += 1
        for name in MEASURES:
            if row[name] is not None:
                held[name] = row[name] if held[name] is None else held[name] + row[name]

    def rows(self) -> list[dict[str, Any]]:
        """Return the sums, exact, as text."""
        return [
            row | {name: None if row[name] is None else format(row[name], "f") for name in MEASURES}
            for row in self._held.values()
        ]
