"""Text from prompts stays text in every place it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import panel, wait_for_figures
from tests.live import Live

PAYLOADS = [
    "<img src=x onerror=__xss(1)> <script>__xss(2)</script>",
    "\"><svg onload=__xss(3)> ' onmouseover='__xss(4)",
    "javascript:__xss(5) <a href='javascript:__xss(6)'>go</a> <b>bold</b><br>",
    "%{x} {{7*7}} ${__xss(7)} $\\mathrm{x}$ &lt;i&gt; <iframe srcdoc='<script>parent.__xss(8)</script>'>",
    "א\u202eb\u2066c\u2069 \u200b\ufeff \u0301 👨‍👩‍👧 \u0000\u0007 \u2028 | <style>*{display:none}</style>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_prompt_stays_text_everywhere(open_context: Any, watch: Any, server: Live, payload: str) -> None:
    page = open_context().new_page()
    page.goto(server.url)
    wait_for_figures(page)
    page.get_by_label("Prompt", exact=True).fill(payload)
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    for title in ("Logit lens", "Direct logit attribution", "Lens trajectory"):
        expect(panel(page, title)).to_be_visible()
        panel(page, title).hover()
    panel(page, "Logit lens").get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="table").click()
    page.get_by_role("button", name="Share").click()
    page.keyboard.press("Escape")
    made = (
        "main br, main iframe, main script, main style, main img[src=x], [onload], [onmouseover], a[href^=javascript]"
    )
    assert page.evaluate("(made) => document.querySelectorAll(made).length", made) == 0
    assert page.get_by_text("bold", exact=True).locator("xpath=self::b").count() == 0
    watch.assert_clean(page)
