"""The gallery: from the first screen to a finding with its numbers in a few clicks, without a model and without the worker."""

from __future__ import annotations

import os
import re
import signal
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import wait_for_figures
from tests.live import Live

INDUCTION = "Repeated sequences"
VERDICTS = {"supported": "supported:", "mixed": "mixed:", "not supported": "not supported:"}


def listed(server: Live) -> list[dict[str, Any]]:
    """The findings as the service lists them."""
    findings: list[dict[str, Any]] = httpx.get(f"{server.api}/gallery").json()["findings"]
    assert findings
    return findings


def open_gallery(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/gallery")
    cards(page).first.wait_for()


def cards(page: Page) -> Locator:
    return page.get_by_role("article")


def test_every_finding_stands_there_with_its_verdict_and_both_numbers(page: Page, server: Live) -> None:
    open_gallery(page, server)
    findings = listed(server)
    expect(cards(page)).to_have_count(len(findings))
    for finding in findings:
        card = page.get_by_role("article", name=finding["title"], exact=True)
        expect(card).to_contain_text(VERDICTS[finding["holds"]])
        expect(card).to_contain_text(f"{finding['number']['label']}; control: {finding['control']['label']}")
        expect(card).to_contain_text(f"{finding['source']['title']}, {finding['source']['year']}")


def test_a_newcomer_opens_a_finding_from_the_first_screen_while_the_worker_is_stopped(
    open_context: Any, watch: Any, own_server: Live
) -> None:
    watch.origin = own_server.url
    worker = own_server.worker_pid()
    assert worker
    os.kill(worker, signal.SIGSTOP)  # whatever needs the worker now would hang
    try:
        page = open_context().new_page()
        page.goto(own_server.url)
        page.get_by_role("link", name="Gallery", exact=True).click()
        page.get_by_role("radio", name="Reading", exact=True).check(force=True)
        reading = [finding for finding in listed(own_server) if finding["group"] == "Reading"]
        expect(cards(page)).to_have_count(len(reading))
        watch.requests.clear()
        page.get_by_role("link", name=INDUCTION, exact=True).click()
        expect(page).to_have_url(re.compile("/a/gallery-induction-heads$"))
        expect(page.get_by_role("heading", level=1)).to_have_text(INDUCTION)
        claim = page.get_by_role("region", name="Claim")
        expect(claim).to_contain_text("supported")
        expect(claim).to_contain_text("the same head without repetition")
        expect(page.locator(".prose").first).to_contain_text("Induction heads find the earlier copy")
        wait_for_figures(page)
        assert page.locator("section.panel canvas").count() > 0
        expect(page.get_by_role("button", name="Edit")).to_have_count(0)
        asked = [request for request in watch.requests if "/api/" in request and "/health/" not in request]
        assert asked
        assert all(re.match(r"(GET|HEAD) /api/v1/analyses/", request) for request in asked), asked
        watch.assert_clean(page)
    finally:
        os.kill(worker, signal.SIGCONT)


def test_a_finding_is_opened_in_the_workbench_to_be_changed(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/a/gallery-induction-heads")
    page.get_by_role("link", name="Open in workbench").click()
    prompt = page.get_by_label("Prompt", exact=True)
    expect(prompt).to_have_value(re.compile("^lamp river train"))
    prompt.fill("box seven moon garden box seven moon garden box")
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    expect(page.get_by_role("option", name=re.compile("^Position 1: box", re.IGNORECASE))).to_be_visible()


def test_pictures_are_fetched_when_they_come_into_sight_and_move_nothing(page: Page, server: Live, watch: Any) -> None:
    open_gallery(page, server)
    page.locator(".finding-drawing").first.wait_for()
    last = cards(page).last
    before = last.bounding_box()
    fetched = {request for request in watch.requests if "/results/" in request}
    assert 0 < len(fetched) < len(listed(server))
    last.scroll_into_view_if_needed()
    last.locator(".finding-drawing, .finding-texts, .finding-number").wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    assert last.bounding_box() == before


def test_findings_are_searched_and_what_was_sought_stays_on_the_way_back(page: Page, server: Live) -> None:
    open_gallery(page, server)
    page.get_by_role("searchbox", name="Search the findings").fill("induction")
    expect(page.get_by_role("article", name=INDUCTION)).to_be_visible()
    shown = cards(page).count()
    assert 0 < shown < len(listed(server))
    expect(page.get_by_role("status").filter(has_text="findings")).to_contain_text(f"{shown} of {len(listed(server))}")
    page.get_by_role("link", name=INDUCTION, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(INDUCTION)
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search the findings")).to_have_value("induction")
    page.get_by_role("searchbox", name="Search the findings").fill("no such thing anywhere")
    expect(page.get_by_role("main")).to_contain_text("No finding matches")
    page.get_by_role("button", name="Show all findings").click()
    expect(cards(page)).to_have_count(len(listed(server)))


def test_a_finding_is_reached_and_opened_by_keyboard(page: Page, server: Live) -> None:
    open_gallery(page, server)
    page.get_by_role("radio", name=re.compile("^All")).focus()
    page.keyboard.press("Tab")
    first = cards(page).first.get_by_role("link")
    expect(first).to_be_focused()
    title = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_gallery_that_cannot_be_shown_says_why_and_is_asked_again(page: Page, server: Live) -> None:
    damaged = '{"error":{"code":"gallery_damaged","message":"The gallery was damaged.","request_id":"x"}}'
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=410, body=damaged)

    page.route("**/api/v1/gallery", refuse_once)
    page.goto(f"{server.url}/gallery")
    expect(page.get_by_role("alert")).to_contain_text("The gallery was damaged.")
    page.get_by_role("button", name="Try again").click()
    expect(cards(page)).to_have_count(len(listed(server)))


def test_an_empty_gallery_says_what_to_do(page: Page, server: Live) -> None:
    page.route("**/api/v1/gallery", lambda route: route.fulfill(json={"findings": []}))
    page.goto(f"{server.url}/gallery")
    expect(page.get_by_role("main")).to_contain_text("Run make gallery")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 390, 320])
def test_axe_finds_nothing(open_context: Any, watch: Any, server: Live, theme: str, width: int) -> None:
    page = open_context(theme, width, 900 if width > 800 else 844).new_page()
    open_gallery(page, server)
    page.locator(".finding-drawing").first.wait_for()
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watch.assert_clean(page)
