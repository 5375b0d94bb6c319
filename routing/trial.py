"""Rules tried out: on the leads of a file, and one version on all leads."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from routing.decide import Decision, Lead, decide
from routing.errors import CannotRoute
from routing.rules import FIELDS, NUMBERS, OWNERS, Rules, Version, instant
from routing.run import hours, leads

_COLUMNS = tuple(name for name in FIELDS if name != "territory")


def of_file(warehouse: Path, rules: Rules, path: Path, now: datetime) -> list[str]:
    """Return a line a lead of a CSV file; one without an instant arrives now.

    Raises CannotRoute where the file is none, or a column or a value is not understood.
    """
    found = list(_read(path, rules, now))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        decisions = list(decide(rules, hours(connection), found))
    lines = [f"{each.lead_id}: {each.owner or 'nobody'}. {each.explanation}" for each in decisions]
    return [*lines, "", *_shares(decisions)]


def replayed(warehouse: Path, rules: Rules, name: str) -> list[str]:
    """Return who would have had the leads had a version always been in force, beside who was to.

    Raises CannotRoute where there is no such version.
    """
    version = _version(rules, name)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        open_hours, known = hours(connection), list(leads(connection, rules))
    before = list(decide(rules, open_hours, known))
    after = list(decide(rules, open_hours, known, always=version))
    moved = sum(one.owner != other.owner for one, other in zip(before, after, strict=True))
    return [f"{moved:,} of {len(known):,} leads would be another owner's", "", *_shares(after)]


def _version(rules: Rules, name: str) -> Version:
    for version in rules.versions:
        if version.name == name:
            return version
    known = ", ".join(each.name for each in rules.versions) or "none that counts in this home"
    raise CannotRoute(f"no version of the rules is called {name}; there are {known}")


def _shares(decisions: list[Decision]) -> Iterator[str]:
    counted = Counter((each.rule or "(no rules)", each.owner or "nobody") for each in decisions)
    for (rule, owner), leads_of in sorted(counted.items()):
        yield f"{rule:24} {owner:16} {leads_of:8,}"


def _read(path: Path, rules: Rules, now: datetime) -> Iterator[Lead]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            unknown = sorted(set(rows.fieldnames or ()) - {"lead_id", "arrived_at", *_COLUMNS})
            if unknown or not rows.fieldnames:
                raise CannotRoute(
                    f"{path}: no rule asks for {', '.join(unknown) or 'nothing'}; the columns may"
                    f" be lead_id, arrived_at, {', '.join(_COLUMNS)}"
                )
            for number, row in enumerate(rows, start=1):
                yield _lead(path, number, row, rules, now)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRoute(f"{path} cannot be read: {error}") from None


def _lead(path: Path, number: int, row: Mapping[str, str], rules: Rules, now: datetime) -> Lead:
    stated = {name: value.strip() for name, value in row.items() if name and (value or "").strip()}
    try:
        arrived_at = instant(stated["arrived_at"]) if "arrived_at" in stated else now
        numbers = {name: float(stated[name]) for name in NUMBERS if name in stated}
    except ValueError as error:
        raise CannotRoute(f"{path}, line {number + 1}: {error}") from None
    # As in a home, whoever the rules do not know owns nothing.
    owned = {name: None for name in OWNERS if stated.get(name) not in rules.owners}
    # Numbered with leading noughts, so that leads of one instant keep the order of the file.
    lead_id = stated.get("lead_id", f"row {number:06d}")
    return Lead(lead_id, arrived_at, {**stated, **numbers, **owned})
