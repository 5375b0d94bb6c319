"""What the vendors' views share: the request as they see it, answers, and the world behind."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ingestion.sandbox.company import Company
from ingestion.sandbox.ledger import Ledger, State


@dataclass(frozen=True)
class Ask:
    """One request: method, path, query (repeats joined by commas), lower-case headers, body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body, or an empty one where there is none."""
        return orjson.loads(self.body) if self.body else {}


@dataclass(frozen=True)
class Answer:
    """A status, a body and headers. A view serialises its own body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class World:
    """The vendors' clock and what it shows; the control plane moves it.

    `jobs` are the reads that were asked for and are fetched later, by their id.
    """

    company: Company
    ledger: Ledger
    clock: int
    inbox: Path | None = None
    jobs: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """What is visible now."""
        return self.ledger.at(self.clock)


View = Callable[[Ask, World], Answer]


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """Return a JSON answer."""
    return Answer(status, orjson.dumps(body), {"content-type": "application/json", **headers})


def listed(name: str, bodies: list[bytes], rest: dict[str, Any]) -> Answer:
    """Return an answer whose list joins records that were serialised once."""
    tail = orjson.dumps(rest)[1:]
    body = b'{"%b":[%b]%b' % (name.encode(), b",".join(bodies), b"," + tail if rest else b"}")
    return Answer(200, body, {"content-type": "application/json"})


def cursor_of(position: int, query: str) -> str:
    """Return an opaque cursor bound to its query."""
    return base64.urlsafe_b64encode(f"{position}|{query}".encode()).decode().rstrip("=")


def position_of(cursor: str, query: str) -> int | None:
    """Return the position of a cursor, or None where it is not one of this query's."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        position, _, bound = text.partition("|")
        return int(position) if bound == query else None
    except ValueError:
        return None
