"""Planted dirt against what is found: `python -m benchmarks.hygiene --seed 701 --seed 702`.

A whole run of the sandbox company a seed: precision and recall of the issues mart per rule and
reason. Beside it records spoiled by other code, normalised by the room alone, with what a first and
a second run of it cost. Rules and lists were written before the seeds were looked at; take others.
Writes results/hygiene.md.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.hygiene import issues, page
from benchmarks.hygiene.spoil import Spoiled, company
from benchmarks.identity.normalise import normalise
from benchmarks.processes import run
from orchestration.rooms import normalise as normalise_values
from orchestration.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "results" / "hygiene.md"
COLUMNS = ("email", "phone", "country", "name", "company", "job_title")
VALUES = (
    "email_suggestion",
    "country_code",
    "phone_e164",
    "first_name_normalised",
    "last_name_normalised",
)


def main() -> None:
    """Measure the seeds that are asked for and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hygiene", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    runs, rooms = [], []
    for seed in asked.seed:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder) / "home", seed, asked.scale)
            runs.append(issues.measured(Path(folder) / "home", seed, asked.scale))
            rooms.append(_room(Path(folder) / "room", seed, asked.scale))
    text = "\n".join(page.lines(asked.seed, asked.scale, runs, rooms))
    PAGE.write_text(f"{text}\n", "utf-8")
    print(f"written: {PAGE}")


def _room(folder: Path, seed: int, scale: float) -> page.Room:
    """Return what the room alone made of the spoiled records of a seed, and what it cost."""
    folder.mkdir()
    planted = company(seed, scale)
    started = time.process_time()
    rows = found(folder / "warehouse.duckdb", planted)
    first, started = time.process_time() - started, time.process_time()
    again = normalise_values(Settings(home=folder))
    assert sum(again.values()) == 0
    cost = (
        f"{len(planted.rows):,} records: {first:.1f} s, again {time.process_time() - started:.1f} s"
    )
    return scores(planted, rows), meant(planted, rows), cost


def found(warehouse: Path, planted: Spoiled) -> dict[str, dict[str, Any]]:
    """Return the normalised record of each id, by the project's own SQL."""
    normalise(warehouse, planted.rows, [])
    with duckdb.connect(str(warehouse)) as connection:
        result = connection.execute("select * from intermediate.int_hygiene__records")
        names = [each[0] for each in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["source_record_id"]: row for row in rows}


def scores(planted: Spoiled, rows: dict[str, dict[str, Any]]) -> page.Counts:
    """Return (found rightly, told, planted) per column and problem."""
    right: Counter[tuple[str, str]] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    there: Counter[tuple[str, str]] = Counter()
    for record_id, problems in planted.problems.items():
        row = rows[record_id]
        seen = {(each, row[f"{each}_problem"]) for each in COLUMNS if row[f"{each}_problem"]}
        right.update(seen & problems)
        told.update(seen)
        there.update(problems)
    return {key: (right[key], told[key], there[key]) for key in {*told, *there}}


def meant(planted: Spoiled, rows: dict[str, dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Return (told rightly, known) per column of normalised values."""
    counts = {}
    for column in VALUES:
        known = {key: each[column] for key, each in planted.meant.items() if column in each}
        counts[column] = (sum(rows[key][column] == each for key, each in known.items()), len(known))
    return counts


if __name__ == "__main__":
    main()
