"""Answers one part of a page: its rows, their meaning, and the chart's specification."""

import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reports.downloads import as_csv
from reports.page import FIGURE_COLUMNS, Chart, Column, Figures
from reports.palette import SERIES
from reports.published import Published, sources_of
from reports.shown import change, headline, shown, words

TABLE_ROWS_SHOWN = 300
_TOOLTIPS: dict[str, dict[str, Any]] = {
    "count": {"type": "quantitative", "format": ",.0f"},
    "money": {"type": "quantitative", "format": ",.2f"},
    "share": {"type": "quantitative", "format": ".1%"},
    "ratio": {"type": "quantitative", "format": ",.2f"},
    "days": {"type": "quantitative", "format": ",.1f"},
    "month": {"type": "temporal", "timeUnit": "utcyearmonth", "format": "%b %Y"},
    "date": {"type": "temporal", "timeUnit": "utcyearmonthdate", "format": "%d %b %Y"},
}


@dataclass(frozen=True)
class Tile:
    """One headline number, ready to be shown."""

    title: str
    value: str
    exact: str
    change: str
    before: str
    tone: str
    notes: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class Answer:
    """What a page shows of one part."""

    part: Chart | Figures
    columns: tuple[Column, ...]
    rows: list[list[str]]
    row_count: int
    csv: str
    sources: list[str]
    terms: list[tuple[str, str]]
    spec: str | None = None
    height: int = 0
    tiles: tuple[Tile, ...] = ()
    pale: tuple[str, ...] = ()


def answer(published: Published, part: Chart | Figures) -> Answer:
    """Return the answer of one part; raises ValueError where its query gives other columns."""
    columns = FIGURE_COLUMNS if isinstance(part, Figures) else part.columns
    names, rows = published.rows(part.query)
    if names != [column.name for column in columns]:
        raise ValueError(f"{part.name} declares other columns than its query gives: {names}")
    visible = [place for place, column in enumerate(columns) if column.is_shown]
    kept = tuple(columns[place] for place in visible)
    full = [[row[place] for place in visible] for row in rows]
    queries = (part.query, part.trend) if isinstance(part, Figures) else (part.query,)
    sources = sources_of(*queries)
    values = [_plain(row, columns) for row in rows]
    is_drawn = isinstance(part, Chart) and part.spec is not None and bool(values)
    spec = _spec(published, part, values) if is_drawn else None
    return Answer(
        part=part,
        columns=kept,
        rows=[
            [shown(value, column.format) for value, column in zip(row, kept, strict=True)]
            for row in full[:TABLE_ROWS_SHOWN]
        ],
        row_count=len(rows),
        csv=as_csv([column.name for column in kept], full),
        sources=sources,
        terms=_terms(published, sources, kept, rows if isinstance(part, Figures) else []),
        spec=_script_safe(spec) if spec else None,
        height=spec["height"] + 50 if spec else 0,
        tiles=_tiles(published, part, rows) if isinstance(part, Figures) else (),
        pale=tuple(dict.fromkeys(row["state"] for row in values if row.get("state") != "final"))
        if "state" in names
        else (),
    )


def _terms(
    published: Published, sources: list[str], columns: tuple[Column, ...], figures: list[Any]
) -> list[tuple[str, str]]:
    """What is shown and what it means: each metric of figures, else each column."""
    if figures:
        return [(row[2].replace("{segment}", words(row[1])), row[10]) for row in figures if row[10]]
    found = [
        (column.title, published.meaning(sources, column.name, column.meaning))
        for column in columns
    ]
    return [(title, meaning) for title, meaning in found if meaning]


def _tiles(published: Published, part: Figures, rows: list[Any]) -> tuple[Tile, ...]:
    _, months = published.rows(part.trend)
    trends: dict[tuple[str, str], list[float]] = {}
    for metric, segment, _month, value in months:
        if value is not None:
            trends.setdefault((metric, segment), []).append(float(value))
    tiles = []
    for metric, segment, title, unit, value, before, share, better, open_, coverage, _ in rows:
        notes = [f"covers {shown(coverage, 'share')} of won deals"] if coverage is not None else []
        notes += ["provisional"] if open_ else []
        notes += ["no data in this home"] if value is None else []
        tiles.append(
            Tile(
                title=title.replace("{segment}", words(segment)),
                value=headline(value, unit, published.currency),
                exact=shown(value, "money" if unit == "money" else "ratio"),
                change=change(share),
                before=headline(before, unit, published.currency) if before is not None else "",
                tone=_tone(share, better),
                notes=tuple(notes),
                line=_line(trends.get((metric, segment), [])),
            )
        )
    return tuple(tiles)


def _tone(share: float | None, better: str | None) -> str:
    if share is None or not better or round(100 * share) == 0:
        return "even"
    return "good" if (share > 0) == (better == "higher") else "bad"


def _line(values: list[float]) -> str:
    """The points of a small line 100 wide and 24 high; nothing for fewer than three months."""
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    step, reach = 100 / (len(values) - 1), (high - low) or 1
    points = enumerate(values)
    return " ".join(f"{i * step:.1f},{22 - 20 * (value - low) / reach:.1f}" for i, value in points)


def _plain(row: tuple[Any, ...], columns: tuple[Column, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for value, column in zip(row, columns, strict=True):
        if isinstance(value, Decimal):
            value = float(value)
        elif isinstance(value, float) and not math.isfinite(value):
            value = None
        elif isinstance(value, datetime | date):
            value = value.isoformat()[:10]
        elif column.format in ("term", "path") and value is not None:
            value = shown(value, column.format)
        values[column.name] = value
    return values


def _spec(published: Published, chart: Chart, values: list[dict[str, Any]]) -> dict[str, Any]:
    spec = json.loads(json.dumps(chart.spec))
    colours = {words(channel): colour for channel, colour in published.colours.items()}
    _colour(spec, values, colours)
    if isinstance(spec["height"], dict):
        # In points: a page that knows the height of its charts does not jump when they are drawn.
        label = spec["encoding"]["y"]["field"]
        spec["height"] = spec["height"]["step"] * len({row[label] for row in values})
    spec.setdefault("encoding", {})["tooltip"] = [
        {"field": column.name, "title": column.title, **_TOOLTIPS.get(column.format, _NOMINAL)}
        for column in chart.columns
        if column.is_shown
    ]
    return {**spec, "data": {"values": values}}


def _script_safe(document: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(document, allow_nan=False).replace("<", "\\u003c")


_NOMINAL = {"type": "nominal"}


def _colour(spec: dict[str, Any], values: list[dict[str, Any]], colours: dict[str, str]) -> None:
    """Give a series its colours: a channel its own, others in the order of their rows."""
    for part in (spec, *spec.get("layer", ())):
        series = part.get("encoding", {}).get("color")
        if not series or series.get("type") != "nominal":
            continue
        field = series["field"]
        present = list(dict.fromkeys(row[field] for row in values if row[field] is not None))
        if field == "channel":
            present = [channel for channel in colours if channel in present]
            used = [colours[channel] for channel in present]
        else:
            used = [SERIES[place % len(SERIES)] for place in range(len(present))]
        series["scale"] = {"domain": present, "range": used}
        if part.get("mark", {}).get("type") == "bar":
            # Bars stack in the order of the legend.
            place = f"indexof({json.dumps(present)}, datum['{field}'])"
            spec.setdefault("transform", []).append({"calculate": place, "as": "series_order"})
            part["encoding"]["order"] = {"field": "series_order", "type": "quantitative"}
