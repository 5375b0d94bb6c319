"""A vendor of the made-up company: what it answers, what it holds, what was planted in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from re import Pattern
from typing import Any

import polars as pl

from ingestion.sandbox.company import Company
from ingestion.sandbox.http import Answer, Ask, View
from ingestion.sandbox.ledger import Change

# Kind of the trap, source, object, key, what it is about.
Planted = tuple[str, str, str, str, str]
# Object, its record's id, whose it is, how it is spoiled ("" for not at all).
Belonging = tuple[str, str, str, str, str]


def nothing(_: Company) -> Iterator[Any]:
    """Yield nothing: a vendor of which there is nothing to tell."""
    yield from ()


def one_call(_: Ask) -> int:
    """Return 1: a request counts for one call."""
    return 1


@dataclass(frozen=True)
class Limit:
    """At most `calls` in any `seconds`, of the paths that hold `paths`; then `refused` answers.

    `counts` says for how many calls a request stands.
    """

    calls: int
    seconds: float
    refused: Answer
    paths: str = ""
    counts: Callable[[Ask], int] = one_call


@dataclass(frozen=True)
class Vendor:
    """A vendor, declared beside its view: `paths` are its own and no other's.

    `limits` are those of the contract that the company has with it, `at_once` the connections that
    it takes at one time with the answer to one more. `planted` are the traps, `people` and
    `accounts` say whose record each is (source left out), `truth` holds further tables by name.
    """

    name: str
    paths: Pattern[str]
    view: View
    changes: Callable[[Company], Iterable[Change]]
    limits: tuple[Limit, ...] = ()
    at_once: tuple[int, Answer] | None = None
    planted: Callable[[Company], Iterable[Planted]] = nothing
    people: Callable[[Company], Iterable[Belonging]] = nothing
    accounts: Callable[[Company], Iterable[tuple[str, str]]] = nothing
    truth: Mapping[str, Callable[[Company], pl.DataFrame]] = field(default_factory=dict)


def frame(columns: Iterable[str], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return rows as a frame with these columns."""
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
