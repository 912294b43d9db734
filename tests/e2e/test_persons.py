"""The three people the workbench is made for, each on the shortest path to an answer; and one of them by keyboard alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, stored_link, wait_for_figures
from tests.live import Live, live_server

OTHER = EXAMPLE.replace("John gave", "Mary gave")
PART = 3
"""The first layer in which the tuned model differs."""


def compare(page: Page) -> None:
    page.get_by_role("radiogroup", name="Compare").get_by_text("A|B").click()


def test_a_researcher_patches_one_prompt_into_another_and_shares_it(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    compare(page)
    page.get_by_label("Prompt of B").fill(OTHER)
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    page.get_by_label("Prompt of B").blur()
    page.locator("main").press("p")
    patching = panel(page, "Activation patching")
    expect(patching.get_by_role("grid")).to_be_visible()
    wait_for_figures(page)
    expect(patching).to_contain_text("random control")
    expect(patching).to_contain_text("control band")
    next_ = page.get_by_role("group", name="Ask next").or_(page.locator(".panels-foot")).first
    next_.get_by_role("button").first.click()
    wait_for_figures(page)
    page.get_by_role("button", name="Share").first.click()
    link = stored_link(page)
    page.goto(link)
    expect(panel(page, "Activation patching").get_by_role("grid")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Compared prompts")


@pytest.fixture(scope="module")
def pair_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The bundled model twice: as it is, and with other weights from layer 3 on."""
    root = tmp_path_factory.mktemp("pair")
    save_pair(root / "models")
    with live_server(root / "data", "--models", str(root / "models")) as live:
        yield live


def save_pair(root: Path) -> None:
    from safetensors.torch import load_file, save_file

    from stratascope.models.library import Library

    bundled = next(entry for entry in Library(()).list() if entry.source == "bundled")
    for name in ("base", "tuned"):
        shutil.copytree(bundled.path, root / name)
    path = next((root / "tuned").glob("*.safetensors"))
    weights = load_file(path)
    for name, tensor in weights.items():
        layer = re.search(r"\.h\.(\d+)\.", f".{name}")
        if layer and int(layer[1]) >= PART and "mlp" in name and tensor.ndim == 2:
            weights[name] = tensor * 1.3
    save_file(weights, path, metadata={"format": "pt"})


def test_an_engineer_finds_the_layer_where_two_models_part(open_context: Any, watch: Any, pair_server: Live) -> None:
    watch.origin = pair_server.url
    page = open_context().new_page()
    page.goto(pair_server.url + "/models")
    for name in ("tuned", "base"):
        page.get_by_role("button", name=re.compile(rf"^{name}\b")).first.click()
        page.get_by_role("button", name="Load", exact=True).last.click()
        expect(page.get_by_role("button", name="Unload")).to_be_visible()
    page.get_by_role("button", name=re.compile("Compare with")).click()
    page.get_by_role("menuitem", name=re.compile("tuned")).or_(
        page.get_by_role("menuitemcheckbox", name=re.compile("tuned"))
    ).first.click()
    wait_for_figures(page)
    page.locator("main").press("/")
    page.keyboard.type("two runs differ")
    page.keyboard.press("Enter")
    difference = panel(page, "Run difference")
    expect(difference.locator(".js-plotly-plot, svg").first).to_be_visible()
    wait_for_figures(page)
    expect(difference.get_by_role("grid", name=re.compile(rf"part from row {PART + 1} on"))).to_be_visible()
    page.get_by_role("button", name="Activation patching").first.click()
    wait_for_figures(page)
    expect(panel(page, "Activation patching").get_by_role("grid")).to_be_visible()
    watch.assert_clean(page)


def test_a_student_opens_a_link_reads_and_goes_on(open_context: Any, watch: Any, page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    page.get_by_role("button", name="Share").first.click()
    link = stored_link(page)
    reader = open_context().new_page()
    reader.goto(link)
    grid = panel(reader, "Logit lens").get_by_role("grid")
    expect(grid).to_be_visible()
    panel(reader, "Logit lens").locator(".chart-stage").hover(position={"x": 300, "y": 60})
    expect(reader.locator(".tip, .chart-tip").first).to_be_visible()
    reader.get_by_role("link", name="Open in workbench").or_(
        reader.get_by_role("button", name="Open in workbench")
    ).first.click()
    expect(reader.get_by_label("Prompt", exact=True)).to_have_value(EXAMPLE)
    wait_for_figures(reader)
    watch.assert_clean(reader)


def test_a_whole_analysis_by_keyboard_alone(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)
    press = page.keyboard.press

    def reach(role: str, name: str | re.Pattern[str], most: int = 60) -> None:
        target = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _ in range(most):
            if target.evaluate("(element) => element === document.activeElement"):
                return
            press("Tab")
        raise AssertionError(f"{role} {name} was not reached by Tab")

    reach("textbox", "Prompt")
    press("Control+a")
    page.keyboard.type("The capital of France is")
    press("Control+Enter")
    wait_for_figures(page)
    reach("option", re.compile("^Position"))
    press("End")
    expect(page.get_by_role("complementary").last).to_contain_text("position")
    press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("residual norms")
    press("Enter")
    expect(panel(page, "Residual norms")).to_be_visible()
    wait_for_figures(page)
    reach("region", "Logit lens")
    press("Enter")
    lens = panel(page, "Logit lens")
    grid = lens.get_by_role("gridcell").first
    for _ in range(30):
        if grid.evaluate("(element) => element === document.activeElement"):
            break
        press("Tab")
    press("ArrowDown")
    press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"[#&]l=\d"))
    press("Escape")
    expect(lens).to_be_focused()
    press("f")
    expect(page.locator(".strata")).to_have_count(1)
    press("Escape")
    expect(page.locator(".strata")).to_have_count(0)
    press("c")
    expect(page.get_by_role("dialog")).to_contain_text("curl")
    press("Escape")
    press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Single keys")
    press("Escape")
    press("Control+z")
    reach("button", "Share")
    press("Enter")
    dialog = page.get_by_role("dialog")
    create = dialog.get_by_role("button", name="Create").or_(dialog.get_by_role("button", name="Save")).first
    for _ in range(30):
        if create.evaluate("(element) => element === document.activeElement"):
            break
        press("Tab")
    press("Enter")
    expect(dialog.locator("input[readonly], a[href*='/a/']").first).to_be_visible()
