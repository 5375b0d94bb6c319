"""Builds the static report: one HTML page a topic, charts drawn in the browser without a network.

The chart library arrives with `vl-convert-python` and is written once as a file of its own: inlined
on each page it cost six seconds to first paint. The pages work from disk.
"""

import importlib
import pkgutil
import shutil
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

import reports.pages
from reports.answers import answer
from reports.page import Page
from reports.published import Published
from reports.shown import day, words

TEMPLATES = Path(__file__).parent / "templates"


def build(
    marts_file: Path, out: Path, *, home_kind: str, as_of: datetime, run_id: str
) -> list[Path]:
    """Write the report of one marts file into the folder `out` and return the pages written.

    Raises duckdb.Error where a page asks for a mart or a column that is not there.
    """
    from vl_convert import javascript_bundle

    (out / "data").mkdir(parents=True, exist_ok=True)
    (out / "charts.js").write_text(javascript_bundle("window.vegaEmbed = vegaEmbed;"), "utf-8")
    for name in ("style.css", "report.js"):
        shutil.copyfile(TEMPLATES / name, out / name)
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages = every_page()
    written = []
    with Published(marts_file) as published:
        environment.filters["filled"] = published.filled
        template = environment.get_template("page.html")
        for page in pages:
            answers = [answer(published, part) for part in page.parts]
            for each in answers:
                (out / "data" / f"{each.part.name}.csv").write_text(each.csv, "utf-8")
            html = template.render(
                page=page,
                pages=pages,
                answers=answers,
                marts=list(published.marts.values()) if page.has_dictionary else [],
                currency=published.currency,
                stale=published.stale,
                swatches={words(name): colour for name, colour in published.colours.items()},
                is_sandbox=home_kind == "sandbox",
                as_of=f"{day(as_of)}, {as_of:%H:%M} UTC",
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
