"""The main job in a browser: a prompt, layer by layer; change a token; ask another question; save; the link opens."""

from __future__ import annotations

import os
import re
import signal
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXAMPLE, panel, stored_link, wait_for_figures
from tests.live import Live


def open_workbench(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)


def test_the_first_screen_shows_the_example_analysed(page: Page, server: Live) -> None:
    open_workbench(page, server)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(EXAMPLE)
    lens = panel(page, "Logit lens")
    expect(lens.get_by_role("grid")).to_be_visible()
    expect(lens).to_contain_text("matches model output")
    expect(lens).to_contain_text("7 of 7 rows")
    expect(page.get_by_role("group", name="Question")).to_contain_text("Mary")


def test_another_prompt_gives_another_answer_and_an_address_that_restores_it(page: Page, server: Live) -> None:
    open_workbench(page, server)
    editor = page.get_by_label("Prompt", exact=True)
    editor.fill("The capital of France is")
    page.keyboard.press("Control+Enter")
    strip = page.get_by_role("listbox", name="Tokens").or_(page.get_by_label("Tokens", exact=True)).first
    expect(strip).to_contain_text("France")
    wait_for_figures(page)
    expect(page.locator("body")).to_contain_text("Paris")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    wait_for_figures(page)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("The capital of France is")
    page.go_back()
    page.go_back()


def test_the_prompt_never_reaches_the_path_of_a_request(page: Page, server: Live, watch: Any) -> None:
    open_workbench(page, server)
    assert all("Mary" not in request for request in watch.requests)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("residual norms", "Residual norms"),
        ("sublayer", "Sublayer contribution"),
        ("head roles", "Head roles"),
        ("boundaries", "Token boundaries"),
    ],
)
def test_a_question_is_added_from_the_keyboard_by_searching(page: Page, server: Live, words: str, title: str) -> None:
    open_workbench(page, server)
    page.locator("body").press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    added = panel(page, title)
    expect(added).to_be_visible()
    wait_for_figures(page)
    expect(added.locator("canvas, svg, [role=grid], table").first).to_be_visible()


def test_a_pin_in_one_panel_is_the_pin_of_all(page: Page, server: Live) -> None:
    open_workbench(page, server)
    page.get_by_role("option", name="Position 4:").or_(page.get_by_label("Position 4:")).first.click()
    expect(page.get_by_role("complementary").last).to_contain_text("position 4")
    expect(page).to_have_url(re.compile(r"[#&]at=4(&|$)"))


def test_parameters_come_from_the_schema_and_run(page: Page, server: Live) -> None:
    open_workbench(page, server)
    lens = panel(page, "Logit lens")
    lens.get_by_role("button", name="more", exact=True).click()
    field = page.get_by_role("textbox", name="tokens per cell")
    field.fill("3")
    field.press("Enter")
    page.keyboard.press("Escape")
    expect(lens).to_contain_text("The settings changed")
    lens.get_by_role("button", name="Run").click()
    expect(lens).to_contain_text("top 1 of 3 per cell")


def test_the_code_shown_gives_the_numbers_drawn(page: Page, server: Live) -> None:
    open_workbench(page, server)
    panel(page, "Logit lens").get_by_role("button", name="Code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("curl")
    expect(dialog).to_contain_text("/api/v1/methods/lens/logit-lens")


def test_removing_a_panel_can_be_undone(page: Page, server: Live) -> None:
    open_workbench(page, server)
    count = page.locator("section.panel").count()
    panel(page, "Lens trajectory").get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(page.locator("section.panel")).to_have_count(count - 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("section.panel")).to_have_count(count)


def test_an_analysis_is_shared_and_opens_with_the_worker_stopped(
    open_context: Any, watch: Any, own_server: Live
) -> None:
    watch.origin = own_server.url
    page = open_context().new_page()
    open_workbench(page, own_server)
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Title").last.fill("Who gets the drink <b>")
    address = stored_link(page)
    worker = own_server.worker_pid()
    assert worker
    os.kill(worker, signal.SIGSTOP)  # whatever needs the worker now would hang
    try:
        reader = open_context().new_page()
        watch.requests.clear()
        reader.goto(address if address.startswith("http") else own_server.url + address)
        expect(reader.get_by_role("heading", level=1)).to_have_text("Who gets the drink <b>")
        expect(panel(reader, "Logit lens").get_by_role("grid")).to_be_visible()
        allowed = ("/api/v1/analyses/", "/api/v1/methods")
        asked = [request for request in watch.requests if "/api/" in request]
        assert asked
        assert all(request.split(" ")[0] in ("GET", "HEAD") for request in asked), asked
        assert all(request.split(" ")[1].startswith(allowed) for request in asked), asked
        watch.assert_clean(reader)
    finally:
        os.kill(worker, signal.SIGCONT)


def test_a_worker_killed_in_mid_run_is_survived(open_context: Any, watch: Any, own_server: Live) -> None:
    watch.origin = own_server.url
    page = open_context().new_page()
    open_workbench(page, own_server)
    before = own_server.worker_pid()
    own_server.kill_worker()
    page.get_by_label("Prompt", exact=True).fill("Today is Monday, so tomorrow is")
    page.keyboard.press("Control+Enter")
    wait_for_figures(page)
    expect(page.locator("body")).to_contain_text("Tuesday")
    assert own_server.worker_pid() != before
    watch.assert_clean(page)


EIGHT = (
    "lens/logit-lens", "lens/commitment-layer", "lens/direct-logit-attribution", "attention/attention-pattern",
    "attention/attention-entropy", "activations/residual-norms", "activations/sublayer-contribution",
    "activations/massive-activations",
)  # fmt: skip
"""Methods that read nothing but the prompt."""


def test_eight_panels_cost_one_forward_per_prompt(own_server: Live) -> None:
    prompt = {"model": "specimen", "prompt": EXAMPLE}
    with httpx.Client(base_url=own_server.api, timeout=60) as client:
        forwards = []
        for method in EIGHT:
            answer = client.post(f"/methods/{method}", json=prompt)
            assert answer.status_code == 200, answer.text
            forwards.append(answer.json()["provenance"]["forwards"])
    assert sum(forwards) == 1


@pytest.mark.parametrize("words", [5, 12, 20, 28, 36, 48, 70])
def test_the_token_strip_settles_for_every_length(page: Page, server: Live, words: int) -> None:
    open_workbench(page, server)
    page.get_by_label("Prompt", exact=True).fill(" ".join(["capital", "of", "Wednesday"][i % 3] for i in range(words)))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Tokens", exact=True)).to_contain_text(str(words))
    wait_for_figures(page)
    heights = page.evaluate(
        """() => new Promise((done) => {
            const seen = new Set(); let frames = 0;
            const look = () => {
                seen.add(document.querySelector('.token-strip').getBoundingClientRect().height);
                if (++frames < 30) requestAnimationFrame(look); else done([...seen]);
            };
            look();
        })"""
    )
    assert len(heights) == 1
