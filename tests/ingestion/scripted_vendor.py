"""A vendor on loopback whose answers each test scripts, and a clock that never waits."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingestion.http import Clock


@dataclass
class Answer:
    """One scripted answer."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    drop: bool = False
    hang: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Vendor:
    """A server that gives its answers in turn, the last for ever, and notes what it was sent."""

    answers: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def says(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def serve(vendor: Vendor) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(size)
            vendor.seen.append((self.command, self.path, dict(self.headers), sent))
            answer = vendor.next()
            if answer.hang:
                vendor.released.wait()
            if answer.drop or answer.hang:
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content) + answer.cut))
            self.end_headers()
            self.wfile.write(answer.content)
            if answer.cut:
                self.connection.close()

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    serving = {"target": server.serve_forever, "kwargs": {"poll_interval": 0.01}}
    threading.Thread(daemon=True, **serving).start()
    return server


class StoppedClock:
    """Time that moves only by sleeping, and remembers each sleep."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)
