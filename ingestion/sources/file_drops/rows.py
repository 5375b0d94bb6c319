"""One row of a dropped file -> one raw row: renaming, translation, lookups and exact sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.sources.file_drops.cells import BadCellError, cell_of, number_of
from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup
from ingestion.sources.file_drops.tables import OPTIONAL_KEYS, WORDS
from ingestion.sources.file_drops.tables.records import MEASURES


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
        row[name] = cell_of(name, each, cells, known)
    table = rule.table.name
    if table == "finance_months":
        row["month_on"] = f"{(row['month_on'] or '')[:7]}-01"  # one row a month, whatever its day
    for name in OPTIONAL_KEYS.get(table, ()):
        row[name] = row[name] or ""
    for (each, name), words in WORDS.items():
        if each == table and (row[name] or None) not in words:
            shown = ", ".join(sorted(word for word in words if word))
            raise BadCellError(
                f"{name}: {file_name} holds a word that is none of {shown}; translate it by "
                f"`values` under {name} in config/file_drops/{drop.name}.yml, or skip its rows"
            )
        if each == table:
            row[name] = row[name] or None
    if table == "fx_rates" and row["rate"] and number_of("rate", row["rate"]) <= 0:
        raise BadCellError("rate: a rate of nothing or less")
    return row


@dataclass
class Sums:
    """Rows that a platform splits by device, network or keyword, folded to one a key."""

    key: tuple[str, ...]
    folded: int = 0
    _held: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Fold a row into the sum of its key; a measure that no row states stays empty."""
        for name in MEASURES:
            row[name] = None if row[name] in (None, "") else number_of(name, row[name])
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
