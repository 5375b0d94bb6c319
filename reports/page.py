"""What a report page is: questions, each answered by one query on the published marts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Format = Literal["text", "count", "money", "share", "ratio", "date"]


@dataclass(frozen=True)
class Column:
    """One column of an answer, as a person reads it."""

    name: str
    title: str
    format: Format = "text"


@dataclass(frozen=True)
class Chart:
    """A question, the query that answers it, how it is drawn, and what its numbers mean.

    `query` reads schema `marts` only and computes no metric that a mart does not define: it
    filters, groups and sums. `spec` is a Vega-Lite specification without its data. A chart whose
    answer is a handful of numbers has no spec and is shown as figures.
    """

    name: str
    question: str
    query: str
    columns: tuple[Column, ...]
    definitions: tuple[str, ...]
    spec: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page:
    """One page of the report, in the order of `position`."""

    name: str
    title: str
    lead: str
    position: int
    charts: tuple[Chart, ...] = field(default=())


def monthly_bars(measure: str, title: str) -> dict[str, Any]:
    """Return the specification of a measure by `month`, stacked by `channel`."""
    return {
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": None},
            "y": {"field": measure, "type": "quantitative", "title": title},
            "color": {"field": "channel", "type": "nominal", "title": "Channel"},
        },
    }
