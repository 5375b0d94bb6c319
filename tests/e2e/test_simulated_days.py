"""Thirty simulated days, run one by one, equal one rebuild; and each costs what has changed.

`make whole` lives through the same stretch in two strides of whole runs, `make days` every day of
it, 40 s of processor time each; with ENGINEROOM_DAYS_HOME it keeps the home and goes on where it
was left.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rebuild import differences, rebuilt
from simulated_days import (
    Day,
    history,
    live,
    planted,
    rooms_only,
    whole_run,
)

from orchestration import publish
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

# Chosen for what falls into these thirty days: merged, archived and deleted contacts among them.
SEED, SCALE = 3, 0.05
FIRST, STRETCH = datetime(2026, 5, 5, 6), 30
RUNS = int(os.environ.get("ENGINEROOM_DAYS", "2"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("ENGINEROOM_DAYS_HOME")
    return Path(kept) if kept else tmp_path_factory.mktemp("days") / "home"


@pytest.fixture(scope="module")
def days(home: Path) -> list[Day]:
    stride = timedelta(days=STRETCH / RUNS)
    instants = [FIRST + number * stride for number in range(RUNS + 1)]

    def one_day(settings: Settings) -> str:
        is_whole = RUNS <= 2 or settings.as_of in (instants[0], instants[-1])
        return whole_run(settings) if is_whole else rooms_only(settings)

    with (home.parent / "days.log").open("a", encoding="utf-8", buffering=1) as log:
        live(home, instants, SEED, SCALE, one_day, lambda text: print(text, file=log))
        found = history(home)
        for day in found:
            print(
                f"{day.as_of:%Y-%m-%d}: fetched {day.fetched}, landed {day.landed}, "
                f"computed {day.computed} and {day.computed_whole}, written {day.written}",
                file=log,
            )
    return found


def test_late_restated_merged_archived_and_deleted_records_fall_into_the_days() -> None:
    found = planted(SEED, SCALE, FIRST, FIRST + timedelta(days=STRETCH))
    restated = (f"restated:{platform}_ads" for platform in ("google", "meta", "linkedin"))
    for kind in ("late", *restated, "merged", "archived", "deleted"):
        assert found[kind] > 0, found


def test_day_by_day_every_table_equals_one_rebuild(
    home: Path, days: list[Day], tmp_path: Path
) -> None:
    copy = tmp_path / "anew"
    rebuilt(home, copy, days[-1].as_of)
    assert differences(home, copy) == {}
    marts = "marts/engineroom.duckdb"
    assert publish.digests(home / marts) == publish.digests(copy / marts)


def test_a_day_writes_and_computes_in_proportion_to_what_landed(days: list[Day]) -> None:
    whole = days[0]
    for day in days[1:]:
        # A day on which nothing landed still closes an ad day and opens another.
        share = max(day.landed / whole.landed, 0.002)
        assert day.written <= 4 * share * whole.written, day
        assert day.computed <= 4 * share * whole.computed, day


def test_the_models_that_are_computed_whole_are_small(days: list[Day]) -> None:
    for day in days[1:]:
        assert day.computed_whole <= 0.05 * (days[0].computed + days[0].computed_whole), day
