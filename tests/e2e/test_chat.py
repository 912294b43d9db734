"""Chat prompts: one row per message, and in the strip what the model's own template makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import panel, wait_for_figures
from tests.families import save_tiny
from tests.live import Live, live_server

TEMPLATE = "{% for message in messages %}<s>{{ message.role }} {{ message.content }}</s>{% endfor %}"


@pytest.fixture(scope="module")
def chat_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    root = tmp_path_factory.mktemp("chat")
    config = save_tiny("gpt2", root / "models" / "chatty") / "tokenizer_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"chat_template": TEMPLATE}), encoding="utf-8")
    with live_server(root / "data", "--models", str(root / "models")) as live:
        yield live


def test_messages_are_laid_out_run_and_restored(open_context: Any, watch: Any, chat_server: Live) -> None:
    watch.origin = chat_server.url
    page = open_context().new_page()
    page.goto(f"{chat_server.url}/#m=chatty&p=the+cat&v=lens/logit-lens")
    wait_for_figures(page)
    page.get_by_label("as", exact=True).select_option("chat")
    expect(page.get_by_label("Message 1", exact=True)).to_have_value("the cat")
    page.get_by_role("button", name="Add a message").click()
    page.get_by_label("Message 2", exact=True).fill("the model")
    page.keyboard.press("Control+Enter")
    strip = page.get_by_role("listbox", name="Tokens", exact=True)
    expect(strip.locator(".strip-cell.special")).to_have_count(4)
    wait_for_figures(page)
    expect(panel(page, "Logit lens").get_by_role("grid")).to_be_visible()
    expect(page).to_have_url(re.compile(r"#m=chatty&pc="))
    count = strip.get_by_role("option").count()
    page.reload()
    wait_for_figures(page)
    expect(page.get_by_label("Message 2", exact=True)).to_have_value("the model")
    expect(strip.get_by_role("option")).to_have_count(count)
    watch.assert_clean(page)


def test_a_model_without_a_template_says_so_with_the_remedy(open_context: Any, watch: Any, server: Live) -> None:
    page = open_context().new_page()
    page.goto(server.url)
    wait_for_figures(page)
    page.get_by_label("as", exact=True).select_option("chat")
    expect(page.get_by_role("status").filter(has_text="no chat template")).to_contain_text("Give the text as a prompt")
    watch.assert_clean(page)
