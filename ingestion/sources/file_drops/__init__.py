"""Dropped files -> raw_file_drops, conformed by a mapping: inbox/<name>/ and file_drops/<name>.yml.

For teams that already replicate their tools: one CSV, JSON lines or Parquet file a table, as a
managed loader leaves them. A file is read again when it or the mapping's other files change. Ad
days that a platform splits by device, network or keyword are summed to their key; the rows that
were folded are counted, and every column that has no place is named in the drift report.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.catalogue import Notes
from ingestion.contract import Bad, Extraction, Page, Source, Yield
from ingestion.convert import body_of
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup, read_drop
from ingestion.sources.file_drops.reader import BadLine, open_plain, read_rows, refuse_odd
from ingestion.sources.file_drops.rows import BadCellError, Sums, padded, row_of
from ingestion.sources.file_drops.tables import TABLES

ROWS_PER_PAGE = 5_000
# More is no file with a few bad rows: its quarantine would fill the memory.
MAX_BAD_ROWS = 10_000
# Folders of the inbox that have a source of their own.
_NOT_OURS = {"web_events"}


def extract(ctx: Extraction) -> Iterator[Yield]:
    """Yield the rows of every file that is new or changed, folder by folder."""
    inbox, mappings = Path(str(ctx.config["inbox"])), Path(str(ctx.config["mappings"]))
    seen: dict[str, str] = dict(ctx.state.get("files", {}))
    for folder in sorted(inbox.iterdir()) if inbox.is_dir() else ():
        if folder.name in _NOT_OURS or folder.name.startswith("."):
            continue
        if folder.is_symlink() or not folder.is_dir():
            raise LoadFailed(
                f"file_drops: {folder.name} lies loose in the inbox. Put it in a folder named "
                "like its mapping in config/file_drops."
            )
        yield from _folder(ctx, inbox, folder, read_drop(mappings, folder.name), seen)
    ctx.state["files"] = seen


def _folder(
    ctx: Extraction, inbox: Path, folder: Path, drop: Drop, seen: dict[str, str]
) -> Iterator[Yield]:
    known: dict[Lookup, dict[str, str]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        rule = drop.rule_of(path.name)
        if rule is None:
            looked_in = {each.file for files in drop.files for each in files.lookups}
            if path.name not in looked_in:
                ctx.count("file_without_mapping", column=f"{drop.name}/{path.name}"[:200])
            continue
        mark = _mark(path, inbox, rule)
        if seen.get(f"{drop.name}/{path.name}") == mark and not ctx.full:
            continue
        for lookup in rule.lookups:
            if lookup not in known:
                known[lookup] = _table_of(folder, inbox, rule, lookup)
        yield from _file(ctx, drop, path, rule, known)
        seen[f"{drop.name}/{path.name}"] = mark


def _mark(path: Path, inbox: Path, rule: FileRule) -> str:
    """Return the digest of everything that the rows of a file depend on."""
    digest = hashlib.md5(repr(rule).encode(), usedforsecurity=False)
    others = sorted({path.parent / lookup.file for lookup in rule.lookups})
    for each in (path, *(other for other in others if other.exists())):
        refuse_odd(each, inbox)
        with open_plain(each) as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _table_of(folder: Path, inbox: Path, rule: FileRule, lookup: Lookup) -> dict[str, str]:
    """Return a lookup file as a table; of several rows with one key the newest counts, or the last.

    A file that is not there is an empty table where the mapping has a value to fall back on.
    """
    path = folder / lookup.file
    if not path.exists():
        if lookup.optional:
            return {}
        raise LoadFailed(
            f"file_drops: {path.name} is missing, where {rule.pattern} looks up {lookup.value}. "
            "Drop it beside the others, then run again."
        )
    refuse_odd(path, inbox)
    wanted = {lookup.key, lookup.value, *filter(None, [lookup.newest])}
    found: dict[str, tuple[str, str]] = {}
    for _, row in read_rows(path, rule.delimiter, rule.encoding):
        if isinstance(row, BadLine):
            continue
        _check_columns(path.name, wanted, row.keys())
        order = padded(row[lookup.newest]) if lookup.newest else ""
        key, value = row[lookup.key], row[lookup.value]
        held = found.get(key)
        if held and lookup.all:
            found[key] = (order, f"{held[1]};{value}")
        elif held is None or order >= held[0]:
            found[key] = (order, value)
    return {key: value for key, (_, value) in found.items()}


def _check_columns(name: str, wanted: set[str], held: Collection[str]) -> None:
    if missing := sorted(wanted - set(held)):
        shown = ", ".join(list(held)[:12])
        raise LoadFailed(
            f"file_drops: {name} has no column {missing[0]!r}; it has {shown[:300]}. If that is "
            "one name, the delimiter is wrong. Correct the mapping in config/file_drops, or the "
            "file."
        )


def _file(
    ctx: Extraction,
    drop: Drop,
    path: Path,
    rule: FileRule,
    known: Mapping[Lookup, Mapping[str, str]],
) -> Iterator[Yield]:
    rows: list[dict[str, Any]] = []
    sums = Sums(rule.table.key)
    columns = _Columns(path.name, rule)
    bad = 0
    for number, cells in read_rows(path, rule.delimiter, rule.encoding):
        try:
            if isinstance(cells, BadLine):
                raise BadCellError(f"{path.name}: {cells.reason}")
            columns.note(cells)
            if any(cells.get(column, "") in values for column, values in rule.skip):
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
            where = {"folder": drop.name, "file": path.name, "line": number}
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
            _check_columns(self.file, self.rule.read, cells.keys())
        self.seen |= cells.keys()
        if "*" not in self.rule.ignored:
            for name in cells.keys() - self.rule.read - self.rule.ignored:
                self.filled[name] += cells[name] != ""

    def report(self, ctx: Extraction, drop: str) -> None:
        """Name every column without a place; raises where one that is read was never there."""
        if self.seen:
            _check_columns(self.file, self.rule.read, sorted(self.seen))
        for name, times in sorted(self.filled.items()):
            kind = "unmapped_column" if times else "unmapped_column_empty"
            column = f"{drop}/{self.file}:{name}"[:200]
            ctx.count(kind, self.rule.table.name, times, column)


def revive(config: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the raw row of quarantined cells by the mapping of today; raises ValueError if none.

    A changed mapping makes its files be read again anyhow; this is for files that are gone.
    """
    drop = read_drop(Path(str(config["mappings"])), str(body["folder"]))
    rule = drop.rule_of(str(body["file"]))
    if rule is None:
        raise ValueError(f"no pattern of config/file_drops/{drop.name}.yml fits {body['file']}")
    if rule.sums:
        raise ValueError("a part of a sum: mend the file, and it is read again as a whole")
    inbox = Path(str(config["inbox"]))
    known = {each: _table_of(inbox / drop.name, inbox, rule, each) for each in rule.lookups}
    row = row_of(drop, rule, str(body["file"]), body["cells"], known)
    return row | {"file_name": body["file"], "row_number": body["line"]}


FILE_DROPS = Source(
    name="file_drops",
    kind="files",
    title="Dropped files",
    tables=TABLES,
    extract=extract,
    required=("inbox", "mappings"),
    revive=revive,
    notes=Notes(
        reads="Exports of any system, one folder each in the home's `inbox`, by a mapping in "
        "`config/file_drops` that says which column means what.",
        cursor="Files by name and digest: a file that has been read is not opened again.",
        lookback="The newest file of a key wins; older versions are kept.",
        limits="Links, paths that leave the folder and archives that unpack without end are "
        "refused; rows that do not fit their columns go to quarantine with the reason.",
        blind=("Deletions: a row missing from a later file is not taken for deleted.",),
    ),
)
