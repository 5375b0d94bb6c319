"""How records are compared, as data: columns, comparisons, blocks, guards. One YAML file a kind.

A level of a comparison is one condition or several, all of which must hold:
`exact` (a column or several), `swapped` (two columns, each equal to the other's), `initial` (one
letter that begins the other), `jaro_winkler` (a column, with `least`), `edits` (a column, with
`most`; letters changed, lost, added or swapped), `difference` (a number or date, with `most`),
`sql` (over `column_l` and `column_r`). `term_frequency` names the column whose rare values weigh
more. `least_m` and `least_u` are floors under the trained shares, for a company of the training
that lacks an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class DefinitionError(ValueError):
    """A definition that cannot be used; the text says what is wrong in it."""


@dataclass(frozen=True)
class Comparison:
    """One thing compared. `of` are the columns without which there is nothing to compare."""

    name: str
    of: tuple[str, ...]
    levels: tuple[Mapping[str, Any], ...]
    otherwise: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """A linkage as data; docs/identity.md has a worked example.

    `columns` are derived columns, name -> SQL. `blocks` say which pairs are scored at all. `guards`
    are conditions over l and r under which a pair is refused whatever its weight. `ladder` holds
    match weights in bits: the least of a link, then where clusters over the size limit are cut
    again. `across` names a column whose value two linked records never share (two files to link);
    `one_to_one` gives each record one partner at most. `model` is the file of a trained model.
    """

    comparisons: tuple[Comparison, ...]
    blocks: tuple[str, ...]
    unique_id: str = "unique_id"
    across: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    guards: Mapping[str, str] = field(default_factory=dict)
    ladder: tuple[float, ...] = (6.0,)
    cluster_size_limit: int = 20
    one_to_one: bool = False
    training: Mapping[str, Any] = field(default_factory=dict)
    model: str | None = None

    @property
    def term_columns(self) -> tuple[str, ...]:
        """Columns whose frequencies the weights depend on, in order of appearance."""
        found = [
            level["term_frequency"]
            for comparison in self.comparisons
            for level in comparison.levels
            if "term_frequency" in level
        ]
        return tuple(dict.fromkeys(found))


def read(path: Path) -> Definition:
    """Return the definition of a YAML file; DefinitionError says what is missing or unknown."""
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path} is no YAML: {error}") from error
    return parse(told, str(path))


def parse(told: Any, where: str = "the definition") -> Definition:
    """Return the definition that a mapping tells; DefinitionError says what is wrong in it."""
    try:
        return _parsed(told)
    except DefinitionError as error:
        raise DefinitionError(f"{where}: {error}") from None


# What each key of a definition holds.
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "comparisons": list,
    "blocks": list,
    "unique_id": str,
    "across": str,
    "columns": Mapping,
    "guards": Mapping,
    "ladder": list,
    "cluster_size_limit": int,
    "one_to_one": bool,
    "training": Mapping,
    "model": str,
}
LEVEL = {"exact", "swapped", "initial", "jaro_winkler", "least", "edits", "difference", "most"}
LEVEL |= {"sql", "term_frequency", "least_m", "least_u"}
WORDS = {list: "a list", str: "a text", Mapping: "a mapping", int: "a whole number", bool: "a flag"}


def _parsed(told: Any) -> Definition:
    if not isinstance(told, Mapping):
        raise DefinitionError(f"a mapping of {', '.join(KINDS)} is expected")
    for name, value in told.items():
        if name not in KINDS:
            raise DefinitionError(f"{name} is not known; known are {sorted(KINDS)}")
        _kind(value, KINDS[name], name)
    for name in ("comparisons", "blocks"):
        if not told.get(name):
            raise DefinitionError(f"{name} is missing")
    apart = f' and l."{told["across"]}" <> r."{told["across"]}"' if told.get("across") else ""
    training = dict(told.get("training", {}))
    for name in ("certain", "blocks"):
        rules = _kind(training.get(name, []), list, f"training.{name}")
        training[name] = tuple(_block(each) + apart for each in rules)
    fields: dict[str, Any] = dict(told)
    fields["comparisons"] = tuple(_comparison(each) for each in told["comparisons"])
    fields["blocks"] = tuple(_block(each) + apart for each in told["blocks"])
    fields["ladder"] = tuple(_number(rung, "a rung") for rung in told.get("ladder", (6.0,)))
    fields["training"] = training
    return Definition(**fields)


def _kind(value: Any, kind: Any, name: str) -> Any:
    """Return the value, which must be of this kind; true is no whole number."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DefinitionError(f"{name} is {value!r}, and {WORDS[kind]} is expected")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{name} is {value!r}, and a number is expected")
    return float(value)


def _comparison(told: Any) -> Comparison:
    _kind(told, Mapping, "a comparison")
    try:
        of = _list(told["of"])
        listed = _kind(told["levels"], list, f"levels of {told['name']}")
        levels = tuple(_kind(each, Mapping, "a level") for each in listed)
        for level in levels:
            condition(level)
        otherwise = _kind(told.get("otherwise", {}), Mapping, "otherwise")
        return Comparison(str(told["name"]), of, levels, dict(otherwise))
    except KeyError as error:
        raise DefinitionError(f"a comparison lacks {error}: {dict(told)}") from None


def _block(told: str | Sequence[str]) -> str:
    """A block is SQL over `l` and `r`, or the list of columns that must be equal."""
    if isinstance(told, str) and ("." in told or " " in told):
        return told
    return " and ".join(f'l."{each}" = r."{each}"' for each in _list(told))


def condition(level: Mapping[str, Any]) -> str:
    """Return the SQL under which two records stand on a level."""
    if unknown := sorted(set(level) - LEVEL):
        raise DefinitionError(f"{unknown} is not known in a level; known are {sorted(LEVEL)}")
    parts = []
    for column in _list(level.get("exact", [])):
        parts.append(f'"{column}_l" = "{column}_r"')
    if "swapped" in level:
        columns = _list(level["swapped"])
        if len(columns) != 2:
            raise DefinitionError(f"swapped is of two columns, not {list(columns)}")
        one, other = columns
        parts.append(f'"{one}_l" = "{other}_r" and "{other}_l" = "{one}_r"')
    if column := level.get("initial"):
        one, other = _texts(column)
        parts.append(
            f"least(length({one}), length({other})) = 1 and left({one}, 1) = left({other}, 1)"
        )
    if column := level.get("jaro_winkler"):
        one, other = _texts(column)
        least = _number(level["least"], "least")
        parts.append(f"jaro_winkler_similarity({one}, {other}) >= {least}")
    if column := level.get("edits"):
        one, other = _texts(column)
        most = int(_number(level["most"], "most"))
        parts.append(f"damerau_levenshtein({one}, {other}) <= {most}")
    if column := level.get("difference"):
        parts.append(f'abs("{column}_l" - "{column}_r") <= {_number(level["most"], "most")}')
    if "sql" in level:
        parts.append(f"({level['sql']})")
    if not parts:
        raise DefinitionError(f"a level says nothing of how to compare: {dict(level)}")
    return " and ".join(parts)


def _texts(column: str) -> tuple[str, str]:
    return f'cast("{column}_l" as varchar)', f'cast("{column}_r" as varchar)'


def _list(told: Any) -> tuple[str, ...]:
    names = (told,) if isinstance(told, str) else tuple(_kind(told, list, "a list of columns"))
    for name in names:
        _kind(name, str, "a column")
    return names
