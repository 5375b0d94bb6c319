"""Tries every dropped file as a load would, types included, and loads nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from ingestion.contract import CLOCK_SKEW, Bad, Extraction, Page
from ingestion.errors import LoadFailed
from ingestion.http import Session
from ingestion.sources.file_drops.files import Dropped, files_of, opened, refuse_rivals
from ingestion.sources.file_drops.mapping import read_drop
from ingestion.sources.file_drops.places import Inbox
from ingestion.typed import type_rows

_SHOWN = 20
_PASSED_OVER = {
    "file_without_mapping": "as no pattern of its mapping fits its name",
    "replaced_by_a_later_file": "as a later full export replaces it",
}


@dataclass
class Checked:
    """What would become of one file, or why nothing would."""

    address: str
    table: str = ""
    rows: int = 0
    bad: int = 0
    why: str = ""
    unplaced: tuple[str, ...] = ()
    refused: str = ""
    passed_over: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether anything of the file would not be loaded."""
        return bool(self.bad or self.refused)

    def told(self) -> str:
        """Return it as a sentence."""
        if self.refused:
            return self.refused
        if self.passed_over:
            return f"{self.address}: not read, {self.passed_over}"
        said = f"{self.address}: {_counted(self.rows, 'fits', 'fit')} {self.table}"
        if self.bad:
            said += f", {self.bad:,} do{'es' if self.bad == 1 else ''} not; the first: {self.why}. "
            said += "Mend the file or its mapping"
        if not self.unplaced:
            return said
        more = len(self.unplaced) - _SHOWN
        shown = ", ".join(self.unplaced[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{said}. No place for: {shown}"


def _counted(times: int, one: str, many: str) -> str:
    return f"1 row {one}" if times == 1 else f"{times:,} rows {many}"


def check_files(config: Mapping[str, Any], as_of: datetime) -> Iterator[Checked]:
    """Yield what would become of every file; raises LoadFailed where the inbox cannot be read."""
    with opened(config) as inbox:
        drops = []
        for folder in inbox.folders():
            try:
                drop = read_drop(Path(str(config["mappings"])), folder)
            except LoadFailed as error:
                yield Checked(folder, refused=str(error))
                continue
            drops.append(drop)
            looked_at = _asked(config, as_of)
            for each in files_of(looked_at, inbox, drop):
                yield _checked(_asked(config, as_of), inbox, each)
            for _, address, kind in sorted(looked_at.counted):
                yield Checked(address, passed_over=_PASSED_OVER[kind])
        try:
            refuse_rivals(drops)
        except LoadFailed as error:
            yield Checked("", refused=str(error))


def _asked(config: Mapping[str, Any], as_of: datetime) -> Extraction:
    # A source of files never touches the session.
    return Extraction(config, cast("Session", None), as_of, {})


def _checked(ctx: Extraction, inbox: Inbox, file: Dropped) -> Checked:
    found = Checked(file.address, file.rule.table.name)
    latest = (ctx.as_of + CLOCK_SKEW).astimezone(UTC).replace(tzinfo=None)
    try:
        for each in file.items(ctx, inbox):
            if isinstance(each, Bad):
                found.bad, found.why = found.bad + 1, found.why or each.reason
            elif isinstance(each, Page):
                rows = cast("list[dict[str, Any]]", each.rows)
                typed = type_rows(file.rule.table, rows, 0, latest)
                found.rows += len(typed.rows)
                found.bad += len(typed.bad)
                found.why = found.why or next((str(bad[0]) for bad in typed.bad), "")
    except LoadFailed as error:
        found.refused = str(error)
    prefix = f"{file.address}:"
    found.unplaced = tuple(
        column.removeprefix(prefix)
        for _, column, kind in sorted(ctx.counted)
        if kind.startswith("unmapped_column")
    )
    found.rows += ctx.counted.get((found.table, "", "rows_folded_into_sums"), 0)
    return found
