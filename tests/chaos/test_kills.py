"""SIGKILL at random moments of every phase, a rerun at once, and the same numbers in the end."""

import os
import random
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import whole_runs
from whole_runs import Run

SEED = int(os.environ.get("CHAOS_SEED", "20260701"))
NEXT_DAY = "2026-07-02T06:00:00Z"
# A look at a folder between two lines of the run; the run's own steps last 0.4 to 40 s.
LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Moment:
    """When to kill: `seconds` at most into a step, or when a file of the home is seen."""

    step: str
    seconds: float = 0.0
    seen: str = ""


# Every later kill hits a later phase, so each rerun has first to get past the last one's grave.
# The seconds are what each step lasted in a quiet run of SCALE=0.02 on two cores.
FRESH = (
    Moment("load_hubspot", 4),
    Moment("load_mailchimp", seen="dlt/raw_mailchimp/load/normalized/*/new_jobs/*"),
    Moment("dbt_staging", 12),
    Moment("resolve_identity", 1),
    Moment("publish", seen="published/versions/*.partial"),
)
NEXT = (
    Moment("load_google_ads", seen="dlt/raw_google_ads/load/normalized/*"),
    Moment("load_web_events", 2),
    Moment("dbt_conformed", 20),
    Moment("dbt_marts", 15),
    Moment("publish", seen="published/versions/*.partial/report"),
)


def _reach(run: Run, moment: Moment, dice: random.Random) -> None:
    run.until(f"  {moment.step} ...")
    done = f"  {moment.step} done"
    if not moment.seen:
        run.until(done, at_most=dice.uniform(0, moment.seconds))
        return
    before = set(run.home.glob(moment.seen))
    while not set(run.home.glob(moment.seen)) - before:
        assert not run.until(done, at_most=LOOK_SECONDS), f"{moment} was never seen"


def _kill_at_each(home: Path, moments: tuple[Moment, ...], **more: str) -> None:
    """Kill one run after the other, each started at once when the last is dead."""
    dice = random.Random(SEED)
    current = home / "published" / "current"
    for moment in moments:
        run = Run(home, **more)
        _reach(run, moment, dice)
        run.kill(whole_group=dice.random() < 0.5)
        if current.exists():
            assert whole_runs.digests(home) == whole_runs.published_digests(home)


def _finish(home: Path, deaths: int, **more: str) -> None:
    run = Run(home, **more)
    assert run.end() == 0, run.text
    assert whole_runs.processes_of(home) == []
    with whole_runs.instance_of(home) as instance:
        statuses = [each.status for each in instance.get_runs()]
    assert statuses.count(dg.DagsterRunStatus.FAILURE) == deaths
    assert set(statuses) == {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS}


@pytest.mark.slow
def test_a_run_killed_while_loading_and_then_while_publishing_ends_with_the_same_numbers(
    published_home, tmp_path
):
    home = tmp_path / "home"
    moments = (FRESH[1], FRESH[-1])
    _kill_at_each(home, moments)
    _finish(home, deaths=len(moments))
    assert whole_runs.digests(home) == whole_runs.digests(published_home)


@pytest.mark.chaos
def test_five_kills_on_the_first_day_leave_no_trace(published_home, tmp_path):
    home = tmp_path / "home"
    _kill_at_each(home, FRESH)
    _finish(home, deaths=len(FRESH))
    assert whole_runs.digests(home) == whole_runs.digests(published_home)


@pytest.mark.chaos
def test_five_kills_on_a_day_of_changes_leave_no_trace(published_home, tmp_path):
    quiet = whole_runs.copy_home(published_home, tmp_path / "quiet")
    assert Run(quiet, AS_OF=NEXT_DAY).end() == 0
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    _kill_at_each(home, NEXT, AS_OF=NEXT_DAY)
    _finish(home, deaths=len(NEXT), AS_OF=NEXT_DAY)
    assert whole_runs.digests(home) == whole_runs.digests(quiet)
