"""The models page: load, check, compare, unload; what works on which model, by keyboard too; both themes, any width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import panel, wait_for_figures
from tests.families import save_tiny
from tests.hostile import folders
from tests.live import Live, live_server

WORKS, PARALLEL, ELSEWHERE = "works-well", "parallel", "elsewhere"


@pytest.fixture(scope="module")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of two families, one that cannot be loaded, and beside the folder one more."""
    root = tmp_path_factory.mktemp("models")
    save_tiny("gpt2", root / "listed" / WORKS)
    save_tiny("gpt_neox", root / "listed" / PARALLEL)
    broken = save_tiny("gpt2", root / "listed" / "broken")
    folders.both(folders.pickled("pytorch_model.bin"), folders.without("model.safetensors"))(broken)
    save_tiny("llama", root / ELSEWHERE)
    return root


@pytest.fixture(scope="module")
def models_server(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_server(tmp_path_factory.mktemp("data"), "--models", str(models_folder / "listed")) as live:
        yield live


@pytest.fixture
def server(models_server: Live) -> Live:
    """The server the pages are watched for: nothing is loaded when a test begins."""
    with httpx.Client(base_url=models_server.api, timeout=60) as client:
        for model in client.get("/models").json()["models"]:
            client.delete(f"/models/{model['id']}", params={"force": True})
    return models_server


def open_models(page: Page, server: Live) -> None:
    page.goto(f"{server.url}/models")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def row(page: Page, model: str) -> Locator:
    """The row of a model in the list."""
    return page.locator(".model-row").filter(has=page.get_by_role("button", name=model, exact=True))


def choose(page: Page, model: str) -> None:
    row(page, model).get_by_role("button", name=model, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(model)


def load(page: Page, source: str) -> None:
    field = page.get_by_role("combobox", name="Load a model")
    field.fill(source)
    expect(page.get_by_text("Found:")).to_be_visible()
    field.press("Enter")


def test_a_folder_is_found_measured_and_loaded(page: Page, server: Live, models_folder: Path) -> None:
    open_models(page, server)
    page.get_by_role("combobox", name="Load a model").fill(str(models_folder / ELSEWHERE))
    form = page.locator(".load-form")
    expect(form).to_contain_text("Found: Llama, 4 layers")
    expect(form).to_contain_text(re.compile(r"needs \d+\s?kB · .* free"))
    form.get_by_role("button", name="Load", exact=True).click()
    expect(row(page, ELSEWHERE)).to_contain_text("ready")
    expect(page.get_by_role("heading", level=1)).to_have_text(ELSEWHERE)
    checks = panel(page, "Is what you see what the model computes?")
    expect(checks.get_by_role("listitem")).to_have_count(8)
    expect(checks).to_contain_text(re.compile(r"Logits against plain Transformers\s*max diff [\d.e−]+"))
    expect(page.locator(".memory")).to_contain_text(ELSEWHERE)


def test_what_cannot_be_loaded_says_why(page: Page, server: Live, models_folder: Path) -> None:
    open_models(page, server)
    expect(row(page, "broken")).to_contain_text("holds its weights as pickles")
    field = page.get_by_role("combobox", name="Load a model")
    field.fill(str(models_folder))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".load-form")).to_contain_text("holds no config.json")


def test_listed_models_are_offered_to_the_keyboard(page: Page, server: Live) -> None:
    open_models(page, server)
    field = page.get_by_role("combobox", name="Load a model")
    field.press_sequentially("wor")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(WORKS)
    field.press("Enter")
    expect(row(page, WORKS)).to_contain_text("ready")


def test_the_missing_part_of_a_model_is_named(page: Page, server: Live) -> None:
    open_models(page, server)
    load(page, PARALLEL)
    expect(row(page, PARALLEL)).to_contain_text("ready")
    missing = panel(page, "What would make more work")
    expect(missing).to_contain_text("Attention before MLP")
    expect(missing).to_contain_text(f"{PARALLEL} has no stream between attention and MLP")
    expect(missing).to_contain_text("does not apply")


def test_unloading_is_undone_by_loading_again(page: Page, server: Live) -> None:
    open_models(page, server)
    load(page, WORKS)
    expect(row(page, WORKS)).to_contain_text("ready")
    page.get_by_role("button", name="Unload", exact=True).click()
    expect(row(page, WORKS)).to_contain_text("not loaded")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, WORKS)).to_contain_text("ready")


