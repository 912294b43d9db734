"""Several tokenizers beside one: chosen in the panel's own form, by key as by click."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import panel, wait_for_figures
from tests.live import Live


def test_a_panel_is_given_any_number_of_tokenizers_up_to_the_limit(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/#m=specimen&p=The+capital+of+France&v=tokenization/tokenizer-compare")
    wait_for_figures(page)
    found = panel(page, "Tokenizer comparison")
    found.get_by_role("button", name="more", exact=True).click()
    choice = page.get_by_role("group", name="further tokenizers")
    boxes = choice.get_by_role("checkbox")
    expect(choice.get_by_role("checkbox", name="Specimen", exact=True)).to_have_count(0)
    expect(choice.get_by_role("status")).to_have_text("0 of 5 chosen.")
    boxes.first.focus()
    for _ in range(5):
        page.keyboard.press(" ")
        page.keyboard.press("Tab")
    expect(choice.get_by_role("status")).to_have_text("5 of 5 chosen.")
    expect(choice.locator("input:disabled:not(:checked)").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    expect(page).to_have_url(re.compile("others"))
    found.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="table").click()
    expect(found.get_by_role("table")).to_contain_text("specimen-tuned")
    expect(found.get_by_role("table")).to_contain_text("specimen-moe")
