"""One whole run a session, shared by every test that needs a finished home."""

import os
from pathlib import Path

import pytest
import whole_runs


@pytest.fixture(scope="session")
def finished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of one undisturbed run; tests copy it and never write to it.

    ENGINEROOM_FINISHED_HOME names one that exists, to save the minutes while writing tests.
    """
    kept = os.environ.get("ENGINEROOM_FINISHED_HOME")
    if kept:
        return Path(kept)
    home = tmp_path_factory.mktemp("finished") / "home"
    done = whole_runs.command(home, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    return home
