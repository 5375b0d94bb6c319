"""Events are where Dagster's own storage looks for them, while files are held open and after."""

import uuid

import dagster as dg
import pytest

from orchestration import home
from orchestration.event_log import held_open


def _entry(run_id: str, text: str) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None, level=20, user_message=text, run_id=run_id, timestamp=1.0
    )


def _texts(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [each.user_message for each in instance.event_log_storage.get_logs_for_run(run_id)]


@pytest.fixture
def two(settings):
    """Two processes' worth of Dagster on one home: the run's, and the UI's."""
    home.create(settings)
    folder = str(settings.dagster_home)
    with (
        dg.DagsterInstance.from_config(folder) as run,
        dg.DagsterInstance.from_config(folder) as ui,
    ):
        yield run, ui


def test_the_ui_reads_what_a_run_is_writing_and_writes_beside_it(two):
    run, ui = two
    run_id = str(uuid.uuid4())
    with held_open(run):
        run.event_log_storage.store_event(_entry(run_id, "of the run"))
        ui.event_log_storage.store_event(_entry(run_id, "of the ui"))
        run.event_log_storage.store_event(_entry(run_id, "of the run again"))
        told = ["of the run", "of the ui", "of the run again"]
        assert _texts(ui, run_id) == _texts(run, run_id) == told


def test_one_connection_serves_all_events_of_a_run_and_none_is_left(two, monkeypatch):
    run, _ = two
    storage = run.event_log_storage
    opened = []
    run_id = str(uuid.uuid4())
    with held_open(run):
        files = storage._connect.__self__
        real = files._open
        monkeypatch.setattr(files, "_open", lambda shard: opened.append(shard) or real(shard))
        with held_open(run):
            for number in range(5):
                storage.store_event(_entry(run_id, str(number)))
        storage.store_event(_entry(run_id, "last"))
    assert opened == [run_id]
    assert "_connect" not in vars(storage)
    storage.store_event(_entry(run_id, "after"))
    assert _texts(run, run_id) == [*"01234", "last", "after"]
