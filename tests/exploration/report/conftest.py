"""A page with fabricated results, in a headless Chromium that records requests and errors."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from dwsim.exploration.report.page import write_report
from dwsim.exploration.results import Results
from tests.exploration.report import fabricate
from tests.exploration.report.plot import Plot
from tests.needs import end_without

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING = (
    f"no Chromium on PATH ({', '.join(BROWSERS)}), so nothing here is tested:"
    " apt-get install --no-install-recommends chromium-headless-shell"
)


@dataclass
class Opened:
    """A page, its requests, and its errors."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def drawn(self) -> int:
        """The number of points of the plot, once it is drawn."""
        self.page.wait_for_selector(":root[data-drawn]")
        return int(self.page.locator(":root").get_attribute("data-drawn"))

    def chosen(self, engine_id: str) -> None:
        """Waits until the plot rings an engine, and the panel shows it."""
        self.page.wait_for_selector(f":root[data-chosen='{engine_id}']")
        assert engine_id in self.page.inner_text("#engine-title + p")

    def plot(self, folder: Path) -> Plot:
        """The plot, saved with the menu of the page."""
        self.page.locator("#plot details").evaluate("details => details.open = true")
        with self.page.expect_download() as download:
            self.page.click("#plot .vega-actions a:has-text('SVG')")
        download.value.save_as(folder / "plot.svg")
        self.page.locator("#plot details").evaluate("details => details.open = false")
        return Plot(folder / "plot.svg")

    def redrawn(self, act: Callable[[], object]) -> int:
        """The number of points after ``act()``."""
        self.page.evaluate("delete document.documentElement.dataset.drawn")
        act()
        return self.drawn()


@pytest.fixture(scope="session")
def results() -> Results:
    """Results of 24 engines on three networks."""
    return fabricate.results()


@pytest.fixture(scope="session")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of these results."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(results, path)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. If it is missing, the tests fail if CI is set, and are skipped otherwise."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        end_without(MISSING)
    with sync_playwright() as playwright:
        # Its sandbox does not work in a container; the only page is that of the tests.
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, report: Path, results: Results) -> Iterator[Opened]:
    """The report in the browser; at the end, requests and errors are checked."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        one = Opened(context.new_page())
        one.page.set_default_timeout(60_000)
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("console", lambda message: _note(one, message))
        one.page.goto(report.as_uri())
        one.drawn()
        yield one
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file:", "data:"))] == []


def _note(one: Opened, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        one.complaints.append(message.text)
