"""The shipped rules and the normaliser of each kind, as the room itself makes them."""

import csv
from functools import lru_cache
from typing import Any

from hygiene.kinds import KINDS, RULE_FILES, Kind
from hygiene.value import Normaliser, Value
from orchestration import rules
from orchestration.settings import PROJECT

CASES = PROJECT / "tests" / "cases" / "hygiene"


def cases(name: str) -> list[tuple[str, ...]]:
    """The rows of a table of known answers, without its head."""
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@lru_cache(1)
def shipped() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in RULE_FILES:
        found |= rules.read(PROJECT / "config", file)
    return found


def kind(table: str) -> Kind:
    return next(each for each in KINDS if each.table == table)


@lru_cache(20)
def normaliser(table: str) -> Normaliser:
    return kind(table).normaliser(shipped())


def value(table: str, raw: str, context: str = "") -> Value:
    return normaliser(table)(raw, context)


def answer(table: str, raw: str, context: str = "") -> str | None:
    """The normalised value, or its problem in brackets."""
    found = value(table, raw, context)
    return found.normalised if found.normalised is not None else f"({found.problem})"
