"""Which files of the inbox are read, by which rule, and what a full export says is gone."""

import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from ingestion.contract import Bad, Extraction, Page, Sweep, Table, Yield
from ingestion.convert import CONVERT, BadValueError
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.content import rows_of
from ingestion.sources.file_drops.lookups import table_of
from ingestion.sources.file_drops.mapping import Drop, FileRule, Lookup
from ingestion.sources.file_drops.places import Inbox, inbox_of


@contextmanager
def opened(config: Mapping[str, Any]) -> Generator[Inbox]:
    """Open the inbox; what is fetched from a store lies in the home's work folder and goes away."""
    # The load's own folder, which the next load empties where this one is killed.
    work = Path(str(config["work"])) / "file_drops" if config.get("work") else None
    if work:
        work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetched_", dir=work) as folder:
        yield inbox_of(config, Path(folder) / "file")


@dataclass
class Dropped:
    """A file that a rule fits; files of one folder share the tables that they look up."""

    drop: Drop
    rule: FileRule
    name: str
    known: dict[Lookup, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """Folder and name."""
        return f"{self.drop.name}/{self.name}"

    @property
    def part(self) -> str:
        """The address and the table: one file may fill several."""
        return f"{self.address}>{self.rule.table.name}"

    def items(self, ctx: Extraction, inbox: Inbox) -> Iterator[Yield]:
        """Yield the rows of the file, and the sweep that it stands for if it is a full export."""
        for lookup in self.rule.lookups:
            if lookup not in self.known:
                self.known[lookup] = table_of(inbox, self.drop.name, self.rule, lookup)
        path = inbox.path(self.drop.name, self.name)
        rows = rows_of(ctx, self.drop, path, self.rule, self.known)
        yield from self._swept(ctx, rows) if self.rule.replaces else rows

    def _swept(self, ctx: Extraction, rows: Iterator[Yield]) -> Iterator[Yield]:
        table, keys, bad = self.rule.table, set[tuple[str, ...]](), 0
        for each in rows:
            if isinstance(each, Page) and isinstance(each.rows, list):
                for row in each.rows:
                    keys.add(key) if (key := _key(table, row)) else (bad := bad + 1)
            bad += isinstance(each, Bad)
            yield each
        if bad:
            # A row that cannot be read may be any record, so nothing is called gone.
            ctx.count("sweep_skipped_for_bad_rows", table.name, bad, self.address[:200])
        elif keys or ctx.config.get("allow_mass_deletion"):
            yield Sweep(
                table.name, frozenset(keys), (("source", self.drop.source), *self.rule.fixed)
            )
        else:
            raise LoadFailed(
                f"file_drops: {self.address} replaces what came before and has no row. If all of "
                "it was deleted, set allow_mass_deletion for file_drops and run again."
            )


def _key(table: Table, row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the key of a row as the warehouse writes it, None where it cannot be read."""
    try:
        values = [CONVERT[table.column(name).type](row[name]) for name in table.key]
    except BadValueError:
        return None
    return None if None in values else tuple(str(value) for value in values)


def files_of(ctx: Extraction, inbox: Inbox, drop: Drop) -> Iterator[Dropped]:
    """Yield the files of a folder that are read; of full exports the last by name alone."""
    known: dict[Lookup, dict[str, str]] = {}
    names = inbox.names(drop.name)
    looked_in = {each.file for files in drop.files for each in files.lookups}
    last = {rule: name for name in names for rule in drop.rules_of(name)}
    for name in names:
        rules = drop.rules_of(name)
        if not rules and name not in looked_in:
            ctx.count("file_without_mapping", column=f"{drop.name}/{name}"[:200])
        for rule in rules:
            if rule.replaces and last[rule] != name:
                ctx.count("replaced_by_a_later_file", column=f"{drop.name}/{name}"[:200])
            else:
                yield Dropped(drop, rule, name, known)


def refuse_rivals(drops: Sequence[Drop]) -> None:
    """Raise LoadFailed where a full export would sweep away rows that another rule brings."""
    rules = [(drop, rule) for drop in drops for rule in drop.files]
    for (one, first), (two, second) in combinations(rules, 2):
        same = one.source == two.source and first.table is second.table
        apart = {name for name, _ in set(first.fixed) ^ set(second.fixed)}
        apart &= {name for name, _ in first.fixed} & {name for name, _ in second.fixed}
        if same and (first.replaces or second.replaces) and not apart:
            raise LoadFailed(
                f"file_drops: {first.pattern} in {one.name}.yml and {second.pattern} in "
                f"{two.name}.yml both fill {first.table.name} of {one.source}, and one of them "
                "`replaces` what it lacks: it would delete the rows of the other. Give one of them "
                "a `source` of its own."
            )
