"""The workbench on a phone: parts take turns, nothing scrolls sideways, everything can be reached and touched."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live

LEAST_TARGET = 36


@pytest.fixture
def phone(open_context: Any, watch: Any, server: Live) -> Any:
    page = open_context("light", 390, 844).new_page()
    page.goto(server.url)
    wait_for_figures(page)
    yield page
    watch.assert_clean(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the workbench").or_(page.locator(".narrow-tabs")).first.get_by_role(
        "button", name=name
    ).click()


def test_a_prompt_is_typed_run_compared_and_found_in_history(phone: Page) -> None:
    tab(phone, "Prompt")
    phone.get_by_label("Prompt", exact=True).fill("The capital of France is")
    phone.get_by_role("button", name=re.compile("^Run")).click()
    tab(phone, "Panels")
    wait_for_figures(phone)
    expect(phone.get_by_role("listbox", name="Tokens", exact=True)).to_contain_text("France")
    tab(phone, "Prompt")
    phone.get_by_role("button", name="Compare A and B").click()
    phone.get_by_label("Prompt of B").fill("The capital of Spain is")
    phone.get_by_role("button", name=re.compile("^Run")).first.click()
    tab(phone, "Panels")
    wait_for_figures(phone)
    expect(phone.get_by_role("listbox", name="Tokens of B")).to_contain_text("Spain")
    tab(phone, "History")
    phone.get_by_role("button", name=re.compile("Logit lens.*Mary")).first.click()
    tab(phone, "Prompt")
    expect(phone.get_by_label("Prompt", exact=True)).to_have_value(EXAMPLE)


def test_a_cell_opens_the_sheet_of_its_numbers(phone: Page) -> None:
    panel(phone, "Logit lens").locator(".chart-stage").click(position={"x": 120, "y": 60})
    sheet = phone.get_by_role("complementary", name="Selection")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("position")
    sheet.get_by_role("button", name="Clear the selection").click()
    expect(sheet).to_have_count(0)


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_scrolls_sideways_and_fingers_find_their_targets(open_context: Any, server: Live, width: int) -> None:
    page = open_context("dark", width, 844).new_page()
    for path in ("/", "/models", "/docs", "/docs/kinds", "/docs/states"):
        page.goto(server.url + path)
        page.get_by_role("heading").first.wait_for()
        if path == "/":
            wait_for_figures(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    page.goto(server.url)
    wait_for_figures(page)
    heights = page.locator(".narrow-tabs button").evaluate_all("(all) => all.map((it) => it.offsetHeight)")
    assert min(heights) >= LEAST_TARGET
