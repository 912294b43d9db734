"""The address is the state: reload, back and forward, links of any length, history."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live

PROMPT = "The capital of France is"


def editor(page: Page) -> Any:
    return page.get_by_label("Prompt", exact=True)


def run(page: Page, prompt: str) -> None:
    editor(page).fill(prompt)
    page.keyboard.press("Control+Enter")
    page.get_by_role("option", name=re.compile("Position 1:")).first.wait_for()
    wait_for_figures(page)


def start(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)


def test_a_reload_restores_prompt_selection_question_and_panels(page: Page, server: Live) -> None:
    start(page, server)
    run(page, PROMPT)
    page.get_by_role("option", name="Position 2:").click()
    page.locator("body").press("/")
    page.keyboard.type("residual norms")
    page.keyboard.press("Enter")
    expect(panel(page, "Residual norms")).to_be_visible()
    wait_for_figures(page)
    expect(page).to_have_url(re.compile(r"[#&]at=2(&|$)"))
    titles = page.locator("section.panel h3").all_inner_texts()
    address = page.url
    page.reload()
    wait_for_figures(page)
    assert page.url == address
    expect(editor(page)).to_have_value(PROMPT)
    expect(page.get_by_role("option", name="Position 2:")).to_have_attribute("aria-selected", "true")
    assert page.locator("section.panel h3").all_inner_texts() == titles


def test_back_and_forward_go_through_prompts(page: Page, server: Live) -> None:
    start(page, server)
    run(page, PROMPT)
    run(page, "Today is Monday, so tomorrow is")
    page.go_back()
    expect(editor(page)).to_have_value(PROMPT)
    page.go_back()
    expect(editor(page)).to_have_value(EXAMPLE)
    page.go_forward()
    expect(editor(page)).to_have_value(PROMPT)


def test_a_comparison_is_in_the_address(page: Page, server: Live) -> None:
    start(page, server)
    page.get_by_role("radiogroup", name="Compare").get_by_text("A|B").click()
    page.get_by_label("Prompt of B").fill(EXAMPLE.replace("John gave", "Mary gave"))
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    page.get_by_role("radiogroup", name="What panels show").get_by_text("A − B").click()
    expect(page).to_have_url(re.compile(r"[#&]s=d(&|$)"))
    page.reload()
    wait_for_figures(page)
    expect(page.get_by_role("listbox", name="Tokens of B")).to_contain_text("Mary")
    expect(page.get_by_role("radio", name="A − B")).to_be_checked()


def test_a_state_too_long_for_a_link_gets_a_short_one_that_opens(
    open_context: Any, watch: Any, page: Page, server: Live
) -> None:
    start(page, server)
    long = " ".join(["capital of"] * 100) + " " + "x" * 1900
    editor(page).fill(long)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"#w=[\w-]+$"))
    other = open_context().new_page()
    other.goto(page.url)
    expect(editor(other)).to_have_value(long)
    watch.assert_clean(other)


def test_history_puts_an_earlier_run_back_without_computing(page: Page, server: Live, watch: Any) -> None:
    start(page, server)
    run(page, PROMPT)
    page.get_by_role("radiogroup", name="Methods or history").get_by_text("History").click()
    row = page.get_by_role("button", name=re.compile("Logit lens.*Mary")).first
    watch.requests.clear()
    row.click()
    expect(editor(page)).to_have_value(EXAMPLE)
    wait_for_figures(page)
    assert not [request for request in watch.requests if request.startswith("GET /api/v1/runs")]


def test_undo_takes_back_prompt_and_panels(page: Page, server: Live) -> None:
    start(page, server)
    run(page, PROMPT)
    page.locator("main").press("Control+z")
    expect(editor(page)).to_have_value(EXAMPLE)
