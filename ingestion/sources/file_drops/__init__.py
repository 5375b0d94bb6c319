"""Dropped files -> raw_file_drops, conformed by a mapping: inbox/<name>/ and file_drops/<name>.yml.

For teams that already replicate their tools: one CSV a table, as a managed loader leaves them.
A file is read again when it or the mapping's other files change. Ad days that a platform splits
by device, network or keyword are summed to their key; the rows that were folded are counted.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ingestion.contract import Bad, Extraction, Page, Source, Yield
from ingestion.convert import body_of
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup, Rule, read_drop
from ingestion.sources.file_drops.reader import RaggedRowError, read_rows, refuse_odd
from ingestion.sources.file_drops.tables import EVENT_TYPES, MEASURES, TABLES

ROWS_PER_PAGE = 5_000
# Folders of the inbox that have a source of their own.
_NOT_OURS = {"web_events"}
_SHORT_HOUR = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T](\d):")


class _BadCellError(ValueError):
    """A cell that the mapping cannot turn into its column."""


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
                ctx.count(f"file_without_mapping:{drop.name}/{path.name}")
            continue
        refuse_odd(path, inbox)
        mark = _mark(path, rule)
        if seen.get(f"{drop.name}/{path.name}") == mark and not ctx.full:
            continue
        for lookup in rule.lookups:
            if lookup not in known:
                known[lookup] = _table_of(folder, inbox, rule, lookup)
        yield from _file(ctx, drop, path, rule, known)
        seen[f"{drop.name}/{path.name}"] = mark


def _mark(path: Path, rule: FileRule) -> str:
    """Return the digest of everything that the rows of a file depend on."""
    digest = hashlib.md5(repr(rule).encode(), usedforsecurity=False)
    others = sorted({path.parent / lookup.file for lookup in rule.lookups})
    for each in (path, *(other for other in others if other.is_file())):
        with each.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _table_of(folder: Path, inbox: Path, rule: FileRule, lookup: Lookup) -> dict[str, str]:
    """Return a lookup file as a table; of several rows with one key the last counts."""
    path = folder / lookup.file
    if not path.exists():
        raise LoadFailed(
            f"file_drops: {path.name} is missing, where {rule.pattern} looks up {lookup.value}. "
            "Drop it beside the others, then run again."
        )
    refuse_odd(path, inbox)
    found: dict[str, str] = {}
    for _, row in read_rows(path, rule.delimiter, rule.encoding):
        if not isinstance(row, RaggedRowError):
            _check_columns(path.name, {lookup.key, lookup.value}, row)
            found[row[lookup.key]] = row[lookup.value]
    return found


def _check_columns(name: str, wanted: set[str], row: Mapping[str, str]) -> None:
    if missing := sorted(wanted - row.keys()):
        held = ", ".join(list(row)[:12])
        raise LoadFailed(
            f"file_drops: {name} has no column {missing[0]!r}; it has {held[:300]}. If that is one "
            "name, the delimiter is wrong. Correct the mapping in config/file_drops, or the file."
        )


def _file(
    ctx: Extraction,
    drop: Drop,
    path: Path,
    rule: FileRule,
    known: Mapping[Lookup, Mapping[str, str]],
) -> Iterator[Yield]:
    rows: list[dict[str, Any]] = []
    summed: dict[tuple[Any, ...], dict[str, Any]] = {}
    checked = False
    for number, cells in read_rows(path, rule.delimiter, rule.encoding):
        if isinstance(cells, RaggedRowError):
            yield Bad(rule.table.name, f"{path.name}: {cells}", f"line {number} of {path.name}")
            continue
        if not checked:
            _check_columns(path.name, rule.read, cells)
            unmapped = cells.keys() - rule.read - rule.ignored
            if "*" not in rule.ignored:
                for name in sorted(unmapped):
                    ctx.count(f"unmapped_column:{drop.name}/{name}"[:200], rule.table.name)
            checked = True
        if any(cells[column] in values for column, values in rule.skip):
            ctx.count("skipped_by_mapping", rule.table.name)
            continue
        try:
            row = _row(drop, rule, cells, known) | {"file_name": path.name, "row_number": number}
        except _BadCellError as error:
            yield Bad(rule.table.name, str(error), body_of(cells))
            continue
        if rule.sums:
            _add(ctx, rule, summed, row)
            continue
        rows.append(row)
        if len(rows) >= ROWS_PER_PAGE:
            yield Page(rule.table.name, rows)
            rows = []
    rows += (_finished(row) for row in summed.values())
    for start in range(0, len(rows), ROWS_PER_PAGE):
        yield Page(rule.table.name, rows[start : start + ROWS_PER_PAGE])


def _row(
    drop: Drop,
    rule: FileRule,
    cells: Mapping[str, str],
    known: Mapping[Lookup, Mapping[str, str]],
) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: None for column in rule.table.columns}
    row["source"] = drop.source
    for name, each in rule.rules:
        row[name] = _cell(name, each, cells, known)
    if rule.table.name == "ad_days":
        for name in ("campaign_id", "ad_group_id", "ad_id"):
            row[name] = row[name] or ""  # part of the key: a coarser grain has no such id
    if rule.table.name == "email_events" and row["event_type"] not in EVENT_TYPES:
        raise _BadCellError("event_type: none of the known kinds; translate or skip it")
    return row


def _cell(
    name: str, rule: Rule, cells: Mapping[str, str], known: Mapping[Lookup, Mapping[str, str]]
) -> str | None:
    if not rule.columns:
        return rule.value
    text = ":".join(cells[column].strip() for column in rule.columns)
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
        if text not in translated:
            raise _BadCellError(f"{name}: a value that the mapping does not translate")
        return translated[text]
    if rule.divide_by:
        return format(_number(name, text) / Decimal(rule.divide_by), "f")
    if name.endswith(("_at", "_on")):
        text = _SHORT_HOUR.sub(r"\1 0\2:", text)
    return text


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _BadCellError(f"{name}: text where a number is due") from None
    if not number.is_finite():
        raise _BadCellError(f"{name}: not a finite number")
    return number


def _add(
    ctx: Extraction, rule: FileRule, summed: dict[tuple[Any, ...], dict[str, Any]], row: dict
) -> None:
    """Fold a row into the sum of its key; a measure that no row states stays empty."""
    for name in MEASURES:
        row[name] = None if row[name] in (None, "") else _number(name, row[name])
    held = summed.setdefault(tuple(row[name] for name in rule.table.key), row)
    if held is row:
        return
    ctx.count("rows_folded_into_sums", rule.table.name)
    for name in MEASURES:
        if row[name] is not None:
            held[name] = row[name] if held[name] is None else held[name] + row[name]


def _finished(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: None if row[name] is None else format(row[name], "f") for name in MEASURES}


FILE_DROPS = Source(
    name="file_drops",
    kind="files",
    title="Dropped files",
    tables=TABLES,
    extract=extract,
    required=("inbox", "mappings"),
)
