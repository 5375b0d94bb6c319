import os
import signal
import subprocess
import sys
import threading

import dagster as dg

from orchestration import home, house, lock

HOLD = """
import sys
from pathlib import Path
from orchestration.lock import held
with held(Path(sys.argv[1]), label="run one"):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_whom_it_waits_for_and_then_gets_the_lock(tmp_path):
    path = tmp_path / "run.lock"
    other = _holder(path)
    told, done = [], threading.Event()

    def waiting(who):
        told.append(who)
        other.stdin.close()

    with lock.held(path, label="run two", waiting=waiting):
        done.set()
    other.wait()
    assert done.is_set()
    assert told == [f"run one (process {other.pid})"]


def test_the_death_of_its_holder_releases_the_lock(tmp_path):
    path = tmp_path / "run.lock"
    other = _holder(path)
    assert lock.is_held(path)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert not lock.is_held(path)


def test_the_command_and_its_run_share_one_process_and_one_lock(tmp_path):
    path = tmp_path / "run.lock"
    with lock.held(path, label="command"):
        with lock.held(path, label="run"):
            assert lock.is_held(path)
        assert lock.is_held(path)
    assert not lock.is_held(path)


def test_a_dead_run_is_marked_failed_and_a_waiting_one_is_left_alone(settings):
    home.create(settings)
    (settings.dagster_home / "alive").mkdir()
    with dg.instance_for_test() as instance:
        for run_id in ("dead", "waits"):
            run = dg.DagsterRun("engine_room", run_id, status=dg.DagsterRunStatus.STARTED)
            instance.add_run(run)
        (settings.dagster_home / "alive" / "dead").touch()
        waiting = _holder(settings.dagster_home / "alive" / "waits")
        buried = house.bury_the_dead(settings, instance, "mine")
        waiting.stdin.close()
        waiting.wait()
        assert buried == ["dead"]
        assert instance.get_run_by_id("dead").status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id("waits").status == dg.DagsterRunStatus.STARTED


def test_an_interrupted_run_keeps_no_slot_of_the_pool(settings):
    home.create(settings)
    with dg.instance_for_test() as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots(house.POOL, 1)
        assert storage.claim_concurrency_slot(house.POOL, "interrupted", "load").is_claimed
        assert not storage.claim_concurrency_slot(house.POOL, "mine", "load").is_claimed

        house.bury_the_dead(settings, instance, "mine")

        assert storage.claim_concurrency_slot(house.POOL, "mine", "load").is_claimed
