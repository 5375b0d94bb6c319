"""The report as a reader opens it: from disk, in a real browser, with nothing else."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import contract_marts
import pytest
from playwright.sync_api import Browser, Page

from reports.build import build, every_page

pytestmark = pytest.mark.browser
PAGES = [page.name for page in every_page()]
DRAWN = "[...document.querySelectorAll('.chart')].every(each => each.dataset.drawn)"
# Charts whose marks cannot be seen: none, none with an area, or a plot shrunk to nothing.
UNSEEN = """[...document.querySelectorAll('.chart')].filter(each => {
    const marks = [...each.querySelectorAll('[class*=role-mark] path')];
    const boxes = marks.map(mark => mark.getBoundingClientRect());
    const plot = each.querySelector('svg').getBoundingClientRect();
    return !boxes.some(box => box.width * box.height > 1) || plot.width < 0.8 * each.clientWidth;
}).map(each => each.id)"""


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[tuple[Page, list[str]]]:
    """Open a page from disk and wait for its charts; the list holds what went wrong."""
    inside = browser.new_context(**context)
    page = inside.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file://", "data:"))
            else wrong.append(f"network: {request.url}")
        ),
    )
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN)
    yield page, wrong
    inside.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_chart_is_drawn_from_disk_and_nothing_complains(
    browser: Browser, report: Path, name: str, scheme: str
) -> None:
    with opened(browser, report / f"{name}.html", color_scheme=scheme) as (page, wrong):
        charts = page.locator(".chart").count()
        assert charts == len(re.findall("data-chart=", (report / f"{name}.html").read_text()))
        assert page.evaluate(UNSEEN) == []
        assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_scrolls_no_page_sideways(browser: Browser, report: Path, name: str) -> None:
    phone = {"width": 390, "height": 844}
    with opened(browser, report / f"{name}.html", viewport=phone) as (page, wrong):
        assert page.evaluate(UNSEEN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert wrong == []


def test_a_page_is_light_and_readable_before_its_charts_are(browser: Browser, report: Path) -> None:
    assert sum(path.stat().st_size for path in report.glob("*.js")) < 1_000_000
    for name in PAGES:
        assert (report / f"{name}.html").stat().st_size < 400_000, name
    with opened(browser, report / "index.html") as (page, _):
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        assert first < 3000


def test_months_are_the_same_wherever_the_reader_sits(browser: Browser, report: Path) -> None:
    def labels(zone: str) -> list[str]:
        with opened(browser, report / "channels.html", timezone_id=zone) as (page, _):
            return page.locator("#spend_by_channel .role-axis-label text").all_text_contents()

    here, there = labels("America/Los_Angeles"), labels("Pacific/Auckland")
    assert here == there
    assert "Jan 25" in here


def test_a_reader_who_turns_the_lights_out_gets_the_charts_drawn_anew(
    browser: Browser, report: Path
) -> None:
    with opened(browser, report / "index.html", color_scheme="light") as (page, wrong):
        bar = page.locator("#won_value_by_month .mark-rect path").first
        before = bar.get_attribute("fill")
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(
            "was => document.querySelector('#won_value_by_month .mark-rect path')"
            "?.getAttribute('fill') !== was",
            arg=before,
        )
        assert wrong == []


def test_a_download_from_disk_holds_every_row(browser: Browser, report: Path) -> None:
    with opened(browser, report / "pipeline.html") as (page, _):
        page.locator("#leads_by_source-title ~ details summary").click()
        link = page.locator("#leads_by_source-title ~ details a[download]")
        with page.expect_download() as waiting:
            link.click()
        stored = Path(waiting.value.path())
        rows = list(csv.reader(stored.open(encoding="utf-8")))
        assert f"Download {len(rows) - 1} rows" in link.inner_text()
        assert rows[0][:3] == ["month", "channel", "conversions"]


def test_a_keyboard_reaches_the_numbers_and_their_meaning(browser: Browser, report: Path) -> None:
    with opened(browser, report / "index.html") as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        summary = page.locator("#headlines-title ~ details summary")
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("#headlines-title ~ details table").is_visible()
        assert page.locator("#headlines-title ~ details dl.terms").is_visible()


def test_every_chart_has_a_name_and_a_table_for_who_cannot_see_it(
    browser: Browser, report: Path
) -> None:
    for name in PAGES:
        with opened(browser, report / f"{name}.html") as (page, _):
            charts = page.locator(".chart[role=img][aria-label]").count()
            assert charts == page.locator(".chart").count()
            assert page.locator(".card:has(.chart) details table caption").count() == charts


def test_a_hostile_name_runs_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=window.owned=1></script><script>window.owned=1</script>"
    with contract_marts.create(tmp_path / "engineroom.duckdb") as connection:
        connection.execute(
            "insert into marts.rpt_email_campaigns by name select 'm1' as campaign_id,"
            " 9 as delivered, 0.2 as open_rate_lower, 0.4 as open_rate_upper, 0.1 as click_rate"
        )
        connection.execute(
            "insert into marts.dim_campaigns by name select 'm1' as campaign_id, ? as name",
            [hostile],
        )
    as_of = datetime(2026, 7, 1)
    out = tmp_path / "report"
    build(tmp_path / "engineroom.duckdb", out, home_kind="real", as_of=as_of, run_id="r")
    with opened(browser, out / "engagement.html") as (page, wrong):
        page.locator("#email_clicks .mark-rect path").first.hover()
        page.locator("#vg-tooltip-element.visible").wait_for()
        assert page.evaluate("window.owned") is None
        assert hostile in page.locator("#vg-tooltip-element").inner_text()
        assert wrong == []
