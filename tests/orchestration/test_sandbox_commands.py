"""The sandbox's commands in the wrong moment, and a home that belongs to one company."""

from dataclasses import replace

import pytest

from orchestration import home, lock, run, sandbox_commands, sandbox_process
from orchestration.house import run_lock
from orchestration.settings import Refused, from_environment


@pytest.mark.parametrize(
    "act", [sandbox_commands.stop, lambda settings: sandbox_commands.clock(settings, "+1d")]
)
def test_clock_and_stop_wait_for_the_run_that_reads_the_sandbox(settings, act):
    home.create(settings)
    with (
        lock.held(run_lock(settings), label="run one"),
        pytest.raises(Refused, match=r"run one .* reads this sandbox company; ask again"),
    ):
        act(settings)


def test_the_clock_moves_when_no_run_is_under_way(settings):
    home.create(settings)
    assert "2026-07-02 06:00 UTC" in sandbox_commands.clock(settings, "+1d")
    assert home.clock(settings).day == 2


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("tomorrow", "is no step; use"),
        ("-1d", "is no step; use"),
        ("2026-06-01", "only moves forward"),
        ("+999d", "lies outside"),
    ],
)
def test_a_clock_that_cannot_be_says_why(settings, to, told):
    home.create(settings)
    with pytest.raises(Refused, match=told):
        sandbox_commands.clock(settings, to)


def test_a_fault_needs_a_sandbox_to_strike(settings):
    home.create(settings)
    with pytest.raises(Refused, match="start it with `engineroom sandbox start`"):
        sandbox_commands.fault(settings, {"name": "server_error"})


def test_a_sandbox_that_died_is_not_taken_for_one_that_answers(settings):
    home.create(settings)
    (settings.home / "sandbox").mkdir()
    place = {"base_url": "http://127.0.0.1:9", "pid": 1, "control_token": "t"}
    home.write_json(settings.home / "sandbox" / "sandbox.json", {**place, "seed": 7, "scale": 1})
    assert sandbox_process.running(settings) is None
    assert sandbox_commands.stop(settings) == "no sandbox company was running"


def test_another_company_never_enters_a_home_that_holds_one(settings):
    home.create(settings)
    home.keep_company(settings)
    settings.warehouse.touch()
    home.keep_company(settings)
    with pytest.raises(Refused, match="holds the company of SEED=7 SCALE=1; leave both unset"):
        home.keep_company(replace(settings, scale=0.5))


def test_a_home_remembers_its_company_where_nobody_names_one(settings):
    home.create(settings)
    home.keep_company(replace(settings, seed=17, scale=0.05))
    found = from_environment({"ENGINEROOM_HOME": str(settings.home)})
    assert (found.seed, found.scale) == (17, 0.05)


def test_a_sandbox_that_no_step_asked_for_ends_with_the_run(settings, monkeypatch):
    launched = []
    launch = sandbox_process._launch
    monkeypatch.setattr(
        sandbox_process, "_launch", lambda *a, **k: launched.append(launch(*a, **k)) or launched[-1]
    )
    monkeypatch.setattr(run, "_execute", lambda *_: 1 / 0)
    home.create(settings)
    with pytest.raises(ZeroDivisionError):
        run.run(settings, lambda _: None)
    (process,) = launched
    assert process.poll() is not None
    assert sandbox_process.running(settings) is None


def test_a_sandbox_that_was_begun_is_the_one_that_answers(settings, monkeypatch):
    home.create(settings)
    sandbox_process.begin(settings, home.clock(settings))
    monkeypatch.setattr(sandbox_process, "_launch", lambda *a, **k: pytest.fail("a second one"))
    try:
        found, stops = sandbox_process.start(settings, home.clock(settings))
        assert stops
        assert sandbox_process.running(settings) == found
    finally:
        sandbox_process.stop(settings)
    assert sandbox_process.running(settings) is None
