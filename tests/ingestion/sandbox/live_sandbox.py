"""The sandbox's server in a thread, a plain client for it, and our connectors reading it."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from ingestion.config import sandbox_config
from ingestion.pipeline import load
from ingestion.sandbox.app import SandboxApp
from ingestion.sandbox.company import generate
from ingestion.sandbox.http import World
from ingestion.sandbox.limits import Limits
from ingestion.sandbox.vendors import ledger_of
from ingestion.sources import SOURCES

PROJECT = Path(__file__).parents[3]
AS_OF = datetime(2026, 7, 1, 6, tzinfo=UTC)
CONTROL = "test-control-token"


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers in lower case, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Live:
    """A sandbox that serves on loopback."""

    base: str
    world: World

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send one request, whatever the answer's status."""
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.base + path, data, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return _reply(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return _reply(error.code, error.headers, error.read())

    def control(self, method: str, what: str, body: Any = None) -> Reply:
        return self.ask(method, f"/__sandbox__/{what}", body, X_Sandbox_Control=CONTROL)

    def load(self, source: str, home: Path, days_later: int = 0) -> None:
        """Load one source with our connector into `home`, as of the first day or later."""
        load(
            source,
            warehouse=home / "warehouse.duckdb",
            work=home / "work",
            pipelines=home / "dlt",
            config=sandbox_config(SOURCES[source], {}, self.base),
            as_of=AS_OF + timedelta(days=days_later),
            run_id=f"sdk-{days_later}",
        )


def _reply(status: int, headers: Any, body: bytes) -> Reply:
    return Reply(status, {name.lower(): value for name, value in headers.items()}, body)


@dataclass(frozen=True)
class Told:
    """One answer of a vendor: what was asked, and what came back."""

    method: str
    path: str
    status: int
    body: bytes


class Listening:
    """The sandbox, with every answer kept."""

    def __init__(self, app: SandboxApp, told: list[Told]) -> None:
        self.app, self.told = app, told

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status, body = 0, b""

        async def keep(message: Any) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, keep)
        self.told.append(Told(scope["method"], scope["path"], status, body))


@contextmanager
def serving(seed: int, scale: float, told: list[Told] | None = None) -> Iterator[Live]:
    """Serve a fresh company on a free port of loopback; every answer is kept in `told`."""
    company = generate(seed, scale)
    world = World(company, ledger_of(company), int(AS_OF.timestamp() * 1000))
    listener = socket.create_server(("127.0.0.1", 0))
    app = SandboxApp(world, CONTROL)
    # Clients of these tests never wait, so the vendor's pace would refuse whoever asks next.
    app.limits = Limits(())
    heard = app if told is None else Listening(app, told)
    config = uvicorn.Config(heard, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        # The socket listens already: a request waits in its queue until the server accepts it.
        yield Live(f"http://127.0.0.1:{listener.getsockname()[1]}", world)
    finally:
        server.should_exit = True
        thread.join(10)
