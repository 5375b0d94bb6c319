"""How a dropped file becomes rows: one yml per folder of the inbox, checked before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from ingestion.contract import Table
from ingestion.errors import LoadFailed
from ingestion.sources.file_drops import layout as layouts
from ingestion.sources.file_drops.layout import Layout
from ingestion.sources.file_drops.tables import OPTIONAL_KEYS, TABLES

_RULE_KEYS = {
    *("column", "value", "values", "divide_by", "last_part", "join", "lookup"),
    *("empty", "numbers", "format", "time_zone", "glue"),
}
# How amounts are shown to people: the sign between thousands, then the one before the fraction.
_NUMBERS = ("1,234.5", "1.234,5")
_BLOCK_KEYS = {
    "pattern",
    "table",
    "columns",
    "ignored",
    "skip",
    "replaces",
    "optional",
    *layouts.KEYS,
}
_OWN = {"source", "file_name", "row_number"}


@dataclass(frozen=True)
class Lookup:
    """A value taken from another file of the drop: its `value` where its `key` is ours.

    Of several rows with one key the one with the greatest `newest` counts, else the last; or with
    `all` every one, joined with `;`. `optional` files may be missing. With `or_same` a key that the
    file lacks stands for itself, where else nothing would.
    """

    file: str
    key: str
    value: str
    newest: str = ""
    optional: bool = False
    all: bool = False
    or_same: bool = False


@dataclass(frozen=True)
class Rule:
    """How one column is filled: from a file column or a fixed value, and what is done to it.

    `columns` are joined by `glue` where there are several. `values` translates (`*` is any other
    value); one that is not in it sends the row to quarantine. `divide_by` is exact decimal
    division. Several `lookups` follow each other: creative -> campaign -> account. Words in `empty`
    mean nothing. `numbers` says how an amount is shown, `format` how a day or an instant is written
    (as Python's strptime has it), `time_zone` where its clock stands.
    """

    columns: tuple[str, ...] = ()
    glue: str = ":"
    value: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    divide_by: str = ""
    last_part: str = ""
    lookups: tuple[Lookup, ...] = ()
    empty: tuple[str, ...] = ()
    numbers: str = ""
    format: str = ""
    time_zone: str = ""


@dataclass(frozen=True)
class FileRule:
    """How the files of one name pattern become rows of one table.

    Columns in `optional` may be missing. Rows whose cell fits one of the patterns under `skip` are
    left out and counted. Of files that `replaces`, each holds everything: what the last by name
    lacks is deleted.
    """

    pattern: str
    table: Table
    rules: tuple[tuple[str, Rule], ...]
    sums: bool
    ignored: frozenset[str]
    optional: frozenset[str]
    layout: Layout
    replaces: bool
    skip: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def fixed(self) -> tuple[tuple[str, str], ...]:
        """The columns of the key that are one and the same in every row of a file."""
        return tuple(
            (name, rule.value)
            for name, rule in self.rules
            if name in self.table.key and not rule.columns and rule.value is not None
        )

    @property
    def read(self) -> set[str]:
        """The columns of the file that the mapping reads."""
        named = {column for _, rule in self.rules for column in rule.columns}
        return named | {column for column, _ in self.skip}

    @property
    def required(self) -> set[str]:
        """The columns without which a file is not what the mapping expects."""
        return self.read - self.optional

    def is_loose(self, file_name: str) -> bool:
        """Whether the rows of a file may each have other columns, as JSON lines do."""
        return file_name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """The lookups that the mapping makes in other files."""
        return tuple(lookup for _, rule in self.rules for lookup in rule.lookups)


@dataclass(frozen=True)
class Drop:
    """The mapping of one inbox folder. `source` is the system's name in the warehouse."""

    name: str
    source: str
    files: tuple[FileRule, ...]

    def rules_of(self, file_name: str) -> list[FileRule]:
        """Return the rules whose pattern fits the file's name, the first of each table."""
        fitting: dict[str, FileRule] = {}
        for each in self.files:
            if fnmatchcase(file_name, each.pattern):
                fitting.setdefault(each.table.name, each)
        return list(fitting.values())


def read_drop(folder: Path, name: str) -> Drop:
    """Return the checked mapping of the inbox folder `name`; raises LoadFailed with the remedy."""
    path = folder / f"{name}.yml"
    if not path.is_file():
        raise LoadFailed(
            f"file_drops: the inbox folder {name} has no mapping. Write config/file_drops/"
            f"{name}.yml, or take the folder out of the inbox."
        )
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        blocks = document["files"]
        files = tuple(_file_rule(block) for block in blocks)
        return Drop(name, str(document["source"]), files)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        said = str(error).strip("'\"") if isinstance(error, ValueError) else f"{error!r}"
        raise LoadFailed(f"config/file_drops/{name}.yml: {said}. Mend the mapping.") from error


def _file_rule(block: Mapping[str, Any]) -> FileRule:
    if unknown := set(block) - _BLOCK_KEYS:
        raise ValueError(f"unknown key {sorted(unknown)[0]} under {block.get('pattern')}")
    tables = {table.name: table for table in TABLES}
    if block["table"] not in tables:
        raise ValueError(f"there is no table {block['table']}; there are {', '.join(tables)}")
    table = tables[block["table"]]
    declared = {column.name for column in table.columns} - _OWN
    rules = tuple((name, _rule(name, told)) for name, told in block["columns"].items())
    filled = {name for name, _ in rules}
    if unknown := filled - declared:
        raise ValueError(f"{table.name} has no column {sorted(unknown)[0]}")
    missing = set(table.key) - filled - _OWN - set(OPTIONAL_KEYS.get(table.name, ()))
    if missing:
        raise ValueError(f"{block['pattern']} fills no {sorted(missing)[0]}, the key of its rows")
    return FileRule(
        pattern=str(block["pattern"]),
        table=table,
        rules=rules,
        sums=table.name == "ad_days",
        ignored=frozenset(str(each) for each in block.get("ignored") or ()),
        optional=frozenset(str(each) for each in block.get("optional") or ()),
        layout=layouts.read_layout(block),
        replaces=bool(block.get("replaces", False)),
        skip=tuple(
            (str(column), tuple(str(value) for value in values))
            for column, values in (block.get("skip") or {}).items()
        ),
    )


def _rule(name: str, told: Any) -> Rule:
    """Read a rule: a bare word is a column of the file."""
    if isinstance(told, str):
        return Rule((told,))
    if unknown := set(told) - _RULE_KEYS:
        raise ValueError(f"unknown key {sorted(unknown)[0]} under {name}")
    named = told.get("join") or ([told["column"]] if "column" in told else [])
    asked = told.get("lookup") or []
    steps = [asked] if isinstance(asked, dict) else asked
    if not named and "value" not in told:
        raise ValueError(f"{name} names no column and no value")
    numbers, zone = str(told.get("numbers", "")), str(told.get("time_zone", ""))
    if numbers and numbers not in _NUMBERS:
        raise ValueError(f"numbers of {name} are written as {' or '.join(_NUMBERS)}")
    if zone and zone not in available_timezones():
        raise ValueError(f"there is no time zone {zone}, which {name} names")
    return Rule(
        columns=tuple(str(each) for each in named),
        glue=str(told.get("glue", ":")),
        value=str(told["value"]) if "value" in told else None,
        values=tuple((str(key), str(each)) for key, each in (told.get("values") or {}).items()),
        divide_by=str(told.get("divide_by", "")),
        last_part=str(told.get("last_part", "")),
        lookups=tuple(_lookup(step) for step in steps),
        empty=tuple(str(each) for each in told.get("empty") or ()),
        numbers=numbers,
        format=str(told.get("format", "")),
        time_zone=zone,
    )


def _lookup(step: Mapping[str, Any]) -> Lookup:
    file = str(step["file"])
    if "/" in file or "\\" in file or file in (".", ".."):
        raise ValueError(f"a lookup names a file beside the others, not the path {file}")
    return Lookup(
        file,
        str(step["key"]),
        str(step["value"]),
        newest=str(step.get("newest", "")),
        optional=bool(step.get("optional", False)),
        all=bool(step.get("all", False)),
        or_same=bool(step.get("or_same", False)),
    )
