"""A disk that is full at eight sizes: each run says so, and with room the numbers are the same."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import whole_runs
from whole_runs import Run

from orchestration.disk import LEAST_FREE

pytestmark = pytest.mark.chaos
SIZES = 8


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory, where the machine allows one to be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    if _mounted(folder, "size=1m"):
        pytest.skip("this machine allows no mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mounted(folder: Path, options: str) -> int:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    published_home: Path, disk: Path
) -> None:
    needed = sum(path.lstat().st_size for path in published_home.rglob("*") if path.is_file())
    home = disk / "home"
    for eighth in range(1, SIZES + 1):
        size = needed * eighth // (SIZES + 2)
        assert _mounted(disk, f"remount,size={size}") == 0
        run = Run(home)
        assert run.end() == 1, f"{size} of {needed} bytes: {run.text[-2000:]}"
        assert f"the disk of {home} is full: free some space" in run.text
        assert "Traceback" not in run.text
        assert not (home / "published" / "current").exists()
    assert _mounted(disk, f"remount,size={3 * needed + LEAST_FREE}") == 0
    run = Run(home)
    assert run.end() == 0, run.text[-3000:]
    assert whole_runs.digests(home) == whole_runs.digests(published_home)
