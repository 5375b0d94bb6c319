"""Backup, wreck, restore, run: the marts have the digests that they had."""

import shutil
from pathlib import Path

import pytest
import whole_runs


@pytest.mark.slow
def test_a_restored_home_builds_the_same_marts(published_home: Path, tmp_path: Path) -> None:
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    before, kept = whole_runs.digests(home), tmp_path / "kept"
    assert whole_runs.command(home, "backup", str(kept)).returncode == 0
    (home / "warehouse.duckdb").write_bytes(b"wrecked")
    shutil.rmtree(home / "marts")
    shutil.rmtree(home / "dagster")

    assert whole_runs.command(home, "restore", str(kept)).returncode == 2
    done = whole_runs.command(home, "restore", str(kept), "--replace")
    assert done.returncode == 0, done.stderr
    done = whole_runs.command(home, "run")
    assert done.returncode == 0, done.stdout[-3000:]
    assert whole_runs.digests(home) == before
