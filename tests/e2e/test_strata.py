"""Strata: the grid of a lens over the whole page, with what happens between its rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import EXAMPLE, panel, wait_for_figures
from tests.live import Live

OTHER = EXAMPLE.replace("John gave", "Mary gave")
LAYERS, TOKENS = 6, 15
LINKS = TOKENS * (TOKENS + 1) // 2


def _plus(text: str) -> str:
    return text.replace(" ", "+")


def strata(page: Page) -> Locator:
    return page.get_by_role("region", name="Strata: Logit lens")


def opened(page: Page, server: Live, more: str = "", view: str = "strata") -> Locator:
    page.goto(
        f"{server.url}/#m=specimen&p={_plus(EXAMPLE)}{more}&at=14&l=5&t=+Mary&d=+John&v=lens/logit-lens&view={view}"
    )
    found = strata(page)
    expect(found.get_by_role("grid")).to_be_visible()
    expect(found).to_contain_text("7 of 7 rows · 15 of 15 tokens")
    return found


def said(page: Page) -> Locator:
    return page.locator("body > [role=status]")


def percent(found: Locator) -> int:
    return int((found.locator(".strata-percent").inner_text()).rstrip("%"))


def place(found: Locator) -> dict[str, float]:
    box: Any = found.bounding_box()
    assert box is not None
    return dict(box)


def test_it_opens_from_a_panel_zooms_at_the_pointer_and_is_dragged(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    panel(page, "Logit lens").get_by_role("button", name="Full screen").click()
    found = strata(page)
    expect(found.get_by_role("grid")).to_be_visible()
    expect(page).to_have_url(re.compile("view=strata"))
    stage = found.locator(".chart-stage")
    box = place(stage)
    x, y = box["x"] + 0.9 * box["width"], box["y"] + 60
    page.mouse.move(x, y)
    tip = page.locator(".chart-tip")
    expect(tip).to_be_visible()
    column = re.findall(r"position \d+", tip.inner_text())
    for _ in range(3):
        page.mouse.wheel(0, -40)
    expect(found.locator(".strata-percent")).not_to_have_text("100%")
    assert percent(found) > 150
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    expect(tip).to_be_visible()
    assert re.findall(r"position \d+", tip.inner_text()) == column, "the column under the pointer stays there"
    scroller = found.locator(".chart-scroll")
    scrolled = scroller.evaluate("(element) => element.scrollLeft")
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=3)
    page.mouse.up()
    assert scroller.evaluate("(element) => element.scrollLeft") > scrolled
    expect(found.locator(".chart-map")).to_be_visible()
    found.get_by_role("button", name="Show all cells").click()
    expect(found.locator(".strata-percent")).to_have_text("100%")
    found.get_by_role("button", name="Leave Strata").click()
    expect(found).to_have_count(0)
    expect(page).not_to_have_url(re.compile("view="))
    page.go_back()
    expect(strata(page)).to_be_visible()


def test_a_layer_opens_by_its_name_and_a_pinned_head_shows_its_links(page: Page, server: Live) -> None:
    found = opened(page, server)
    expect(found).to_contain_text(f"0 of {LAYERS} layers open")
    cell = place(found.locator(".grid-cell"))
    stage = place(found.locator(".chart-stage"))
    name = (stage["x"] + 20, cell["y"] + cell["height"] / 2)
    page.mouse.click(*name)
    expect(found).to_contain_text(f"1 of {LAYERS} layers open")
    expect(page).to_have_url(re.compile("view=strata~open:5"))
    moved = place(found.locator(".grid-cell"))
    assert moved["y"] > cell["y"] + 40, "the rows below the open seam went down"
    page.mouse.move(moved["x"] + moved["width"] / 2, moved["y"] - 12)
    expect(page.locator(".chart-tip")).to_contain_text("Attention of layer 5 · position 14")
    expect(page.locator(".chart-tip")).to_contain_text("on ·Mary − ·John")
    page.mouse.move(stage["x"] + 100, moved["y"] - 12)
    expect(page.locator(".chart-tip")).to_contain_text("effect known at position 14 only")
    found.get_by_label("head", exact=True).select_option("5.1")
    expect(found).to_contain_text(re.compile(rf"head 5\.1: \d+ of {LINKS} links drawn"))
    found.get_by_role("button", name="show all", exact=True).click()
    expect(found).to_contain_text(f"head 5.1: {LINKS} of {LINKS} links drawn")
    found.get_by_role("slider", name="Links drawn").fill("0.9")
    expect(found).not_to_contain_text(f"{LINKS} of {LINKS}")
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)


def test_quantities_have_keys_and_those_without_data_say_why(page: Page, server: Live) -> None:
    found = opened(page, server)
    colours = found.get_by_role("radiogroup", name="colour")
    for key, name in (("2", "Entropy"), ("3", "KL to final"), ("4", "Residual norm"), ("1", "Probability")):
        page.keyboard.press(key)
        expect(colours.get_by_role("radio", name=name)).to_be_checked()
    page.keyboard.press("6")
    expect(said(page)).to_contain_text("needs a count of features")
    expect(colours.get_by_role("radio", name="Probability")).to_be_checked()
    expect(found.get_by_role("img", name=re.compile("probability at 14: ·Mary"))).to_be_visible()
    expect(found.get_by_role("img", name=re.compile("write size: largest"))).to_be_visible()
    found.get_by_role("button", name="View as table").click()
    expect(found.get_by_role("table")).to_be_visible()
    found.get_by_role("button", name="View as figure").click()
    expect(found.get_by_role("grid")).to_be_visible()
    found.get_by_role("button", name="Count features").click()
    expect(colours.get_by_role("radio", name="Features")).to_be_checked()
    expect(found.get_by_role("gridcell")).to_contain_text(re.compile(r"features that fire \d+"))


def test_two_prompts_are_shown_apart_and_as_their_difference(page: Page, server: Live) -> None:
    found = opened(page, server, f"&q={_plus(OTHER)}")
    page.keyboard.press("d")
    expect(found).to_contain_text("positions 0–9 are identical in both runs")
    expect(found).to_contain_text("position 10: ·John in A, ·Mary in B")
    expect(found.get_by_role("img", name=re.compile("p of ·Mary at 14: A"))).to_be_visible()
    expect(found.get_by_role("img", name=re.compile("KL, A to B: largest .* in out"))).to_be_visible()
    found.get_by_role("gridcell").press("ArrowLeft")
    expect(found.get_by_role("img", name=re.compile("p of ·Mary at 13"))).to_be_visible()
    page.keyboard.press(" ")
    expect(said(page)).to_contain_text("not in their difference")
    page.keyboard.press("b")
    expect(found).to_contain_text(f"0 of {LAYERS} layers open")
    page.keyboard.press("5")
    expect(said(page)).to_contain_text("needs a patching result")
    found.get_by_role("button", name="Patch every cell").click()
    expect(found.get_by_label("colour", exact=True)).to_have_value("patch_effect")
    expect(found).to_be_visible()


def patched(page: Page) -> Locator:
    return page.get_by_role("region", name="Strata: Patched run")


def centre(found: Locator, row: int, column: int, pinned: tuple[int, int] = (5, 14)) -> tuple[float, float]:
    """The middle of a cell on the screen, counted from the pinned one: all cells are of one size."""
    cell = place(found.locator(".grid-cell"))
    x, y = cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2
    return x + (column - pinned[1]) * cell["width"], y - (row - pinned[0]) * cell["height"]


def colour(page: Page, at: tuple[float, float]) -> tuple[int, ...]:
    """What is drawn above the cells at a point: red, green, blue, opacity."""
    script = """([x, y]) => {
      const canvas = document.querySelector(".strata canvas.over");
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      return [...canvas.getContext("2d").getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data];
    }"""
    return tuple(page.evaluate(script, list(at)))


def settled(found: Locator, margin: str) -> None:
    """Once the margins are there cells stay where they are, and the cell of the document goes there with the next key."""
    expect(found.get_by_role("img", name=re.compile(margin))).to_be_visible()
    found.page.wait_for_timeout(300)
    for key in ("ArrowLeft", "ArrowRight"):
        found.get_by_role("gridcell").press(key)


def outlined(page: Page, found: Locator, row: int, column: int, pinned: tuple[int, int]) -> tuple[bool, bool]:
    """Whether lines run along the left edge of a column above a row, and along the lower edge of the row to its right."""
    settled(found, "probability at 10")
    cell = place(found.locator(".grid-cell"))
    x, y = centre(found, row, column, pinned)
    left = [colour(page, (x - cell["width"] / 2 + dx, y - cell["height"] / 2 - 6))[3] for dx in (-3, -2, -1)]
    below = [colour(page, (x + cell["width"] / 2 + 6, y + cell["height"] / 2 + dy))[3] for dy in (-1, 0, 1)]
    return max(left) == 255, max(below) == 255


def test_a_cell_is_patched_by_keyboard(page: Page, server: Live) -> None:
    found = opened(page, server)
    press = page.keyboard.press
    found.get_by_role("gridcell").focus()
    for key in ("ArrowDown", "ArrowDown", *["ArrowLeft"] * 10):
        press(key)
    press("p")
    expect(said(page)).to_have_text("Source: layer 3, token 4 ·John. Move to the target and press Enter; Esc cancels.")
    expect(found).to_contain_text("Source: layer 3, token 4 ·John")
    press("Enter")
    expect(said(page)).to_contain_text("This is the source itself")
    press("Escape")
    expect(said(page)).to_have_text("Nothing patched")
    expect(found).not_to_contain_text("Source:")
    press("p")
    for key in (*["ArrowRight"] * 6, "ArrowUp", "ArrowUp", "ArrowUp"):
        press(key)
    press("Enter")
    expect(said(page)).to_have_text("The output row enters no layer. Choose a cell below it.")
    press("PageDown")
    press("Enter")
    after = patched(page)
    expect(after.get_by_role("grid")).to_be_visible()
    expect(after).to_contain_text("Put layer 3, token 4 ·John into layer 2, token 10 ·John.")
    expect(after).to_contain_text(re.compile(r"·Mary − ·John: \+\d+\.\d\d → [+−]\d+\.\d\d logits"))
    expect(after).to_contain_text("of the 25 outlined cells changed")
    expect(after.get_by_role("radio", name="Change")).to_be_checked()
    expect(after).to_contain_text("7 of 7 rows · 15 of 15 tokens")
    assert outlined(page, after, 2, 10, (2, 10)) == (True, True)
    assert colour(page, centre(after, 4, 7, (2, 10)))[3] == 0
    press("p")
    expect(said(page)).to_contain_text("This run is patched already")
    press("Escape")
    expect(found.get_by_role("grid")).to_be_visible()
    press("Escape")
    expect(found).to_have_count(0)
    expect(panel(page, "Patched run").get_by_role("grid")).to_be_visible()
    expect(page).to_have_url(re.compile("causal/patched-run~"))


def test_a_cell_is_patched_by_dragging_it(page: Page, server: Live) -> None:
    found = opened(page, server)
    settled(found, "write size")
    start, end = centre(found, 5, 14), centre(found, 2, 10)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    assert colour(page, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))[3] == 255, "a line from the source"
    page.keyboard.press("Escape")
    page.mouse.move(end[0] + 3, end[1])
    page.mouse.up()
    expect(found.get_by_role("grid")).to_be_visible()
    expect(patched(page)).to_have_count(0)
    # A drag that begins elsewhere is none of a value.
    page.mouse.move(*centre(found, 3, 3))
    page.mouse.down()
    page.mouse.move(*end, steps=3)
    page.mouse.up()
    expect(patched(page)).to_have_count(0)
    page.mouse.click(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    after = patched(page)
    expect(after.get_by_role("grid")).to_be_visible()
    expect(after).to_contain_text("Put layer 5, token 14 ·to into layer 2, token 10 ·John.")
    after.get_by_role("button", name="Back to the run").click()
    expect(found.get_by_role("grid")).to_be_visible()
    expect(page).to_have_url(re.compile("view=strata$"))
    page.keyboard.press("Control+z")
    expect(page).to_have_url(re.compile(r"view=strata\.1$"))
    expect(after.get_by_role("grid")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(found.get_by_role("grid")).to_be_visible()
    expect(page).not_to_have_url(re.compile("causal/patched-run"))


def test_a_cell_of_one_run_is_patched_into_the_other(page: Page, server: Live) -> None:
    found = opened(page, server, f"&q={_plus(OTHER)}")
    found.get_by_role("gridcell").focus()
    for key in ("PageDown", "ArrowDown", *["ArrowLeft"] * 4):
        page.keyboard.press(key)
    page.keyboard.press("d")
    expect(found).to_contain_text("positions 0–9 are identical in both runs")
    page.keyboard.press("p")
    expect(said(page)).to_contain_text("not from their difference")
    page.keyboard.press("a")
    expect(found).to_contain_text("layers open")
    page.keyboard.press("p")
    expect(found).to_contain_text("Source: A: layer 0, token 10 ·John")
    page.keyboard.press("b")
    expect(found.get_by_role("grid")).to_be_visible()
    expect(found).to_contain_text("Source: A: layer 0, token 10 ·John")
    page.keyboard.press("Enter")
    after = patched(page)
    expect(after).to_contain_text("Put A: layer 0, token 10 ·John into B: layer 0, token 10 ·Mary.")
    expect(after).to_contain_text("of the 35 outlined cells changed")
    expect(page).to_have_url(re.compile("side:"))


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_a_patched_run_comes_back_from_its_address(
    open_context: Any, watch: Any, server: Live, theme: str, width: int
) -> None:
    page = open_context(theme, width, 844).new_page()
    panels = "lens/logit-lens;causal/patched-run~layer:2~position:10~source_layer:3~source_position:4"
    page.goto(f"{server.url}/#m=specimen&p={_plus(EXAMPLE)}&t=+Mary&d=+John&at=10&l=2&v={panels}&view=strata.1")
    after = patched(page)
    expect(after).to_contain_text("Put layer 3, token 4 ·John into layer 2, token 10 ·John.")
    serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    after.get_by_role("button", name="Back to the run").click()
    expect(strata(page).get_by_role("grid")).to_be_visible()
    watch.assert_clean(page)


def test_everything_by_keyboard(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    panel(page, "Logit lens").focus()
    press = page.keyboard.press
    press("f")
    found = strata(page)
    expect(found.get_by_role("grid")).to_be_visible()
    press("ArrowDown")
    expect(said(page)).to_contain_text("Layer 5")
    cell = found.get_by_role("gridcell")
    expect(cell).to_be_focused()
    press("Space")
    expect(said(page)).to_have_text("Layer 5 open")
    press("h")
    expect(found).to_contain_text(re.compile(r"head 5\.0: \d+ of"))
    press("h")
    expect(found).to_contain_text(re.compile(r"head 5\.1: \d+ of"))
    press("Shift+H")
    expect(found.get_by_role("group", name="Pinned heads").get_by_role("button")).to_have_text(["5.1", "5.2"])
    press("+")
    expect(found.locator(".strata-percent")).to_have_text("140%")
    press("0")
    expect(found.locator(".strata-percent")).to_have_text("100%")
    press("Home")
    expect(cell).to_contain_text("position 0")
    expect(cell).to_have_attribute("aria-selected", "true")
    press("Enter")
    expect(cell).to_have_attribute("aria-selected", "false")
    press("Space")
    expect(said(page)).to_have_text("Layer 5 closed")
    press("Escape")
    expect(found).to_have_count(0)
    expect(panel(page, "Logit lens")).to_be_focused()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_serious(open_context: Any, watch: Any, server: Live, theme: str, width: int) -> None:
    page = open_context(theme, width, 844).new_page()
    found = opened(page, server, "&h=5.1", "strata~open:4")
    expect(found).to_contain_text("links drawn")
    serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watch.assert_clean(page)
