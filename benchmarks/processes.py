"""Processes that benchmarks start, and what they took."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent
ENGINEROOM = [sys.executable, "-c", "from orchestration.cli import main; raise SystemExit(main())"]


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit code, what it printed, seconds and peak in megabytes."""

    code: int
    text: str
    seconds: float
    peak_mb: float


def ended(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end.

    The peak that the system tells of a child is at least its parent's: who asks stays small.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        told.seek(0)
        return Ended(process.returncode, told.read().decode(), seconds, used.ru_maxrss / 1024)


def peak_bytes() -> int:
    """Return this process's own peak; that of getrusage would remember a larger parent's."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def run(home: Path, seed: int, scale: float) -> None:
    """Make a home of the company by one whole run; raises CalledProcessError where it fails."""
    told = {"ENGINEROOM_HOME": str(home), "SEED": str(seed), "SCALE": f"{scale:g}"}
    subprocess.run(
        [*ENGINEROOM, "run"],
        cwd=PROJECT,
        env={**os.environ, **told},
        stdout=subprocess.DEVNULL,
        check=True,
    )
