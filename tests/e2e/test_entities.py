"""Pages about one head and one neuron: from the workbench and back, by address, and at addresses that name nothing."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE
from tests.live import Live

ANALYSIS = f"/#m=specimen&p={EXAMPLE.replace(' ', '+')}&at=14&t=+Mary&d=+John&v=attention/head-scores"


def assert_accessible(page: Page) -> None:
    """No violation that axe knows, and no sideways scrolling."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_clicks_lead_to_the_page_of_the_induction_head_and_escape_back(page: Page, server: Live) -> None:
    page.goto(server.url + ANALYSIS)
    page.get_by_role("button", name=re.compile(r"Head 1\.1 0\.\d+")).first.click()
    page.get_by_role("link", name="Head page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Head 1.1")
    roles = page.get_by_role("list", name="Roles").get_by_role("listitem")
    expect(roles.filter(has_text="Induction")).to_have_class("strong")
    expect(page.locator(".entity-roles")).to_contain_text("induction")
    expect(page.get_by_role("button", name="Position 14:")).to_have_attribute("aria-pressed", "true")
    assert_accessible(page)
    page.reload()
    expect(roles.filter(has_text="Induction")).to_have_class("strong")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("Head 1.2")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Head 1.1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Head roles", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Head 1.1"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/#m=specimen&p=When.*&at=14.*&h=1\.1"))


def test_the_page_of_a_neuron_shows_where_it_fires_and_leads_to_the_next(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/neurons/specimen/3.17")
    contexts = page.get_by_role("region", name="Where it fires")
    expect(contexts.get_by_role("listitem")).to_have_count(12)
    contexts.get_by_text("Random").click()
    expect(contexts.get_by_role("listitem")).to_have_count(6)
    assert_accessible(page)
    page.get_by_role("textbox", name="Go to a neuron").fill("9999")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Neuron 9999 does not exist")
    expect(page.get_by_role("link", name="Neuron 3.511")).to_be_visible()


def test_a_neuron_of_a_list_leads_to_its_page_whose_sections_can_be_taken_away(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/#m=specimen&p={EXAMPLE.replace(' ', '+')}&v=activations/neuron-profile")
    row = page.get_by_role("listbox").get_by_role("option", name=re.compile(r"Feature \d+\.\d+")).nth(2)
    name = re.search(r"\d+\.\d+", row.get_attribute("aria-label") or "")
    assert name
    row.click()
    expect(page.get_by_role("heading", name=f"Neuron {name[0]}")).to_be_visible()
    page.get_by_role("link", name="Neuron page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Neuron {name[0]}")
    section = page.get_by_role("region", name="Where it fires")
    expect(section.get_by_role("listitem").first).to_be_visible()
    section.get_by_role("button", name="Code").click()
    expect(page.get_by_role("dialog")).to_contain_text("/api/v1/methods/activations/neuron-contexts")
    page.keyboard.press("Escape")
    for name_of_file in ("JSON", "CSV"):
        section.get_by_role("button", name="Export").click()
        with page.expect_download() as started:
            page.get_by_role("menuitem", name=name_of_file).click()
        assert started.value.suggested_filename.endswith(f".{name_of_file.lower()}")
        assert started.value.path().stat().st_size > 100
    page.get_by_role("button", name="Back to the analysis").click()
    expect(page.get_by_role("region", name="Neuron profile", exact=True)).to_be_visible()


def test_an_address_that_names_nothing_says_so_in_the_servers_words(page: Page, server: Live) -> None:
    for address, said in [
        ("/heads/specimen/1.9", "Head 9 does not exist; specimen has heads 0–3"),
        ("/heads/specimen/7.0", "Layer 7 does not exist"),
        ("/heads/nothing/1.1", "There is no model 'nothing'."),
        ("/neurons/specimen/middle", "This address names no neuron"),
    ]:
        page.goto(server.url + address)
        expect(page.get_by_role("alert")).to_contain_text(said)
