"""One whole run a session, shared by every test that needs a finished home."""

from pathlib import Path

import pytest
import whole_runs


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of one undisturbed run; tests copy it and never write to it."""
    home = tmp_path_factory.mktemp("published") / "home"
    done = whole_runs.command(home, "run")
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return home
