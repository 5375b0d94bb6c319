"""One ASGI application for every vendor, and the control plane that moves its clock.

Paths of the vendors do not collide, so one port serves all and a client needs only another base
address. The control plane answers to its own token only and is never part of a vendor's API.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ingestion.sandbox import faults
from ingestion.sandbox.company import DAY, END, START
from ingestion.sandbox.faults import Fault, FaultPlan
from ingestion.sandbox.files import write_event_files
from ingestion.sandbox.http import Answer, Ask, World, answer
from ingestion.sandbox.limits import Limits
from ingestion.sandbox.plans import write_plans
from ingestion.sandbox.privacy import write_notices
from ingestion.sandbox.vendors import VENDORS, vendor_of

CONTROL = "/__sandbox__/"


class SandboxApp:
    """The ASGI application over one world."""

    def __init__(self, world: World, control_token: str) -> None:
        self.world = world
        self.limits = Limits(VENDORS)
        self.plan = FaultPlan()
        self.log: list[dict[str, Any]] = []
        self._token = control_token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request (or the lifespan's start and end)."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        ask = await _ask(scope, receive)
        is_control, vendor = ask.path.startswith(CONTROL), _vendor(ask.path)
        self.limits.open[vendor] += 1
        try:
            await self._serve(ask, vendor, is_control, send)
        finally:
            self.limits.open[vendor] -= 1

    async def _serve(self, ask: Ask, vendor: str, is_control: bool, send: Any) -> None:
        refused = self.limits.refuse(ask, vendor)
        # A request that is refused reaches nothing that could go wrong: its fault waits.
        struck = None if is_control or refused else self.plan.strike(ask, vendor)
        answered = refused or self._answer(ask, struck)
        if not is_control:
            self.log.append(
                {
                    "method": ask.method,
                    "path": ask.path,
                    "query": dict(ask.query),
                    "status": answered.status,
                    "fault": struck,
                }
            )
        await _send(send, answered, struck)

    def _answer(self, ask: Ask, struck: str | None) -> Answer:
        if ask.path.startswith(CONTROL):
            return self._control(ask)
        if struck in faults.INSTEAD:
            return faults.INSTEAD[struck]
        vendor = vendor_of(ask.path)
        if vendor is None:
            return answer({"message": "no vendor has this path"}, 404)
        answered = vendor.view(ask, self.world)
        spoils = struck in faults.SPOILED and answered.status < 300
        return faults.spoil(str(struck), answered) if spoils else answered

    def _control(self, ask: Ask) -> Answer:
        given = ask.headers.get("x-sandbox-control", "")
        if not secrets.compare_digest(given, self._token):
            return answer({"message": "the control plane needs its token"}, 403)
        what = ask.path.removeprefix(CONTROL)
        if (ask.method, what) == ("POST", "clock"):
            return self._move(ask.json())
        if (ask.method, what) == ("POST", "faults"):
            return self._plant(ask.json())
        if (ask.method, what) == ("DELETE", "faults"):
            self.plan.waiting.clear()
            return answer({"faults": []})
        if (ask.method, what) == ("GET", "requests"):
            return answer(self.log)
        if (ask.method, what) == ("GET", "state"):
            return answer(
                {
                    "as_of": _iso(self.world.clock),
                    "seed": self.world.company.seed,
                    "scale": self.world.company.scale,
                    "changes": len(self.world.ledger),
                }
            )
        return answer({"message": "no such control"}, 404)

    def _move(self, asked: dict[str, Any]) -> Answer:
        target = self.world.clock + int(asked.get("advance_days", 0)) * DAY
        if "as_of" in asked:
            target = _clock(str(asked["as_of"]))
        if not START <= target <= END:
            message = f"the company lives from {_iso(START)} to {_iso(END)}"
            return answer({"message": message}, 400)
        before, self.world.clock = self.world.clock, target
        written = []
        if self.world.inbox is not None:
            written = write_event_files(self.world.company, self.world.inbox, before, target)
            notices = self.world.inbox.parent / "privacy_deletes"
            written += write_notices(self.world.company, notices, before, target)
            sheets = self.world.inbox.parent / "plan_sheets"
            written += write_plans(self.world.company, sheets, before, target)
        return answer({"as_of": _iso(target), "files": len(written)})

    def _plant(self, asked: dict[str, Any]) -> Answer:
        if asked.get("name") not in faults.NAMES:
            return answer({"message": f"no such fault; there are {', '.join(faults.NAMES)}"}, 400)
        vendor, names = asked.get("vendor", ""), [each.name for each in VENDORS]
        if vendor not in ("", *names):
            return answer({"message": f"no such vendor; there are {', '.join(names)}"}, 400)
        self.plan.waiting.append(
            Fault(
                name=asked["name"],
                path=asked.get("path", ""),
                vendor=vendor,
                times=int(asked.get("times", 1)),
                after=int(asked.get("after", 0)),
            )
        )
        return answer({"faults": [fault.name for fault in self.plan.waiting]})


def _vendor(path: str) -> str:
    vendor = vendor_of(path)
    return vendor.name if vendor else ""


def _iso(clock: int) -> str:
    return datetime.fromtimestamp(clock / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock(text: str) -> int:
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _ask(scope: Any, receive: Callable[[], Awaitable[Any]]) -> Ask:
    from urllib.parse import parse_qsl

    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    # The vendors take a list either way: `properties=a,b` and `properties=a&properties=b`.
    query: dict[str, str] = {}
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return Ask(scope["method"], scope["path"], query, headers, body)


async def _send(send: Any, answered: Answer, struck: str | None) -> None:
    body = answered.body
    length = len(body) + (64 if struck == "short_body" else 0)
    headers = [(name.encode(), value.encode()) for name, value in answered.headers.items()]
    headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": answered.status, "headers": headers})
    if struck == "reset":
        # An answer that has begun and fails makes the server drop the connection.
        raise ConnectionResetError("a planted reset")
    if struck == "hang":
        import asyncio

        await asyncio.sleep(3600)
    await send({"type": "http.response.body", "body": body})
