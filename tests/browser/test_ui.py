"""The Dagster UI as an operator sees it: the run, the graph, green checks and a red one."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import spoiled
import whole_runs
from playwright.sync_api import Browser, Page, expect
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from orchestration.settings import PROJECT

pytestmark = pytest.mark.browser
# A first page waits for the code location, half a minute on a quiet machine.
PATIENCE = 120_000


@dataclass(frozen=True)
class Place:
    """Where the UI answers, and the runs that it shows."""

    address: str
    good: str
    blocked: str


@pytest.fixture(scope="module")
def place(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve the UI of a home with one good run and one in which a broken rule held marts back."""
    home = whole_runs.copy_home(published_home, tmp_path_factory.mktemp("ui") / "home")
    with whole_runs.instance_of(home) as instance:
        (good,) = instance.get_runs()
    blocked = spoiled.Home(home).blocked_run("dim_persons", "person_id_is_unique")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*whole_runs.COMMAND, "ui", "--port", str(port)],
        cwd=PROJECT,
        env=whole_runs.environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if "Serving dagster-webserver" in line:
                break
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(address)
        yield Place(address, good.run_id, blocked)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()
        assert whole_runs.processes_of(home) == []


def _wait_until_it_answers(address: str) -> None:
    """The server says that it serves before its port is open: knock with growing pauses."""
    knocks = Retry(total=12, backoff_factor=0.1, backoff_max=5)
    with requests.Session() as session:
        session.mount(address, HTTPAdapter(max_retries=knocks))
        session.get(f"{address}/server_info", timeout=60).raise_for_status()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1500, "height": 950})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


def _look(page: Page, name: str) -> None:
    """Keep a picture where someone asked for pictures."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_the_runs_page_shows_what_was_published_and_what_was_blocked(
    place: Place, page: Page
) -> None:
    page.goto(f"{place.address}/runs")
    for run, state in ((place.good, "Success"), (place.blocked, "Success")):
        row = page.locator("[class*=row]", has_text=run[:8]).filter(has_text=state)
        expect(row.first).to_be_visible(timeout=PATIENCE)
    _look(page, "runs")


def test_the_graph_reaches_from_each_source_to_the_published_version(
    place: Place, page: Page
) -> None:
    # The list draws only the groups that there is room for.
    page.set_viewport_size({"width": 1280, "height": 3000})
    page.goto(f"{place.address}/asset-groups")
    for group in ("hubspot", "mailchimp", "google_ads", "linkedin_pages", "identity"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible(timeout=PATIENCE)
    _look(page, "graph")
    page.goto(f"{place.address}/assets/published/version?view=lineage&lineageScope=upstream")
    # Groups are drawn folded: the published version waits for the marts and the guarded tables.
    for group in ("marts_attribution", "marts_spend", "marts_identity", "hubspot"):
        expect(page.get_by_text(group, exact=True).first).to_be_attached(timeout=PATIENCE)
    _look(page, "lineage")


def test_an_asset_says_who_owns_it_what_it_is_and_how_many_rows_it_has(
    place: Place, page: Page
) -> None:
    page.goto(f"{place.address}/assets/marts/dim_persons?view=overview")
    for text in ("marts_identity", "marketing-operations", "Row count", "Stable id of the party"):
        expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)
    _look(page, "asset")


def test_a_check_that_holds_is_green(place: Place, page: Page) -> None:
    page.goto(f"{place.address}/assets/hubspot/contacts?view=checks")
    page.get_by_text("raw_contact_has_an_id").first.click()
    expect(page.get_by_text("Passed").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("holds: raw contact has an id")).to_be_visible()
    _look(page, "green")


def test_the_broken_rule_is_red_and_says_how_many_rows(place: Place, page: Page) -> None:
    page.goto(f"{place.address}/assets/marts/dim_persons?view=checks")
    page.get_by_text("person_id_is_unique").first.click()
    expect(page.get_by_text("Failed").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("broken: person id is unique; 2 of").first).to_be_visible()
    _look(page, "red")


def test_the_published_version_says_which_groups_of_marts_are_held_back(
    place: Place, page: Page
) -> None:
    page.goto(f"{place.address}/assets/published/version?view=overview")
    expect(page.get_by_text("held_back").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("identity").first).to_be_visible()
    _look(page, "blocked")
