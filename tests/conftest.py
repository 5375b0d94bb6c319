"""One whole run for all workers, shared by every test that needs a finished home."""

import fcntl
from pathlib import Path

import pytest
import whole_runs


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the home of one undisturbed run; tests copy it and never write to it.

    Whoever asks first runs it, the other worker waits: two runs at a time took each twice as long.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "published"
    shared.mkdir(exist_ok=True)
    home, is_done = shared / "home", shared / "done"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_done.exists():
            done = whole_runs.command(home, "run")
            assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
            is_done.touch()
    return home
