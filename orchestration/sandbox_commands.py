"""`engineroom sandbox start, stop, clock, fault`: what each does and what it says."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration import home, lock, sandbox_process
from orchestration.house import run_lock
from orchestration.sandbox_process import Sandbox
from orchestration.settings import COMPANY_ENDS, HISTORY_STARTS, Refused, Settings

_STEP = re.compile(r"^\+(\d+)([dhm])$")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def start(settings: Settings) -> str:
    """Start the sandbox and leave it up after runs; return where it answers."""
    _only_in_a_sandbox_home(settings)
    with lock.held(run_lock(settings), label="sandbox start"):
        home.create(settings)
        found, _ = sandbox_process.start(settings, home.clock(settings), keep=True)
    return (
        f"the sandbox company answers at {found.base_url} (process {found.pid}), "
        f"clock {home.clock(settings):%Y-%m-%d %H:%M} UTC; stop it with `engineroom sandbox stop`"
    )


def stop(settings: Settings) -> str:
    """Stop the sandbox; return what was done."""
    _only_in_a_sandbox_home(settings)
    _not_under_a_run(settings)
    was_there = sandbox_process.stop(settings)
    return "the sandbox company is stopped" if was_there else "no sandbox company was running"


def clock(settings: Settings, to: str) -> str:
    """Move the clock by +1d, +12h, +30m or to an ISO instant; return the new clock."""
    _only_in_a_sandbox_home(settings)
    _not_under_a_run(settings)
    now = home.clock(settings)
    then = moved(now, to)
    if then < now:
        raise Refused(f"the clock stands at {now.isoformat()}Z and only moves forward")
    found = sandbox_process.running(settings)
    if found:
        sandbox_process.set_clock(settings, found, then)
    else:
        home.create(settings)
        home.remember_clock(settings, then)
    return f"the sandbox clock is {then:%Y-%m-%d %H:%M} UTC; `engineroom run` loads what is new"


def fault(settings: Settings, wanted: dict[str, Any]) -> str:
    """Plant a fault (or `clear` all); return what the sandbox says."""
    _only_in_a_sandbox_home(settings)
    sandbox = _up(settings)
    if wanted["name"] == "clear":
        sandbox_process.control(sandbox, "DELETE", "faults")
        return "no fault is planted"
    sandbox_process.control(sandbox, "POST", "faults", wanted)
    return f"planted: {', '.join(f'{key} {value}' for key, value in wanted.items())}"


def moved(now: datetime, to: str) -> datetime:
    """Return the instant that `to` names from `now`; raises Refused where it names none."""
    step = _STEP.match(to)
    if step:
        then = now + timedelta(**{_UNITS[step[2]]: int(step[1])})
    else:
        try:
            then = datetime.fromisoformat(to.replace("Z", "+00:00"))
        except ValueError:
            raise Refused(f"{to!r} is no step; use +1d, +12h or 2026-07-02T06:00:00Z") from None
        then = then.astimezone(UTC).replace(tzinfo=None) if then.tzinfo else then
    if not HISTORY_STARTS <= then <= COMPANY_ENDS:
        raise Refused(f"{then.isoformat()}Z lies outside 2025-01-01..2026-12-31; choose another")
    return then


def _up(settings: Settings) -> Sandbox:
    found = sandbox_process.running(settings)
    if not found:
        raise Refused("no sandbox company is running; start it with `engineroom sandbox start`")
    return found


def _not_under_a_run(settings: Settings) -> None:
    """A run dates all it loads by one clock, and reads the vendors to its end."""
    if lock.is_held(run_lock(settings)):
        raise Refused(
            f"{lock.holder(run_lock(settings))} reads this sandbox company; ask again when it "
            "has ended"
        )


def _only_in_a_sandbox_home(settings: Settings) -> None:
    if home.kind_of(settings) != "sandbox":
        raise Refused(f"{settings.home} is a real home; made-up data never enters it")
