"""Operating-system file locks: held by a process, released by its death, waited for by others."""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

# How long a waiting run sleeps between two tries; the wait itself has no end.
POLL_SECONDS = 0.25
_held: dict[Path, int] = {}
_guard = threading.Lock()


@contextmanager
def held(
    path: Path, *, label: str, waiting: Callable[[str], None] | None = None
) -> Generator[None]:
    """Hold the lock file `path` while the block runs; wait while another process holds it.

    Re-entrant inside one process, because the command and the Dagster run that it starts live in
    one. `waiting` is told once whom the wait is for. The file's descriptor is not inherited by
    programs that are started, so a forgotten child keeps no lock.
    """
    path = path.resolve()
    with _guard:
        mine = path in _held
        _held[path] = _held.get(path, 0) + 1
    descriptor = -1
    try:
        if not mine:
            descriptor = _take(path, label, waiting)
        yield
    finally:
        with _guard:
            _held[path] -= 1
            if not _held[path]:
                del _held[path]
        if descriptor >= 0:
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some living process (this one included) holds the lock file."""
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(path: Path) -> str:
    """Return who wrote the lock file last, as `label (process N)`; empty where nobody did."""
    try:
        told = json.loads(path.read_text("utf-8"))
        return f"{told['label']} (process {told['pid']})"
    except (OSError, ValueError, KeyError):
        return ""


def _take(path: Path, label: str, waiting: Callable[[str], None] | None) -> int:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if not told and waiting:
                waiting(holder(path) or "another process")
            told = True
            time.sleep(POLL_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "label": label}).encode(), 0)
    return descriptor
