"""Axe finds nothing serious on any page, in both themes, wide and narrow; nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import EXAMPLE, wait_for_figures
from tests.live import Live

PANELS = "causal/activation-patching;lens/logit-lens;attention/attention-pattern;comparison/run-difference"
COMPARED = f"/#m=specimen&p={EXAMPLE}&q={EXAMPLE.replace('John gave', 'Mary gave')}&at=14&l=5&s=d&v={PANELS}"
PAGES = {
    "workbench": "/",
    "compared": COMPARED.replace(" ", "+"),
    "models": "/models",
    "card": "/models/specimen/card",
    "gallery": "/gallery",
    "docs": "/docs",
    "method": "/docs/lens/logit-lens",
    "kinds": "/docs/kinds",
    "states": "/docs/states",
    "gone": "/a/nothing-here",
    "not found": "/nowhere",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(
    open_context: Any, watch: Any, server: Live, theme: str, width: int, name: str
) -> None:
    page = open_context(theme, width, 900 if width > 800 else 844).new_page()
    page.goto(server.url + PAGES[name])
    if name in ("workbench", "compared"):
        wait_for_figures(page)
    else:
        page.get_by_role("heading").first.wait_for()
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watch.assert_clean(page)
