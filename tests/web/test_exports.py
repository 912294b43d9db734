"""Files to keep: a spreadsheet runs nothing, a page loads nothing, and both hold the numbers of the API."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import sync_playwright

from stratascope.figures import figure
from stratascope.web.exports import csv_chunks, guarded, page
from tests.e2e.chromium import launch_options
from tests.web.documents import HOSTILE, document


def rows_of(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_a_row_per_cell_and_a_column_per_array() -> None:
    rows = rows_of(b"".join(csv_chunks(document())))
    assert list(rows[0]) == [
        "row", "position", "rank", "row_label", "position_label", "entropy", "half", "topk_ids", "topk_text",
    ]  # fmt: skip
    assert len(rows) == 6 + 6
    assert rows[4]["row"] == "1"
    assert rows[4]["row_label"] == "out"
    assert rows[4]["rank"] == ""
    assert rows[10]["rank"] == "0"
    assert rows[10]["entropy"] == ""


def test_the_numbers_are_those_of_the_json() -> None:
    rows = rows_of(b"".join(csv_chunks(document())))
    expected = orjson.loads(document().to_json())["result"]["entropy"]
    read = [float(row["entropy"]) if row["entropy"] else None for row in rows[:6]]
    assert [read[:3], read[3:]] == expected
    assert rows[0]["entropy"] == "-0.5"
    assert rows[3]["entropy"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize(
    "rest", ["1+1", "cmd|' /C calc'!A0", "SUM(A1)", "", "\n", '"', 'HYPERLINK("x")', ",", ";", "é"]
)
def test_no_text_cell_begins_a_formula(start: str, rest: str) -> None:
    text = f"{start}{rest}"
    assert guarded(text) == f"'{text}"
    rows = rows_of(b"".join(csv_chunks(document(tokens=(text,)))))
    assert rows[0]["position_label"] == f"'{text}"
    assert rows[-1]["topk_text"] == f"'{text}"


@pytest.mark.parametrize("cell", [-1, -0.5, 1, None, "a=1", " =1", "1-1", ""])
def test_everything_else_stays_as_it_is(cell: object) -> None:
    assert guarded(cell) is cell


def test_a_large_table_is_written_in_pieces() -> None:
    pieces = list(csv_chunks(document(tokens=tuple(f"t{i}" for i in range(1500)))))
    assert len(pieces) > 2
    assert len(rows_of(b"".join(pieces))) == 6000


def scripts_of(html: str) -> list[tuple[str, str]]:
    return re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)


def test_the_page_holds_the_whole_document() -> None:
    html = page(document(), dict(figure(document()))).decode()
    scripts = scripts_of(html)
    assert len(scripts) == 4
    assert orjson.loads(scripts[1][1]) == orjson.loads(document().to_json())


def test_data_cannot_leave_its_element() -> None:
    html = page(document(), dict(figure(document()))).decode()
    data = html.split('type="application/json"', 1)[1].split("<script>")[0]
    assert "<script>window" not in data
    assert "<!--" not in data
    assert "The text is =1+1." in html


def test_only_the_scripts_it_holds_may_run() -> None:
    html = page(document(), dict(figure(document()))).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    rules = policy[1].replace("&#x27;", "'")
    assert rules.startswith("default-src 'none'; script-src 'sha256-")
    for attributes, text in scripts_of(html):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert (f"'sha256-{digest}'" in rules) is (attributes == "")


def test_the_page_draws_from_a_file_and_runs_nothing_else(tmp_path: Path) -> None:
    """Opened without a server: the figure is there, hostile tokens are text, nothing was loaded or refused."""
    path = tmp_path / "export.html"
    path.write_bytes(page(document(tokens=HOSTILE), dict(figure(document(tokens=HOSTILE)))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        found = _look_at(browser, path)
        browser.close()
    assert found == {"drawn": True, "xss": None, "requests": [path.as_uri()], "errors": []}


def _look_at(browser: Any, path: Path) -> dict[str, Any]:
    tab, requests, errors = browser.new_page(), list[str](), list[str]()
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector("#drawing .plot-container")
    drawn = tab.evaluate("document.querySelectorAll('#drawing .heatmaplayer image, #drawing .xy').length > 0")
    return {"drawn": drawn, "xss": tab.evaluate("window.__xss ?? null"), "requests": requests, "errors": errors}
