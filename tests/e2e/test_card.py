"""The card of a bundled model: every number with its bound and its verdict, what does not hold, and copies of it all."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.live import Live

COPIED = """
window.__copied = [];
Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.__copied.push(text); }}});
"""


def card_of(server: Live, model: str = "specimen") -> dict[str, Any]:
    """The card as the service tells it."""
    card: dict[str, Any] = httpx.get(f"{server.api}/models/{model}/card").raise_for_status().json()
    return card


def open_card(page: Page, server: Live, model: str = "specimen") -> None:
    page.goto(f"{server.url}/models/{model}/card")
    page.get_by_role("table", name="What was measured").wait_for()


def test_every_number_is_in_the_table_with_its_verdict(page: Page, server: Live) -> None:
    open_card(page, server)
    card = card_of(server)
    expect(page.get_by_role("heading", level=1)).to_have_text(card["title"])
    table = page.get_by_role("table", name="What was measured")
    expect(table.locator("tbody th[scope=row]")).to_have_count(len(card["numbers"]))
    said = {None: "reported", True: "kept", False: "missed"}
    verdicts = [said[number["holds"]] for number in card["numbers"]]
    groups = list(dict.fromkeys(number["group"] for number in card["numbers"]))
    in_order = [
        verdict
        for group in groups
        for number, verdict in zip(card["numbers"], verdicts, strict=True)
        if number["group"] == group
    ]
    expect(table.locator(".card-verdict")).to_have_text(in_order)
    expect(table.locator("th[scope=rowgroup]")).to_have_text(groups)


def test_what_was_missed_is_shown_alone_with_the_reason(page: Page, server: Live) -> None:
    open_card(page, server)
    missed = [number for number in card_of(server)["numbers"] if number["holds"] is False]
    page.get_by_role("radio", name=f"Missed {len(missed)}").check(force=True)
    if not missed:
        expect(page.get_by_role("main")).to_contain_text("Every bound is kept.")
    for number in missed:
        expect(page.get_by_role("row", name=number["title"])).to_contain_text(number["note"])
    expect(page.locator("tbody th[scope=row]")).to_have_count(len(missed))


def test_what_is_shown_is_copied(page: Page, server: Live) -> None:
    page.add_init_script(COPIED)
    open_card(page, server)
    page.get_by_role("searchbox").fill("capitals asked")
    page.get_by_role("button", name="Copy as CSV").click()
    expect(page.get_by_text("1 number copied")).to_be_visible()
    page.get_by_role("button", name="Copy as JSON").click()
    page.wait_for_function("window.__copied.length === 2")
    table, text = page.evaluate("window.__copied")
    expected = next(number for number in card_of(server)["numbers"] if number["key"] == "capital_question")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["key"], float(row["value"]), row["verdict"]) for row in rows] == [
        ("capital_question", expected["value"], "kept")
    ]
    assert json.loads(text)["numbers"] == [expected]


def test_the_models_page_leads_to_it_and_it_leads_to_what_does_not_hold(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/models")
    page.get_by_role("link", name="Model card").click()
    against = page.get_by_role("region", name="What does not hold here")
    findings = card_of(server)["findings_against"]
    expect(against.get_by_role("listitem")).to_have_count(len(findings))
    assert findings, "a small model does not show everything"
    against.get_by_role("link", name=findings[0]["title"], exact=True).click()
    expect(page.get_by_role("region", name="Claim")).to_contain_text("not supported")


def test_a_model_without_a_card_says_so(page: Page, server: Live) -> None:
    none = {"error": {"code": "no_card", "message": "other comes without a card.", "request_id": "x"}}
    page.route("**/api/v1/models/other/card", lambda route: route.fulfill(status=404, json=none))
    page.goto(f"{server.url}/models/other/card")
    expect(page.get_by_role("main")).to_contain_text("No card for this model")
    page.get_by_role("main").get_by_role("link", name="All models").click()
    expect(page.get_by_role("heading", name="Specimen", level=1)).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_axe_finds_nothing(open_context: Any, watch: Any, server: Live, theme: str, width: int) -> None:
    page = open_context(theme, width, 900 if width > 800 else 844).new_page()
    open_card(page, server)
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watch.assert_clean(page)
