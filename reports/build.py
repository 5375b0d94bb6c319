"""Builds the static report: one HTML page a topic, charts drawn in the browser without a network.

The chart library arrives with `vl-convert-python` and is written once as a file of its own: inlined
on each page it cost six seconds to first paint. The pages work from disk.
"""

import csv
import importlib
import io
import json
import pkgutil
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

import reports.pages
from reports.page import Chart, Column, Page

# Cells that a spreadsheet would run as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TABLE_ROWS_SHOWN = 500


def build(
    marts_file: Path, out: Path, *, home_kind: str, as_of: datetime, run_id: str
) -> list[Path]:
    """Write the report of one marts file into the folder `out` and return the pages written.

    Raises duckdb.Error where a page asks for a mart or a column that is not there.
    """
    from vl_convert import javascript_bundle

    out.mkdir(parents=True, exist_ok=True)
    (out / "data").mkdir(exist_ok=True)
    (out / "charts.js").write_text(javascript_bundle("window.vegaEmbed = vegaEmbed;"), "utf-8")
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["shown"] = shown
    (out / "style.css").write_text(environment.get_template("style.css").render(), "utf-8")
    pages = every_page()
    written = []
    with duckdb.connect(str(marts_file), read_only=True) as connection:
        for page in pages:
            answers = [_answer(connection, chart, out) for chart in page.charts]
            html = environment.get_template("page.html").render(
                page=page,
                pages=pages,
                answers=answers,
                home_kind=home_kind,
                as_of=as_of.strftime("%Y-%m-%d %H:%M UTC"),
                run_id=run_id,
            )
            written.append(out / f"{page.name}.html")
            written[-1].write_text(html, "utf-8")
    return written


def every_page() -> list[Page]:
    """Return the pages found in `reports/pages`, one a file, in their reading order."""
    modules = pkgutil.iter_modules(reports.pages.__path__)
    found = [importlib.import_module(f"reports.pages.{module.name}").PAGE for module in modules]
    return sorted(found, key=lambda page: (page.position, page.name))


def shown(value: Any, column: Column) -> str:
    """Return a value as a person reads it; what is not known is a dash, never a zero."""
    if value is None:
        return "–"
    match column.format:
        case "count":
            return f"{value:,.0f}"
        case "money":
            return f"{value:,.2f}"
        case "share":
            return f"{100 * value:.1f} %"
        case "ratio":
            return f"{value:.2f}"
        case _:
            return str(value)


def _answer(connection: duckdb.DuckDBPyConnection, chart: Chart, out: Path) -> dict[str, Any]:
    cursor = connection.execute(chart.query)
    names = [description[0] for description in cursor.description or []]
    expected = [column.name for column in chart.columns]
    if names != expected:
        raise ValueError(
            f"chart {chart.name} declares columns {expected} but its query gives {names}"
        )
    rows = cursor.fetchall()
    (out / "data" / f"{chart.name}.csv").write_text(_csv(chart.columns, rows), "utf-8")
    spec = None
    if chart.spec is not None and rows:
        values = [
            {name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows
        ]
        spec = _script_safe({**chart.spec, "data": {"values": values}})
    return {"chart": chart, "rows": rows[:TABLE_ROWS_SHOWN], "row_count": len(rows), "spec": spec}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _script_safe(document: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(document).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _csv(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run is quoted with an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
