"""Debian's chromium, driven by Playwright, without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a running chromium; skips, and says so, where none is installed."""
    path = shutil.which("chromium")
    if not path:
        pytest.skip("chromium is not here: `make chromium` installs it where apt is at hand")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def report(published_home: Path) -> Path:
    """Return the folder of the report of one whole run."""
    return (published_home / "published" / "current" / "report").resolve()
