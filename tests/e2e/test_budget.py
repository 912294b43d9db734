"""What the browser has to fetch before the first picture."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Response

from tests.live import Live

INITIAL_SCRIPT_BYTES = 200_000


def test_the_first_screen_needs_little_script(open_context: Any, server: Live) -> None:
    page = open_context().new_page()
    scripts: dict[str, int] = {}

    def measure(response: Response) -> None:
        if urlsplit(response.url).path.endswith(".js"):
            scripts[response.url] = len(gzip.compress(response.body()))

    page.on("response", measure)
    page.goto(server.url, wait_until="load")
    initial = page.evaluate(
        "[...document.querySelectorAll('script[src], link[rel=modulepreload]')].map((e) => e.src || e.href)"
    )
    fetched = {url: size for url, size in scripts.items() if url in initial}
    assert fetched
    assert sum(fetched.values()) <= INITIAL_SCRIPT_BYTES
    assert not [url for url in fetched if "plotly" in url]
