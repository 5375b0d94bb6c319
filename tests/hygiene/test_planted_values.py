"""Faults that were planted in records are found with their reason, by the project's own SQL.

Three seeds that no rule was chosen on; `python -m benchmarks.hygiene` shows each kind.
"""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.hygiene import __main__ as benchmark
from benchmarks.hygiene.spoil import Spoiled, company

SEEDS = (501, 502, 503)
Found = list[tuple[Spoiled, dict[str, dict[str, Any]]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Found:
    found = []
    for seed in SEEDS:
        folder: Path = tmp_path_factory.mktemp(f"seed_{seed}")
        planted = company(seed, 0.3)
        found.append((planted, benchmark.found(folder / "warehouse.duckdb", planted)))
    return found


def test_each_planted_fault_is_found_with_its_reason_and_nothing_else_is_called_one(
    judged: Found,
) -> None:
    right: dict[str, int] = {}
    told: dict[str, int] = {}
    there: dict[str, int] = {}
    for planted, rows in judged:
        for (column, _), counts in benchmark.scores(planted, rows).items():
            for total, count in zip((right, told, there), counts, strict=True):
                total[column] = total.get(column, 0) + count
    for column in there:
        assert there[column] > 20, column
        assert right[column] >= 0.98 * told[column], column
        assert right[column] >= 0.98 * there[column], column


def test_true_values_are_told_of_what_was_typed_otherwise(judged: Found) -> None:
    for planted, rows in judged:
        for column, (right, known) in benchmark.meant(planted, rows).items():
            assert known, column
            assert right >= 0.98 * known, column


def test_a_suggestion_never_takes_the_place_of_the_address_that_is_sent_to(judged: Found) -> None:
    suggested = 0
    for planted, rows in judged:
        for stated in planted.rows:
            row = rows[stated["source_record_id"]]
            assert row["email_normalised"] == stated["email"].strip().lower()
            assert row["email_suggestion"] != row["email_normalised"]
            suggested += row["email_suggestion"] is not None
    assert suggested > 50
