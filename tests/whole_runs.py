"""Whole runs as a user starts them: a process, watched line by line, killed, compared."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import dagster as dg
import duckdb

from orchestration import publish
from orchestration.settings import PROJECT, Settings

# The smallest company in which every mart has rows; of this seed it has a refund by then, and a
# currency without a rate.
SCALE, SEED = 0.05, 17
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from orchestration.cli import main; sys.exit(main(sys.argv[1:]))",
]
STEERING = ("AS_OF", "SEED", "SCALE", "ENGINEROOM_KIND")


def settings_of(home: Path) -> Settings:
    """Return the settings of a home of the scale that whole-run tests use."""
    return Settings(home=home, scale=SCALE, seed=SEED, environment=environment(home))


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command in this home, whatever steers the test's own."""
    kept = {name: value for name, value in os.environ.items() if name not in STEERING}
    return {**kept, "ENGINEROOM_HOME": str(home), "SCALE": str(SCALE), "SEED": str(SEED), **more}


def copy_home(home: Path, target: Path) -> Path:
    """Copy a home at rest; its links and modes too."""
    shutil.copytree(home, target, symlinks=True)
    return target


def command(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
    )


class Run:
    """One `engineroom run` under way, the leader of a process group of its own."""

    def __init__(self, home: Path, *arguments: str, **more: str) -> None:
        self.home = home
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [*COMMAND, "run", *arguments],
            cwd=PROJECT,
            env=environment(home, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def until(self, start: str, *, at_most: float | None = None) -> bool:
        """Read on until a line starts so; false after `at_most` seconds without one."""
        deadline = None if at_most is None else time.monotonic() + at_most
        while True:
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                line = self._lines.get(timeout=wait)
            except queue.Empty:
                return False
            if line is None:
                raise AssertionError(f"the run ended before {start!r}:\n{self.text}")
            self.said.append(line)
            if line.startswith(start):
                return True

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while (line := self._lines.get()) is not None:
            self.said.append(line)
        return self.process.wait()

    def kill(self, *, whole_group: bool = True) -> None:
        """End it by SIGKILL, alone or with the processes that it started."""
        if whole_group:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def text(self) -> str:
        """All that was said so far."""
        return "\n".join(self.said)


def digests(home: Path) -> dict[str, tuple[str, int]]:
    """Return digest and rows of every mart of the published version."""
    return publish.digests((home / "published" / "current" / "engineroom.duckdb").resolve())


def published_digests(home: Path) -> dict[str, tuple[str, int]]:
    """Return what the published version says of itself."""
    version = (home / "published" / "current").resolve()
    with duckdb.connect(str(version / "engineroom.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select mart, digest, row_count from marts.rpt_run_digests where run_id = ?",
            [version.name],
        ).fetchall()
    return {mart: (digest, rows) for mart, digest, rows in rows}


def instance_of(home: Path) -> dg.DagsterInstance:
    """Return Dagster's instance of a home."""
    return dg.DagsterInstance.from_config(str(home / "dagster"))


def processes_of(home: Path) -> list[str]:
    """Return the command lines of living processes that name this home (where /proc tells)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(home) in line and path.parent.name != str(os.getpid()):
            found.append(line.strip())
    return found
