"""What tests of several rooms share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import QUIET

COMMAND = Path(sys.executable).with_name("engineroom")


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of one whole run of the sandbox company; read it, never write into it.

    At SCALE=0.05 every mart has rows; seed 17 has a refund and a currency without a rate by then.
    """
    home = tmp_path_factory.mktemp("published") / "home"
    given = {key: value for key, value in os.environ.items() if key != "AS_OF"}
    company = {"SCALE": "0.05", "SEED": "17"}
    environment = {**given, **QUIET, **company, "ENGINEROOM_HOME": str(home)}
    done = subprocess.run(
        [str(COMMAND), "run"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return home
