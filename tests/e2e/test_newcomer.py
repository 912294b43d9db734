"""Known circuits of the bundled model, found by somebody who sees it for the first time."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live

OTHER = EXAMPLE.replace("John gave", "Mary gave")
SEES_INDUCTION = 0.7
"""Score from which on a head is one that continues repeated sequences."""

PINNED = re.compile(r"[#&]h=(\d+\.\d+)")
"""The head that is pinned, as the address says it."""
REPEATED_NAME, LAST = 10, 14
"""Positions of the name that differs between the two prompts, and of the last token."""
RESTORES = 0.5
"""Share of the difference that a decisive place restores at least."""

DARKEST = """
(canvas) => {
    const {width, height} = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const light = (i) => pixels[4 * i] + pixels[4 * i + 1] + pixels[4 * i + 2] + (pixels[4 * i + 3] < 255 ? 1000 : 0);
    // Text is dark too, but no square of it.
    const square = (i) => Math.max(...[0, 4, -4, 4 * width, -4 * width].map((step) => light(i + step)));
    let best = null;
    for (let y = 4; y < height - 4; y += 2)
        for (let x = 4; x < width - 4; x += 2) {
            const value = square(y * width + x);
            if (best === null || value < best.value) best = {value, x, y};
        }
    const box = canvas.getBoundingClientRect();
    return {x: best.x * box.width / width, y: best.y * box.height / height};
}
"""
"""Where a canvas has its darkest patch, in pixels of the page from its corner."""


def click_brightest(figure: Locator) -> None:
    """Click the cell of the largest value, which in the light theme is the darkest."""
    canvas = figure.locator("canvas").first
    canvas.click(position=canvas.evaluate(DARKEST), force=True)


def induction_score(server: Live, head: str) -> float:
    """What the service says of a head, such as "1.2"."""
    answer = httpx.post(f"{server.api}/methods/attention/head-scores", json={"model": "specimen"}, timeout=60)
    result = answer.raise_for_status().json()["result"]
    layer, index = map(int, head.split("."))
    return float(result["induction"][layer][index])


def test_an_induction_head_is_found_from_the_first_screen_in_three_clicks(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    methods = page.get_by_role("navigation", name="Methods")
    clicks = 0
    if not methods.get_by_role("button", name="Head roles").is_visible():
        methods.get_by_role("button", name="Where does it look?").click()
        clicks += 1
    methods.get_by_role("button", name="Head roles").click()
    clicks += 1
    roles = panel(page, "Head roles")
    expect(roles).to_be_visible()
    wait_for_figures(page)
    click_brightest(roles)
    clicks += 1
    assert clicks <= 3
    expect(page).to_have_url(PINNED)
    pinned = PINNED.search(page.url)
    assert pinned
    assert induction_score(server, pinned[1]) >= SEES_INDUCTION
    expect(page.get_by_role("complementary").last).to_contain_text(f"Head {pinned[1]}")


def test_the_second_name_moves_the_answer_and_the_patch_grid_shows_where(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    page.get_by_role("radiogroup", name="Compare").get_by_text("A|B").click()
    page.get_by_label("Prompt of B").fill(OTHER)
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    methods = page.get_by_role("navigation", name="Methods")
    if not methods.get_by_role("button", name="Activation patching").is_visible():
        methods.get_by_role("button", name="What causes the answer?").click()
    methods.get_by_role("button", name="Activation patching").click()
    patching = panel(page, "Activation patching")
    expect(patching).to_be_visible()
    wait_for_figures(page)
    expect(patching).to_contain_text("random control")
    click_brightest(patching)
    expect(page).to_have_url(re.compile(rf"[#&]at=({REPEATED_NAME}|{LAST})\b"))
    patching.get_by_role("button", name="How to read this").click()
    reading = patching.get_by_text("Where the pin is:").locator("..").inner_text()
    said = re.search(r"[+−]?\d\.\d+", reading.partition("Where the pin is:")[2])
    assert said, reading
    assert float(said[0].replace("−", "-")) > RESTORES, reading


def texts(figure: Locator) -> list[str]:
    """The columns of texts side by side, each as one string."""
    return [" ".join(column.inner_text().split()) for column in figure.locator("[data-side]").all()]


def open_example(page: Page, title: str) -> None:
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("menuitemcheckbox", name=title).click()
    wait_for_figures(page)


def test_a_sad_story_turns_cheerful_and_not_by_chance(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    open_example(page, "A mood to steer")
    methods = page.get_by_role("navigation", name="Methods")
    methods.get_by_role("button", name="Steer it").click()
    methods.get_by_role("button", name="Steered text").click()
    figure = panel(page, "Steered text")
    expect(figure).to_be_in_viewport()
    wait_for_figures(page)
    plain, steered, strange = texts(figure)
    happy = re.compile(r"cheerful|laughed|gift|lovely|glad|joyful")
    assert happy.search(steered)
    assert not happy.search(plain)
    assert not happy.search(strange)


def test_base_and_tuned_part_where_refusal_lives(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    open_example(page, "A request to refuse")
    page.get_by_role("radio", name="A|B").click()
    page.locator(".model-chip").last.click()
    page.get_by_role("menuitemcheckbox", name="Specimen, tuned to refuse").click()
    methods = page.get_by_role("navigation", name="Methods")
    methods.get_by_role("button", name="How do two runs differ?").click()
    methods.get_by_role("button", name="Run difference").click()
    figure = panel(page, "Run difference")
    expect(figure).to_be_in_viewport()
    wait_for_figures(page)
    expect(figure.get_by_role("grid", name=re.compile("predictions part from row"))).to_be_visible()
