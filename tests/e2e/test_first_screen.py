"""What a newcomer sees: the example analysed before the server has computed anything, and four first steps."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live


def test_the_first_screen_is_painted_without_the_service(open_context: Any, watch: Any, server: Live) -> None:
    page = open_context().new_page()
    page.route("**/api/v1/**", lambda route: route.abort())
    page.goto(server.url)
    lens = panel(page, "Logit lens")
    expect(lens.get_by_role("grid")).to_be_visible()
    expect(lens).to_contain_text("7 of 7 rows")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(EXAMPLE)
    expect(page.get_by_role("option", name="Position 14:")).to_be_visible()
    expect(page.get_by_role("group", name="Question")).to_contain_text("Mary")
    expect(panel(page, "Direct logit attribution").get_by_role("grid")).to_be_visible()
    watch.assert_clean(page)


def test_what_is_painted_first_is_what_the_service_answers(open_context: Any, server: Live) -> None:
    def numbers(page: Page) -> str:
        lens = panel(page, "Logit lens")
        lens.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="table").click()
        return lens.get_by_role("table").inner_text()

    first = open_context().new_page()
    first.route("**/api/v1/**", lambda route: route.abort())
    first.goto(server.url)
    panel(first, "Logit lens").get_by_role("grid").wait_for()
    asked = open_context().new_page()
    asked.route("**/first-screen.json", lambda route: route.abort())
    asked.goto(server.url)
    wait_for_figures(asked)
    assert numbers(first) == numbers(asked)


def test_the_first_steps_are_done_by_doing_them_and_stay_done(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    steps = page.get_by_role("region", name="Your first analysis")
    expect(steps).to_contain_text("step 1 of 4")
    figure = panel(page, "Logit lens").locator(".chart-stage")
    figure.hover(position={"x": 200, "y": 40})
    expect(steps).to_contain_text("step 2 of 4")
    figure.click(position={"x": 300, "y": 40})
    expect(steps).to_contain_text("step 3 of 4")
    page.get_by_role("button", name="Swap target and distractor").click()
    expect(steps).to_contain_text("step 4 of 4")
    page.reload()
    wait_for_figures(page)
    expect(steps).to_contain_text("step 4 of 4")
    page.get_by_role("button", name="Share").click()
    page.keyboard.press("Escape")
    expect(steps).to_have_count(0)
    page.locator("body").press("?")
    page.get_by_role("dialog").get_by_role("button", name="First steps").click()
    expect(steps).to_contain_text("step 1 of 4")