def test_a_model_in_use_is_unloaded_only_when_asked_twice(page: Page, server: Live) -> None:
    def busy(route: Route) -> None:
        error = {"code": "model_busy", "message": f"2 jobs use {WORKS} now, so it was not unloaded.", "request_id": "r"}
        route.fulfill(status=409, json={"error": error})

    open_models(page, server)
    load(page, WORKS)
    expect(row(page, WORKS)).to_contain_text("ready")
    page.route(f"**/api/v1/models/{WORKS}", busy)
    page.get_by_role("button", name="Unload", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"{WORKS} is in use")
    expect(dialog).to_contain_text("2 jobs use")
    dialog.get_by_role("button", name="Unload anyway").click()
    expect(row(page, WORKS)).to_contain_text("not loaded")
    expect(dialog).to_be_hidden()


def test_the_list_is_asked_for_again_only_while_something_loads(page: Page, server: Live, watch: Any) -> None:
    open_models(page, server)
    load(page, WORKS)
    expect(row(page, WORKS)).to_contain_text("ready")
    watch.requests.clear()
    page.wait_for_timeout(2_000)
    assert "GET /api/v1/models" not in watch.requests


def test_a_load_shows_how_far_it_is_and_can_be_cancelled(page: Page, server: Live) -> None:
    loading = {"state": "loading", "stage": "reading weights", "done": 620_000, "total": 1_000_000, "run": "the-run"}
    cancelled: list[str] = []

    def half_loaded(route: Route) -> None:
        answer = route.fetch().json()
        for model in answer["models"]:
            model.update(loading if model["id"] == WORKS and not cancelled else {})
        route.fulfill(json=answer)

    def cancel(route: Route) -> None:
        cancelled.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/api/v1/models", half_loaded)
    page.route("**/api/v1/runs/the-run", cancel)
    open_models(page, server)
    expect(row(page, WORKS)).to_contain_text("loading 62%")
    expect(row(page, WORKS)).to_contain_text("reading weights · 620 kB of 1.0 MB")
    row(page, WORKS).get_by_role("button", name=f"Cancel loading {WORKS}").click()
    expect(row(page, WORKS)).to_contain_text("not loaded")
    assert cancelled == ["DELETE"]


def test_the_matrix_is_one_tab_stop_and_arrows_move_in_it(page: Page, server: Live) -> None:
    open_models(page, server)
    load(page, WORKS)
    expect(row(page, WORKS)).to_contain_text("ready")
    grid = page.get_by_role("grid")
    expect(grid.locator("button[tabindex='0']")).to_have_count(1)
    grid.locator("button[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.ariaLabel")
    assert first != second
    assert second.endswith(f"on {WORKS}: works")
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Control+End")
    assert "not known until loaded" in page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("is not loaded")
    page.keyboard.press("Escape")
    assert "not known until loaded" in page.evaluate("document.activeElement.ariaLabel")


def test_compare_with_opens_the_workbench_with_both_models(page: Page, server: Live) -> None:
    open_models(page, server)
    load(page, WORKS)
    expect(row(page, WORKS)).to_contain_text("ready")
    page.get_by_role("button", name="Compare with…").click()
    page.get_by_role("menuitem", name=re.compile(f"^{PARALLEL}")).click()
    expect(page).to_have_url(re.compile(rf"/#m={WORKS}&.*n={PARALLEL}"))
    wait_for_figures(page)
    chips = page.locator(".model-chip")
    expect(chips.nth(0)).to_contain_text(WORKS)
    expect(chips.nth(1)).to_contain_text(PARALLEL)


def test_the_page_says_when_the_server_is_gone_and_when_it_is_back(open_context: Any, server: Live) -> None:
    page = open_context().new_page()
    open_models(page, server)
    page.route("**/api/v1/**", lambda route: route.abort())
    choose(page, WORKS)
    page.get_by_role("banner").locator("..").get_by_role("button", name="Load", exact=True).last.click()
    bar = page.locator(".server-gone")
    expect(bar).to_contain_text("The server cannot be reached.")
    page.unroute("**/api/v1/**")
    bar.get_by_role("button").click()
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_loaded_models_pass_axe_at_any_width(
    open_context: Any, watch: Any, server: Live, theme: str, width: int
) -> None:
    httpx.post(f"{server.api}/models", json={"id": WORKS}, timeout=60).raise_for_status()
    page = open_context(theme, width, 844).new_page()
    open_models(page, server)
    choose(page, WORKS)
    expect(panel(page, "Is what you see what the model computes?")).to_contain_text("max diff")
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options={**rules, "rules": {"target-size": {"enabled": True}}}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watch.assert_clean(page)
