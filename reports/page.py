"""What a report page is: questions, each answered by one query on the published marts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# `term` is a code that people read as words (paid_search), `path` several in order; `month` and
# `date` are days.
Format = Literal[
    "text", "term", "path", "count", "money", "share", "ratio", "days", "date", "month", "flag"
]


@dataclass(frozen=True)
class Column:
    """One column of an answer, as a person reads it.

    Its meaning is the description of the mart column that bears its name, or of `meaning`
    (mart.column) where the answer renames it.
    """

    name: str
    title: str
    format: Format = "text"
    meaning: str = ""
    is_shown: bool = True


@dataclass(frozen=True)
class Chart:
    """What is shown, the query that answers it, how it is drawn, and what to know of it.

    `query` reads schema `marts` only and computes no metric that a mart does not define: it
    filters, groups and sums. `spec` is a Vega-Lite specification without its data; a chart without
    one is a table. `{currency}` in texts becomes the reporting currency. `empty` says why there
    may be nothing and what to do about it.
    """

    name: str
    title: str
    subtitle: str
    query: str
    columns: tuple[Column, ...]
    empty: str
    notes: tuple[str, ...] = ()
    spec: Mapping[str, Any] | None = None
    is_wide: bool = True


@dataclass(frozen=True)
class Figures:
    """A row of headline numbers with the period before and the months behind them.

    `query` gives the columns of FIGURE_COLUMNS; `trend` gives metric, segment, month, value.
    `empty` says why there is none, where that can be.
    """

    name: str
    title: str
    subtitle: str
    query: str
    trend: str
    empty: str = ""
    notes: tuple[str, ...] = ()


FIGURE_COLUMNS = (
    Column("metric", "Metric", "term"),
    Column("segment", "Of", "term"),
    Column("title", "Title"),
    Column("unit", "Unit"),
    Column("value", "Value"),
    Column("previous_value", "Period before"),
    Column("change_share", "Change", "share"),
    Column("better_when", "Better when"),
    Column("is_provisional", "Provisional", "flag"),
    Column("coverage_share", "Coverage", "share"),
    Column("definition", "Definition"),
)


@dataclass(frozen=True)
class Page:
    """One page of the report, in the order of `position`.

    `has_dictionary` adds what every mart and column means, from the marts' own comments.
    """

    name: str
    title: str
    lead: str
    position: int
    parts: tuple[Chart | Figures, ...] = field(default=())
    has_dictionary: bool = False
