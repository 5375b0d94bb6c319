"""Asks a source for its first page as a load would, and loads nothing.

The first page takes the source's own session, address and page contract, so what it answers here
it answers in a run; a new source is asked without a line of its own.
"""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from ingestion.contract import LEFT_OUT, Bad, Extraction, Page, Source
from ingestion.errors import LoadFailed
from ingestion.http import Clock, Session

# One more try for a lost connection; a person is waiting.
ATTEMPTS = 2


@dataclass(frozen=True)
class Right:
    """A right that a source needs: its name, what for, and why it is not there ("" where it is).

    One that is left out was not asked for, as the configuration does without it.
    """

    name: str
    purpose: str
    missing: str = ""
    is_left_out: bool = False


@dataclass(frozen=True)
class Answer:
    """The first page: its table and rows, and the rows before it that do not fit."""

    table: str = ""
    rows: int = 0
    bad: int = 0
    why: str = ""


def ask(
    source: Source, config: Mapping[str, Any], as_of: datetime, clock: Clock | None = None
) -> Answer:
    """Return what came first; raises LoadFailed with the remedy where nothing does."""
    made = _session(source, config, clock)
    bad, why = 0, ""
    with made or nullcontext() as http:
        # A source of files never touches the session.
        extraction = Extraction(config, cast("Session", http), as_of, {})
        with (
            _expected(source, "first page"),
            closing(cast("Any", source.extract(extraction))) as pages,
        ):
            for each in pages:
                if isinstance(each, Bad):
                    bad, why = bad + 1, why or each.reason
                elif isinstance(each, Page):
                    return Answer(each.table, len(each.rows), bad, why)
    return Answer(bad=bad, why=why)


def rights(
    source: Source, config: Mapping[str, Any], as_of: datetime, clock: Clock | None = None
) -> list[Right]:
    """Return each right that can be asked for by a request of its own, and whether it is there."""
    http = _session(source, config, clock)
    if source.notes is None or http is None:
        return []
    with http:
        ctx = Extraction(config, http, as_of, {})
        return [
            _right(source, name, purpose, ctx)
            for name, purpose in source.notes.scopes
            if name in source.asks
        ]


@contextmanager
def _expected(source: Source, what: str) -> Generator[None]:
    """Tell an answer that is of another kind than the source reads; raises LoadFailed."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise LoadFailed(
            f"{source.name}: the {what} is not what the source expects "
            f"({type(error).__name__}). Check its settings in config/sources.yml."
        ) from error


def _right(source: Source, name: str, purpose: str, ctx: Extraction) -> Right:
    try:
        with _expected(source, f"answer for {name}"):
            told = source.asks[name](ctx)
    except LoadFailed as error:
        return Right(name, purpose, str(error))
    return Right(name, purpose, is_left_out=told == LEFT_OUT)


def _session(source: Source, config: Mapping[str, Any], clock: Clock | None) -> Session | None:
    """A session of few attempts; sources of files have none."""
    made = source.session(config, clock or Clock()) if source.session else None
    if made:
        made.attempts = ATTEMPTS
    return made
