"""A browser that tells everything it was made to do: scripts, errors, policy violations, requests beyond the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.e2e.chromium import launch_options
from tests.live import Live

EXAMPLE = "When Mary and John went to the store, John gave a drink to"
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

TRAP = """
window.__trap = [];
window.__xss = (what) => window.__trap.push(String(what));
document.addEventListener('securitypolicyviolation', (e) => window.__trap.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@dataclass
class Watch:
    """What went wrong on the pages of one context."""

    origin: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", self._request)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.requests.append(f"{request.method} {parts.path}")
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.outside.append(request.url)

    def assert_clean(self, page: Page) -> None:
        assert self.errors == []
        assert self.outside == []
        assert self.dialogs == []
        assert page.evaluate("window.__trap") == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One per module: while it is open this thread has an event loop, which other modules could not bear."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        yield browser
        browser.close()


@pytest.fixture
def watch(server: Live) -> Watch:
    return Watch(server.url)


@pytest.fixture
def open_context(browser: Browser, watch: Watch) -> Iterator[Any]:
    """Makes contexts (`theme`, `width`, `height`) whose pages are watched."""
    contexts: list[BrowserContext] = []

    def make(theme: str = "light", width: int = 1440, height: int = 900) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TRAP)
        context.on("page", watch.follow)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_context: Any, watch: Watch) -> Iterator[Page]:
    page = open_context().new_page()
    yield page
    watch.assert_clean(page)


def panel(page: Page, title: str) -> Any:
    """The panel with this title."""
    return page.get_by_role("region", name=title, exact=True).first


def stored_link(page: Page) -> str:
    """Stores what the open share dialog holds, and gives the address of the link."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create").or_(dialog.get_by_role("button", name="Save")).first.click()
    field = dialog.locator("input[readonly]").first
    expect(field).to_have_value(re.compile("/a/"))
    return field.input_value()


def wait_for_figures(page: Page) -> None:
    """Until every panel shows something final and none is computing any more."""
    page.locator("section.panel").first.wait_for()
    page.wait_for_function(
        """() => !document.querySelector('[aria-busy=true], .skeleton, [role=progressbar]')
            && [...document.querySelectorAll('section.panel')].every((panel) =>
                panel.querySelector('canvas, .js-plotly-plot, .histogram, .flow-drawing, table, .notice, .text-pair,'
                    + '.panel-body .tk'))"""
    )
