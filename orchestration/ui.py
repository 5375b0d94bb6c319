"""`engineroom ui`: the Dagster UI and its daemon on loopback, ended together."""

import os
import signal
import socket
import subprocess
import sys

from orchestration import home, lock
from orchestration.house import run_lock
from orchestration.settings import Refused, Settings, child_environment, export

STOP_LIMIT_SECONDS = 20
HOST = "127.0.0.1"  # the UI has no login


def serve(settings: Settings, port: int, *, read_only: bool = False) -> int:
    """Serve until interrupted; return the exit code. Raises Refused where the port is taken.

    The processes have a session of their own, so that ending the group ends all of them.
    """
    refuse_taken(port)
    prepare(settings)
    process = start(settings, port, read_only=read_only)
    kind = "read-only " if read_only else ""
    print(f"the {kind}UI comes up at http://{HOST}:{port} (half a minute); Ctrl-C ends it")
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(process)
        signal.signal(signal.SIGTERM, previous)


def refuse_taken(port: int) -> None:
    """Raise Refused where another program has the port: Dagster would run on without its page."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        raise Refused(
            f"port {port} is taken, perhaps by another UI; end that, or choose another port, for "
            f"example --port {port + 1}"
        ) from None


def prepare(settings: Settings) -> None:
    """Create home, Dagster's databases and dbt's manifest, so that two first starts do not race."""
    from dagster import DagsterInstance

    from orchestration import judging, transform

    export(settings)
    with lock.held(run_lock(settings), label="ui", waiting=lambda who: print(f"waiting: {who}")):
        home.create(settings)
        DagsterInstance.get().dispose()
        transform.manifest(settings)
        judging.suites(settings)


def start(settings: Settings, port: int, *, read_only: bool = False) -> subprocess.Popen[bytes]:
    """Start the UI's processes in a session of their own."""
    place = ["-h", HOST, "-p", str(port), "-w", str(settings.project / "workspace.yaml")]
    command = [sys.executable, "-m", "dagster", "dev", *place]
    if read_only:
        command = [sys.executable, "-m", "dagster_webserver", "--read-only", *place]
    return subprocess.Popen(
        command,
        cwd=settings.project,
        env=child_environment(settings),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process group; what does not end in time is killed."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
