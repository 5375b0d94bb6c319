"""Starts and steers the sandbox company as a process of its own; never imports it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.home import keep_company, read_json, remember_clock, write_json
from orchestration.settings import Refused, Settings, child_environment

# SCALE=1 is up in seconds; SCALE=20 generates for minutes.
START_LIMIT_SECONDS = 1_800
STOP_LIMIT_SECONDS = 15
POLL_SECONDS = 0.1
# The process of each sandbox that a run of this process started. Its standard input is the leash:
# it closes with this process however that ends, and the sandbox ends with it.
_leashed: dict[int, subprocess.Popen[bytes]] = {}
# By home: what `begin` launched and no `start` has taken over yet.
_begun: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that accepts requests."""

    base_url: str
    pid: int
    control_token: str
    seed: int
    scale: float


def running(settings: Settings) -> Sandbox | None:
    """Return the sandbox of this home if its process lives and answers."""
    told = read_json(settings.home / "sandbox" / "sandbox.json")
    try:
        found = Sandbox(
            str(told["base_url"]),
            int(told["pid"]),
            str(told["control_token"]),
            int(told["seed"]),
            float(told["scale"]),
        )
        control(found, "GET", "state")
    except (KeyError, ValueError, TypeError, OSError, Refused):
        return None
    return found


def begin(settings: Settings, as_of: datetime) -> None:
    """Let the sandbox generate its company while the run gets ready; `start` waits for it.

    At SCALE=1 both take a core some ten seconds. Raises Refused where the home already holds
    another company.
    """
    if running(settings):
        return
    keep_company(settings)
    _begun[settings.home] = _launch(settings, as_of, is_leashed=not is_kept(settings))


def abandon(settings: Settings) -> None:
    """End a sandbox that was begun for a run which then never asked for it."""
    process = _begun.pop(settings.home, None)
    if process:
        # Nobody has asked it for anything yet. A run started with SIGINT ignored, as a shell script
        # does with `&`, has SIGTERM ignored too, by Dagster, and so have its children.
        process.kill()
        process.wait()
        _unleash(process.pid)


def start(
    settings: Settings,
    as_of: datetime,
    *,
    keep: bool = False,
    said: Callable[[str], None] = lambda _: None,
) -> tuple[Sandbox, bool]:
    """Return the home's sandbox at the clock `as_of`, and whether the run is to stop it.

    One that already runs with the same seed and scale is used, its clock moved. `keep` leaves it up
    after runs. Raises Refused where the process ends or does not answer in time, or where the home
    already holds another company.
    """
    keep_company(settings)
    begun = _begun.pop(settings.home, None)
    found = None if begun else running(settings)
    if found and (found.seed, found.scale) != (settings.seed, settings.scale):
        stop(settings)
        found = None
    if keep:
        write_json(settings.home / "sandbox" / "keep.json", {"keep": True})
    if found:
        set_clock(settings, found, as_of)
        return found, not is_kept(settings)
    said(f"starting the sandbox company (scale {settings.scale:g}, seed {settings.seed})")
    begun = begun or _launch(settings, as_of, is_leashed=not is_kept(settings))
    found = _answering(settings, begun)
    remember_clock(settings, as_of)
    return found, not is_kept(settings)


def is_kept(settings: Settings) -> bool:
    """Whether `engineroom sandbox start` asked for it to stay up."""
    return bool(read_json(settings.home / "sandbox" / "keep.json").get("keep"))


def stop(settings: Settings) -> bool:
    """End the home's sandbox; return whether there was one. It is no error where there is none."""
    folder = settings.home / "sandbox"
    (folder / "keep.json").unlink(missing_ok=True)
    found = running(settings)
    if not found:
        return False
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while _is_alive(found.pid) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if _is_alive(found.pid):
        os.kill(found.pid, signal.SIGKILL)
    _unleash(found.pid)
    (folder / "sandbox.json").unlink(missing_ok=True)
    return True


def set_clock(settings: Settings, sandbox: Sandbox, as_of: datetime) -> None:
    """Move the company's clock; data of days that are now visible appear, event files too."""
    control(sandbox, "POST", "clock", {"as_of": as_of.isoformat() + "Z"})
    remember_clock(settings, as_of)


def control(sandbox: Sandbox, method: str, what: str, body: Any = None) -> Any:
    """Send one request to the control plane and return its JSON answer.

    Raises Refused with the sandbox's own words where it says no, OSError where it does not answer.
    """
    request = urllib.request.Request(
        f"{sandbox.base_url}/__sandbox__/{what}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "X-Sandbox-Control": sandbox.control_token,
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        text = error.read().decode("utf-8", "replace")[:300]
        raise Refused(f"the sandbox refused {method} {what}: {text}") from None


def _launch(settings: Settings, as_of: datetime, *, is_leashed: bool) -> subprocess.Popen[bytes]:
    folder = settings.home / "sandbox"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    (folder / "sandbox.json").unlink(missing_ok=True)
    arguments = [sys.executable, "-m", "ingestion.sandbox", "serve", "--home", str(settings.home)]
    arguments += ["--seed", str(settings.seed), "--scale", f"{settings.scale:g}"]
    arguments += ["--as-of", as_of.isoformat() + "Z"]
    arguments += ["--until-eof"] if is_leashed else []
    with _log(settings).open("ab") as output:
        # A session of its own: an interrupt at the terminal ends the run, which then stops it.
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE if is_leashed else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=settings.project,
            env=child_environment(settings),
            start_new_session=True,
        )
    if is_leashed:
        _leashed[process.pid] = process
    return process


def _log(settings: Settings) -> Path:
    return settings.home / "sandbox" / "logs" / "sandbox.log"


def _answering(settings: Settings, process: subprocess.Popen[bytes]) -> Sandbox:
    """Wait until the sandbox of a process answers; raises Refused where it does not."""
    log = _log(settings)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        found = running(settings)
        if found:
            return found
        if process.poll() is not None:
            raise Refused(f"the sandbox company ended while starting; its last words are in {log}")
        time.sleep(POLL_SECONDS)
    process.terminate()
    raise Refused(f"the sandbox company did not answer in {START_LIMIT_SECONDS} s; see {log}")


def _unleash(pid: int) -> None:
    process = _leashed.pop(pid, None)
    if process and process.stdin:
        process.stdin.close()


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
