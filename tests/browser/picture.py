"""Takes the README's picture of a home's report: python tests/browser/picture.py HOME."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "overview.png"
DRAWN = "[...document.querySelectorAll('.chart')].every(each => each.dataset.drawn)"


def take(home: Path) -> None:
    """Write the top of the overview page, as a reader with a wide window sees it."""
    report = (home / "published" / "current" / "report" / "index.html").resolve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1180}, color_scheme="light")
        page.goto(report.as_uri())
        page.wait_for_function(DRAWN)
        page.screenshot(path=str(PICTURE))
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
