"""One dropped file as pages of rows: what fits, what goes to quarantine, what has no place."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ingestion.contract import Bad, Extraction, Page, Yield
from ingestion.convert import body_of
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.cells import BadCellError
from ingestion.sources.file_drops.lookups import check_columns
from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup
from ingestion.sources.file_drops.reader import BadLine, Note, read_rows
from ingestion.sources.file_drops.rows import Sums, row_of

ROWS_PER_PAGE = 5_000
# More is no file with a few bad rows: its quarantine would fill the memory.
MAX_BAD_ROWS = 10_000


def rows_of(
    ctx: Extraction,
    drop: Drop,
    path: Path,
    rule: FileRule,
    known: Mapping[Lookup, Mapping[str, str]],
) -> Iterator[Yield]:
    """Yield the rows of a file by its rule, in pages; `known` are the tables that it looks up."""
    rows: list[dict[str, Any]] = []
    sums = Sums(rule.table.key)
    columns = _Columns(path.name, rule)
    bad = 0
    for number, cells in read_rows(path, rule.layout):
        if isinstance(cells, Note):
            column = f"{drop.name}/{path.name}:{cells.what}"[:200]
            ctx.count(cells.kind, rule.table.name, column=column)
            continue
        try:
            if isinstance(cells, BadLine):
                raise BadCellError(f"{path.name}: {cells.reason}")
            columns.note(cells)
            if _is_skipped(rule, cells):
                ctx.count("skipped_by_mapping", rule.table.name)
                continue
            row = row_of(drop, rule, path.name, cells, known)
            row |= {"file_name": path.name, "row_number": number}
            if rule.sums:
                sums.add(row)
            else:
                rows.append(row)
        except BadCellError as error:
            bad += 1
            _refuse_rubbish(path.name, number, bad)
            where = {
                "folder": drop.name,
                "file": path.name,
                "line": number,
                "table": rule.table.name,
            }
            body = cells.body if isinstance(cells, BadLine) else body_of({**where, "cells": cells})
            yield Bad(rule.table.name, str(error), body or f"line {number} of {path.name}")
        if len(rows) >= ROWS_PER_PAGE:
            yield Page(rule.table.name, rows)
            rows = []
    columns.report(ctx, drop.name)
    if sums.folded:
        ctx.count("rows_folded_into_sums", rule.table.name, sums.folded)
    rows += sums.rows()
    for start in range(0, len(rows), ROWS_PER_PAGE):
        yield Page(rule.table.name, rows[start : start + ROWS_PER_PAGE])


def _is_skipped(rule: FileRule, cells: Mapping[str, str]) -> bool:
    return any(
        fnmatchcase(cells.get(column, "").strip(), pattern)
        for column, patterns in rule.skip
        for pattern in patterns
    )


def _refuse_rubbish(name: str, line: int, bad: int) -> None:
    if bad > MAX_BAD_ROWS:
        raise LoadFailed(
            f"file_drops: {name} has more than {MAX_BAD_ROWS:,} rows that cannot be read, up to "
            f"line {line}: it is not what its mapping expects. Mend one of the two, then run again."
        )


@dataclass
class _Columns:
    """Which columns of a file were seen, and how many values of those that have no place."""

    file: str
    rule: FileRule
    seen: set[str] = field(default_factory=set)
    filled: Counter[str] = field(default_factory=Counter)

    def note(self, cells: Mapping[str, str]) -> None:
        """Note the columns of one row; the first row of a table must have all that are read."""
        if not self.seen and not self.rule.is_loose(self.file):
            check_columns(self.file, self.rule.required, cells.keys())
        self.seen |= cells.keys()
        if "*" not in self.rule.ignored:
            for name in cells.keys() - self.rule.read - self.rule.ignored:
                self.filled[name] += cells[name] != ""

    def report(self, ctx: Extraction, drop: str) -> None:
        """Name every column without a place; raises where one that is read was never there."""
        if self.seen:
            check_columns(self.file, self.rule.required, sorted(self.seen))
        for name, times in sorted(self.filled.items()):
            kind = "unmapped_column" if times else "unmapped_column_empty"
            column = f"{drop}/{self.file}:{name}"[:200]
            ctx.count(kind, self.rule.table.name, times, column)
