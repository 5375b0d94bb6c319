"""Credits as a table for people, as JSON and as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from attribution.errors import CannotCredit
from attribution.run import Credited, Outcome

_NAMES = tuple(field.name for field in fields(Credited))
_SHORT = {"model_share": ".4f", "effect": ".6f", "share_low": ".4f", "share_high": ".4f"}
# What a spreadsheet would run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FILES = (".json", ".csv", ".parquet")


def as_json(outcome: Outcome) -> str:
    """Return everything, unrounded, one credit a line's worth of keys."""
    told = {
        "input": outcome.facts,
        "models": outcome.models,
        "notes": outcome.notes,
        "credits": [asdict(each) for each in outcome.credits],
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)


def as_table(outcome: Outcome) -> str:
    """Return a table, the largest credit of each model first; counts and notes around it."""
    used = [
        name
        for name in _NAMES
        if name not in ("model_conversions", "model_value")
        and any(getattr(each, name) is not None for each in outcome.credits)
    ]
    rows = [used]
    order = {each["model"]: place for place, each in enumerate(outcome.models)}
    for each in sorted(
        outcome.credits, key=lambda row: (order[row.model], -row.conversions, row.channel)
    ):
        rows.append([_cell(name, getattr(each, name)) for name in used])
    facts = outcome.facts
    counted = (
        f"{facts['journeys']:,} journeys, {facts['touches']:,} touches, {facts['paths']:,} paths, "
        f"{facts['channels']:,} channels; {facts['conversions']:,} conversions worth "
        f"{facts['value']:,.2f}"
    )
    told = [f"{each['model']}: {_told(each)}" for each in outcome.models if len(each) > 1]
    return "\n".join([counted, "", *_aligned(rows), "", *told, *outcome.notes]).rstrip()


def write(outcome: Outcome, target: Path) -> None:
    """Write the credits to a .json, .csv or .parquet file, whole or not at all."""
    if target.suffix not in FILES:
        raise CannotCredit(f"{target} is none of {', '.join(FILES)}")
    if not target.parent.is_dir():
        raise CannotCredit(f"there is no folder {target.parent}")
    partial = target.with_name(f".{target.name}.partial")
    if target.suffix == ".json":
        partial.write_text(as_json(outcome) + "\n", "utf-8")
    elif target.suffix == ".csv":
        partial.write_text(_csv(outcome.credits), "utf-8")
    else:
        kinds = [(n, pa.string() if n in ("model", "channel") else pa.float64()) for n in _NAMES]
        rows = [asdict(each) for each in outcome.credits]
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(kinds)), partial)
    partial.replace(target)


def _csv(credits: Sequence[Credited]) -> str:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(_NAMES)
    for each in credits:
        row = asdict(each)
        if row["channel"].startswith(_FORMULA):
            row["channel"] = f"'{row['channel']}"
        writer.writerow(row.values())
    return held.getvalue()


def _cell(name: str, value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else "?" for letter in value)
    return format(value, _SHORT.get(name, ",.2f"))


def _told(facts: dict) -> str:
    words = {
        "p_conversion": "p(conversion) {:.6f}",
        "states": "{:,} states",
        "clipped": "{:.6f} below 0 is credited to no touch",
    }
    return ", ".join(text.format(facts[name]) for name, text in words.items() if name in facts)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
