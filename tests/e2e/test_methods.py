"""Every method in the page: it runs, carries a check, gives its code, its table and all its exports."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from stratascope.catalog import load_catalog
from tests.e2e.conftest import EXAMPLE, wait_for_figures
from tests.live import Live

METHODS = tuple(load_catalog())
OTHER = EXAMPLE.replace("John gave", "Mary gave")
SECOND = {"causal/activation-patching", "comparison/run-difference"}
"""Methods that compare two sides."""

WORDS = {"table", "text_pair"}
"""Kinds without pictures: words, which the other files hold."""


def download(page: Page, panel: Locator, name: str) -> Path:
    panel.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name=name).click()
    return Path(started.value.path())


def take_pictures(page: Page, panel: Locator) -> None:
    assert download(page, panel, "PNG").read_bytes().startswith(b"\x89PNG")
    picture = download(page, panel, "SVG").read_text(encoding="utf-8")
    assert picture.lstrip().startswith("<svg")
    assert "<text" in picture


@pytest.mark.parametrize("method", METHODS)
def test_a_method_runs_and_everything_can_be_taken_away(page: Page, server: Live, method: str) -> None:
    second = f"&q={OTHER}" if method in SECOND else ""
    page.goto(f"{server.url}/#m=specimen&p={EXAMPLE}{second}&at=14&l=5&v={method}".replace(" ", "+"))
    wait_for_figures(page)
    panel = page.locator("section.panel")
    expect(panel).to_have_count(1)
    expect(panel.locator(".badge").first).to_be_visible()
    panel.get_by_role("button", name="Code").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"/api/v1/methods/{method}")
    page.keyboard.press("Escape")
    document = json.loads(download(page, panel, "JSON").read_text(encoding="utf-8"))
    assert document["method"] == method
    assert document["checks"]
    assert "view" in document
    rows = list(csv.reader(StringIO(download(page, panel, "CSV").read_text(encoding="utf-8"))))
    assert len(rows) > 1
    assert "<script" in download(page, panel, "HTML").read_text(encoding="utf-8").lower()
    if document["result"]["kind"] in WORDS:
        panel.get_by_role("button", name="Export").click()
        expect(page.get_by_role("menuitem", name="HTML")).to_be_visible()
        expect(page.get_by_role("menuitem", name="PNG")).to_have_count(0)
        page.keyboard.press("Escape")
    else:
        take_pictures(page, panel)
    panel.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="table").click()
    expect(panel.get_by_role("table")).to_be_visible()
