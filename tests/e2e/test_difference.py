"""A − B with its floor: the number it is held against, counted by the page as by hand."""

from __future__ import annotations

import re
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live

OTHER = EXAMPLE.replace("John gave", "Mary gave")
METHOD = "lens/logit-lens"


def drawn(server: Live, model: str, prompt: str) -> np.ndarray:
    """The values of the quantity that is drawn first."""
    with httpx.Client(base_url=server.api, timeout=120) as client:
        answer = client.post(f"/methods/{METHOD}", json={"model": model, "prompt": prompt})
        result: dict[str, Any] = answer.raise_for_status().json()["result"]
    return np.array(result[result["quantities"][0]["name"]], np.float64)


def test_a_difference_tells_how_much_of_it_is_beyond_rounding(page: Page, server: Live) -> None:
    """Without a second look at A in half precision nobody could tell a small difference from none."""
    page.goto(f"{server.url}/#m=specimen&p={EXAMPLE.replace(' ', '+')}&q={OTHER.replace(' ', '+')}&v={METHOD}")
    wait_for_figures(page)
    page.get_by_role("radiogroup", name="What panels show").get_by_text("A − B").click()
    found = panel(page, "Logit lens")
    badge = found.get_by_role("button", name=re.compile("beyond rounding"))
    expect(badge).to_be_visible()

    a, b = (drawn(server, "specimen", prompt) for prompt in (EXAMPLE, OTHER))
    floor = np.nanmax(np.abs(a - drawn(server, "specimen@bfloat16", EXAMPLE)))
    apart = np.abs(a - b)
    assert 0 < floor < apart.max()
    said = f"beyond rounding: {int((apart > floor).sum())} of {apart.size}"
    assert (apart[:, :10] == 0).all()  # the prompts begin alike
    expect(badge).to_contain_text(said)
    badge.click()
    note = page.get_by_role("dialog")
    expect(note).to_contain_text("A computed again in half precision")
    expect(note.locator("dd")).to_have_text([f"{apart.max():.2f}", f"{floor:.2f}"])


def test_a_side_beside_itself_has_nothing_beyond_rounding(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/#m=specimen&p={EXAMPLE.replace(' ', '+')}&q={EXAMPLE.replace(' ', '+')}&v={METHOD}&s=d")
    wait_for_figures(page)
    found = panel(page, "Logit lens")
    badge = found.get_by_role("button", name=re.compile("beyond rounding: 0 of"))
    expect(badge).to_have_class(re.compile("warn"))
