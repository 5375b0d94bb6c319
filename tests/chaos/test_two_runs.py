"""Two runs started at the same moment: one waits for the other, and both end well."""

import dagster as dg
import pytest
import whole_runs
from whole_runs import Run


def _spans(home):
    """Return first and last instant of each run's steps, in order."""
    with whole_runs.instance_of(home) as instance:
        spans = []
        for run in instance.get_runs():
            steps = [
                entry.timestamp
                for entry in instance.all_logs(run.run_id)
                if entry.dagster_event and entry.dagster_event.is_step_event
            ]
            spans.append((min(steps), max(steps), run.status))
        return sorted(spans)


def _run_two(home):
    runs = [Run(home), Run(home)]
    codes = [run.end() for run in runs]
    assert codes == [0, 0], "\n\n".join(run.text for run in runs)
    waited = [run for run in runs if any(line.startswith("waiting: run ") for line in run.said)]
    assert len(waited) == 1
    spans = _spans(home)[-2:]
    assert [status for *_, status in spans] == [dg.DagsterRunStatus.SUCCESS] * 2
    assert spans[0][1] < spans[1][0], "steps of two runs interleave"
    assert whole_runs.processes_of(home) == []


@pytest.mark.slow
def test_two_runs_on_a_fresh_home_take_turns(published_home, tmp_path):
    _run_two(tmp_path / "home")
    assert whole_runs.digests(tmp_path / "home") == whole_runs.digests(published_home)


@pytest.mark.chaos
def test_two_runs_on_a_home_that_has_published_take_turns(published_home, tmp_path):
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    _run_two(home)
    assert whole_runs.digests(home) == whole_runs.digests(published_home)
