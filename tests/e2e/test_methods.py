"""Every method in the page: it runs, carries a check, gives its code and its table; every kind can be taken away."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from stratascope.catalog import load_catalog
from stratascope.method import Method
from tests.cases import page as page_params
from tests.e2e.conftest import EXAMPLE, wait_for_figures
from tests.live import Live
from tests.prompts import prompt_names

CATALOG = load_catalog()
OTHER = EXAMPLE.replace("John gave", "Mary gave")
AT_ONCE = 6
"""Panels that a page shows at once."""

WITHOUT_PICTURES = {"table", "text_pair", "flow_graph"}
"""Kinds of words, which the other files hold."""


def groups() -> list[list[str]]:
    """Methods by family, not too many for one page."""
    families: dict[str, list[str]] = {}
    for method in CATALOG.values():
        families.setdefault(method.family, []).append(method.id)
    return [ids[start : start + AT_ONCE] for ids in families.values() for start in range(0, len(ids), AT_ONCE)]


def kinds() -> dict[str, str]:
    """A method of every kind."""
    return {method.kind: method.id for method in reversed(list(CATALOG.values()))}


def reads_both(method: Method) -> bool:
    return "b" in prompt_names(method.params.model_json_schema())


def mark(text: str) -> str:
    """What stands inside a panel's name or value in the address."""
    return "".join(f"%{ord(char):X}" if char in "%;~:" else char for char in text)


def panel_of(method_id: str) -> str:
    params = [f"{name}:{mark(json.dumps(value))}" for name, value in page_params(method_id).items()]
    return "~".join([method_id, *params])


def open_panels(page: Page, server: Live, ids: list[str]) -> None:
    second = f"&q={quote(OTHER)}" if any(reads_both(CATALOG[each]) for each in ids) else ""
    panels = quote(";".join(panel_of(each) for each in ids))
    page.goto(f"{server.url}/#m=specimen&p={quote(EXAMPLE)}{second}&at=14&l=5&v={panels}")
    wait_for_figures(page)


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


@pytest.mark.parametrize("ids", groups(), ids=lambda ids: ids[0])
def test_methods_run_and_give_their_check_their_code_and_their_table(page: Page, server: Live, ids: list[str]) -> None:
    open_panels(page, server, ids)
    for method_id in ids:
        panel = page.get_by_role("region", name=CATALOG[method_id].title, exact=True)
        expect(panel).to_have_count(1)
        expect(panel.locator(".badge").first).to_be_visible()
        panel.get_by_role("button", name="Code").click()
        expect(page.get_by_role("dialog")).to_contain_text(f"/api/v1/methods/{method_id}")
        page.keyboard.press("Escape")
        panel.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="table").click()
        expect(panel.get_by_role("table")).to_be_visible()


@pytest.mark.parametrize(("kind", "method"), kinds().items())
def test_a_result_of_every_kind_can_be_taken_away(page: Page, server: Live, kind: str, method: str) -> None:
    open_panels(page, server, [method])
    panel = page.locator("section.panel")
    document = json.loads(download(page, panel, "JSON").read_text(encoding="utf-8"))
    assert (document["method"], document["result"]["kind"]) == (method, kind)
    assert document["checks"]
    assert "view" in document
    rows = list(csv.reader(StringIO(download(page, panel, "CSV").read_text(encoding="utf-8"))))
    assert len(rows) > 1
    assert "<script" in download(page, panel, "HTML").read_text(encoding="utf-8").lower()
    if kind in WITHOUT_PICTURES:
        panel.get_by_role("button", name="Export").click()
        expect(page.get_by_role("menuitem", name="HTML")).to_be_visible()
        expect(page.get_by_role("menuitem", name="PNG")).to_have_count(0)
    else:
        take_pictures(page, panel)
