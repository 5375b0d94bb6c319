"""`engineroom status` tells of the run that was started last, published or not."""

import dagster as dg
import pytest

from orchestration import home, house, lock, status


@pytest.fixture
def made(settings):
    home.create(settings)
    return settings


def ran(settings, *, is_good):
    """Run a job of two steps on the home's own instance; return the run's id."""

    @dg.op
    def dbt_staging():
        if not is_good:
            raise dg.Failure("a model is wrong")
        return 1

    @dg.op
    def publish(before):
        return before

    @dg.job
    def everything():
        publish(dbt_staging())

    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        return everything.execute_in_process(instance=instance, raise_on_error=False).run_id


def told(settings):
    lines, is_well = status.report(settings)
    return [line for line in lines if line.startswith(("last run", "failed", "blocked"))], is_well


def test_a_home_without_a_run_says_so(made):
    assert told(made) == (["last run    none yet"], False)


def test_the_last_run_is_told_with_its_steps_though_an_earlier_one_went_well(made):
    ran(made, is_good=True)
    run_id = ran(made, is_good=False)

    lines, is_well = told(made)

    assert not is_well
    assert lines[0].startswith(f"last run    {run_id} failure, started 20")
    assert ", ended 20" in lines[0]
    assert lines[1:] == [
        "failed      step dbt_staging",
        "blocked     steps that were not reached: publish",
    ]


def test_a_good_run_after_a_failed_one_is_the_last_run(made):
    ran(made, is_good=False)
    run_id = ran(made, is_good=True)
    lines, _ = told(made)
    assert len(lines) == 1
    assert lines[0].startswith(f"last run    {run_id} success, started 20")


def test_a_run_under_way_runs_and_a_dead_one_failed(made):
    with dg.DagsterInstance.from_config(str(made.dagster_home)) as instance:
        run = dg.DagsterRun("everything", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(run)
    with lock.held(house.run_lock(made), label=f"run {run.run_id}"):
        lines, _ = told(made)
        assert lines[0].startswith(f"last run    {run.run_id} running, started 20")
        assert lines[0].endswith(", not ended")
    lines, is_well = told(made)
    assert not is_well
    assert lines[0].startswith(f"last run    {run.run_id} failure, ")
