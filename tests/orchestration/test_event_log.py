"""Events are where Dagster's own storage looks for them, however many runs are written."""

import uuid
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration import home
from orchestration.event_log import FILES, EventLogStorage


def _entry(run_id: str, text: str) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None, level=20, user_message=text, run_id=run_id, timestamp=1.0
    )


def _texts(storage: SqliteEventLogStorage, run_id: str) -> list[str]:
    return [each.user_message for each in storage.get_logs_for_run(run_id)]


@pytest.fixture
def ours(tmp_path: Path):
    storage = EventLogStorage(str(tmp_path))
    yield storage
    storage.dispose()


def test_dagsters_own_storage_reads_what_ours_wrote_and_the_reverse(ours, tmp_path):
    theirs = SqliteEventLogStorage(str(tmp_path))
    run_id = str(uuid.uuid4())
    ours.store_event(_entry(run_id, "ours"))
    theirs.store_event(_entry(run_id, "theirs"))
    ours.store_event(_entry(run_id, "ours again"))
    assert _texts(theirs, run_id) == _texts(ours, run_id) == ["ours", "theirs", "ours again"]


def test_many_runs_keep_few_files_open_and_every_event(ours):
    runs = [str(uuid.uuid4()) for _ in range(FILES + 3)]
    for text in ("first", "second"):
        for run_id in runs:
            ours.store_event(_entry(run_id, text))
            assert len(ours._engines) <= FILES
    assert all(_texts(ours, run_id) == ["first", "second"] for run_id in runs)


def test_a_run_whose_file_was_removed_gets_a_new_one(ours):
    run_id = str(uuid.uuid4())
    ours.store_event(_entry(run_id, "gone with its file"))
    for path in Path(ours.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
        path.unlink()
    ours.store_event(_entry(run_id, "new"))
    assert _texts(ours, run_id) == ["new"]


def test_a_home_keeps_its_events_in_it(settings, monkeypatch):
    home.create(settings)
    monkeypatch.setenv("DAGSTER_HOME", str(settings.dagster_home))
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, EventLogStorage)
    assert (settings.dagster_home / "history" / "runs" / "index.db").exists()
