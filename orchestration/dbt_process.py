"""Runs dbt as a child that dies with the run that started it.

A dbt left behind by a killed run would go on writing, and hold the warehouse against the rerun.
Importing dbt and reading the parsed project takes longer than most gates build, so a run keeps one
process that has done both and forks it for every gate. Where there is none, dbt starts by itself.
"""

import array
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.1
READY = "ENGINEROOM_DBT_READY"
# The kinds of tests that are run together; the process that parses is told, too.
MERGED = "ENGINEROOM_RUN_MERGE_TESTS"
# What dagster-dbt starts in place of dbt. It has nothing to import but the standard library.
_PROGRAM = """#!{python}
import array, json, os, socket, sys

argv = sys.argv[1:]
asked = socket.socket(socket.AF_UNIX)
try:
    asked.connect(os.environ["{ready}"])
    outputs = array.array("i", [1, 2])
    asked.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, outputs)])
    asked.sendall(json.dumps([argv, os.getcwd(), dict(os.environ)]).encode() + b"\\0")
    is_taken = asked.recv(1) != b""
except (KeyError, OSError):
    is_taken = False
if not is_taken:
    code = "from orchestration.dbt_process import main; main()"
    os.execv(sys.executable, [sys.executable, "-c", code, *argv])
try:
    told = asked.recv(1)
except OSError:
    told = b""
sys.exit(told[0] if told else 1)
"""


def executable(folder: Path) -> Path:
    """Write the program that dagster-dbt starts in place of dbt, and return its path."""
    path = folder / "dbt"
    text = _PROGRAM.format(python=sys.executable, ready=READY)
    if not path.exists() or path.read_text("utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".dbt.{os.getpid()}")
        partial.write_text(text, "utf-8")
        partial.chmod(0o700)
        partial.replace(path)
    return path


def main() -> None:
    """Run dbt with this process's arguments; end at once when the parent is gone."""
    parent = os.getppid()
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    from dbt.cli.main import cli

    cli()


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)


@contextmanager
def ready(arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[None]:
    """Keep a process ready that has parsed the project, by `dbt parse` with these arguments."""
    # Not in the home: the address of a socket has room for a hundred letters.
    with tempfile.TemporaryDirectory(prefix="engineroom-") as folder:
        address = f"{folder}/dbt"
        # Who asks before it has parsed waits, which is never longer than to parse alone.
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            number = listener.fileno()
            process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.dbt_process", str(number), *arguments],
                env=dict(environment),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
            )
        os.environ[READY] = address
        try:
            yield
        finally:
            del os.environ[READY]
            process.kill()
            process.wait()


def serve(listener: socket.socket, arguments: Sequence[str]) -> None:
    """Parse the project, then fork for whoever connects, until the run is gone."""
    parent, own = os.getppid(), os.getpid()
    from dbt.cli.main import dbtRunner

    manifest = dbtRunner().invoke(list(arguments)).result
    if manifest is None:
        return
    _lighten(manifest, os.environ.get(MERGED, "").split())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener.settimeout(POLL_SECONDS)
    while os.getppid() == parent:
        with suppress(TimeoutError):
            asked, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                threading.Thread(target=_die_with, args=(own,), daemon=True).start()
                _answer(asked, manifest)
            asked.close()


def _lighten(manifest: Any, merged: Sequence[str]) -> None:
    """Take out of the graph the tests that no gate runs one by one; what macros see stays whole.

    Every invocation walks the graph anew: 5 s over 2,500 nodes, 1 s over the 480 that are left.
    """
    manifest.unit_tests = {}
    manifest.nodes = {
        key: node
        for key, node in manifest.nodes.items()
        if getattr(getattr(node, "test_metadata", None), "name", None) not in merged
    }


def _answer(asked: socket.socket, manifest: Any) -> None:
    """Run dbt as it was asked for, in its output and environment; tell its exit code."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        asked.settimeout(None)
        asked.sendall(b"+")
        _, (rights,), _, _ = asked.recvmsg(1, socket.CMSG_SPACE(2 * array.array("i").itemsize))
        outputs = array.array("i", rights[2])
        text = b""
        while not text.endswith(b"\0"):
            part = asked.recv(65536)
            if not part:
                os._exit(1)
            text += part
        argv, folder, environment = json.loads(text[:-1])
        threading.Thread(target=_die_when_closed, args=(asked,), daemon=True).start()
        for number, output in zip((1, 2), outputs, strict=True):
            os.dup2(output, number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        from dbt.cli.main import cli

        cli.main(argv, obj={"manifest": manifest, "callbacks": []}, prog_name="dbt")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with suppress(OSError):
            asked.sendall(bytes([code]))
        os._exit(code)


def _die_when_closed(asked: socket.socket) -> None:
    """End when the program that asked is gone: the run was told to stop."""
    asked.recv(1)
    os._exit(1)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
