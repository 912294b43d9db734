"""Every token of the model is hostile, and so is its name: text stays text in every place it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import panel, stored_link, wait_for_figures
from tests.e2e.hostile_model import HOSTILE_TOKENS, NAME, save_hostile_model
from tests.live import Live, live_server

PANELS = (
    "lens/logit-lens;lens/direct-logit-attribution;lens/lens-trajectory;attention/attention-pattern;"
    "attention/head-scores;activations/residual-norms;activations/sublayer-contribution;tokenization/token-boundaries"
)
INJECTED = ", ".join(
    (
        "iframe, object, embed, base, form[action], meta[http-equiv=refresh], svg script, math, details[ontoggle]",
        "template:not(.no-inline-styles), img[src=x], [onload], [onerror], [onfocus], [onmouseover], [ontoggle]",
        "a[href^='javascript'], a[href^='https://example.test'], link[href^='https://example.test']",
    )
)
"""What would exist if any of the texts had become markup."""


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    root = tmp_path_factory.mktemp("hostile")
    save_hostile_model(root / "models")
    with live_server(root / "data", "--models", str(root / "models")) as live:
        yield live


def address(tokens: tuple[str, ...]) -> str:
    question = f"&t={quote(tokens[0], safe='')}&d={quote(tokens[1], safe='')}"
    return f"/#m={quote(NAME, safe='')}&p={quote(''.join(tokens), safe='')}{question}&v={PANELS}"


def injected(page: Page) -> list[str]:
    return page.evaluate(
        "(made) => [...document.querySelectorAll(made)].map((it) => it.outerHTML.slice(0, 200))", INJECTED
    )


def assert_only_text(page: Page, watch: Any) -> None:
    assert injected(page) == []
    assert page.evaluate("window.__xss === undefined || typeof window.__xss === 'function'")
    watch.assert_clean(page)


@pytest.fixture
def hostile_page(open_context: Any, watch: Any, hostile_server: Live) -> Iterator[Page]:
    watch.origin = hostile_server.url
    page = open_context().new_page()
    yield page
    assert_only_text(page, watch)


@pytest.mark.parametrize("part", range(4))
def test_in_cells_axes_tooltips_tables_and_the_strip(
    hostile_page: Page, watch: Any, hostile_server: Live, part: int
) -> None:
    page, tokens = hostile_page, HOSTILE_TOKENS[part::4]
    assert len(HOSTILE_TOKENS) >= 120
    page.goto(hostile_server.url + address(tokens))
    wait_for_figures(page)
    strip = page.get_by_role("listbox", name="Tokens", exact=True)
    expect(strip.get_by_role("option")).to_have_count(len(tokens))
    for section in page.locator("section.panel").all():
        figure = section.locator(".chart-stage, .js-plotly-plot, table, .panel-figure").first
        figure.scroll_into_view_if_needed()
        figure.hover()
        section.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="table").click()
    for option in strip.get_by_role("option").all()[:8]:
        option.click()
    assert_only_text(page, watch)


def test_in_titles_toasts_the_share_dialog_and_a_saved_link(
    hostile_page: Page, watch: Any, hostile_server: Live
) -> None:
    page = hostile_page
    page.goto(hostile_server.url + address(HOSTILE_TOKENS[:12]))
    wait_for_figures(page)
    title = page.get_by_label("Title of the analysis").or_(page.locator(".top-title-input")).first
    for text in HOSTILE_TOKENS:
        title.fill(text)
    markup = next(text for text in HOSTILE_TOKENS if text.startswith("<img"))
    title.fill(markup)
    lens = panel(page, "Logit lens")
    lens.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Rename").click()
    page.keyboard.type(markup)
    page.keyboard.press("Enter")
    renamed = panel(page, markup)
    renamed.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(page.get_by_role("region", name="Messages").or_(page.locator(".toasts")).first).to_contain_text(markup)
    page.get_by_role("button", name="Undo").click()
    wait_for_figures(page)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Text at the head").first.fill("\n\n".join(HOSTILE_TOKENS))
    page.goto(stored_link(page))
    expect(page.get_by_role("heading", level=1)).to_have_text(markup)
    wait_for_figures(page)
    assert_only_text(page, watch)


def test_in_the_name_of_the_model(hostile_page: Page, watch: Any, hostile_server: Live) -> None:
    page = hostile_page
    page.goto(hostile_server.url + "/models")
    expect(page.get_by_text(NAME).first).to_be_visible()
    assert_only_text(page, watch)


def test_in_an_exported_page(open_context: Any, watch: Any, hostile_page: Page, hostile_server: Live) -> None:
    page = hostile_page
    page.goto(hostile_server.url + address(HOSTILE_TOKENS[:40]))
    wait_for_figures(page)
    panel(page, "Logit lens").get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="HTML").click()
    path = started.value.path()
    exported = open_context().new_page()
    exported.set_content(path.read_text(encoding="utf-8"))
    exported.wait_for_timeout(500)
    assert exported.evaluate("typeof window.__xss") in ("undefined", "function")
    assert injected(exported) == []
