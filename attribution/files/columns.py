"""What a file of journeys holds, and in which of its columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Touches:
    """One row a touch. `value` is a column, or None where conversions have no value."""

    journey: str
    time: str
    channel: str
    converted: str
    value: str | None = None


@dataclass(frozen=True)
class AggregatedPaths:
    """One row a path: how often it converted, for how much together, and how often it did not."""

    path: str
    conversions: str
    value: str | None = None
    nulls: str | None = None
    separator: str = ">"


Columns = Touches | AggregatedPaths
