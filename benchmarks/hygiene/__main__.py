"""`python -m benchmarks.hygiene --seed 301`: planted faults against found ones.

Precision and recall per column and problem, the share of true values that were told, and what a
first and a second run of the room cost. Rules and lists were written before the seeds were looked
at; take others.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.hygiene.spoil import Spoiled, company
from benchmarks.identity.normalise import normalise
from orchestration.rooms import normalise as normalise_values
from orchestration.settings import Settings

COLUMNS = ("email", "phone", "country", "name", "company", "job_title")
VALUES = (
    "email_suggestion",
    "country_code",
    "phone_e164",
    "first_name_normalised",
    "last_name_normalised",
)


def main() -> None:
    """Spoil a company, normalise it with the shipped rules and print the scores."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hygiene", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    planted = company(asked.seed, asked.scale)
    with tempfile.TemporaryDirectory() as folder:
        rows = found(Path(folder) / "warehouse.duckdb", planted)
        started = time.monotonic()
        again = normalise_values(Settings(home=Path(folder)))
        seconds = time.monotonic() - started
    print(f"seed {asked.seed}: {len(planted.rows):,} records; nothing new: {seconds:.2f} s")
    assert sum(again.values()) == 0
    for (column, problem), (right, told, there) in sorted(scores(planted, rows).items()):
        print(
            f"  {column:9} {problem:20} planted {there:4}"
            f"  precision {right / told if told else 1:.3f}"
            f"  recall {right / there if there else 1:.3f}"
        )
    for column, (right, there) in meant(planted, rows).items():
        print(f"  {column:21} {right} of {there} true values told")


def found(warehouse: Path, planted: Spoiled) -> dict[str, dict[str, Any]]:
    """Return the normalised record of each id, by the project's own SQL."""
    started = time.monotonic()
    normalise(warehouse, planted.rows, [])
    print(f"first run with SQL {time.monotonic() - started:.2f} s")
    with duckdb.connect(str(warehouse)) as connection:
        result = connection.execute("select * from intermediate.int_hygiene__records")
        names = [each[0] for each in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["source_record_id"]: row for row in rows}


def scores(
    planted: Spoiled, rows: dict[str, dict[str, Any]]
) -> dict[tuple[str, str], tuple[int, int, int]]:
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
