"""A method that is one file appears on the page with its form, its figure and its badge, and nothing else is edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import panel, wait_for_figures
from tests.live import live_server

README = Path(__file__).resolve().parents[2] / "README.md"


def readme_method() -> str:
    """The example of the README, which had better work."""
    (block,) = (part for part in README.read_text().split("```python\n")[1:] if part.startswith("# my_methods"))
    return block.partition("```")[0]


def test_the_example_of_the_readme_appears_on_the_page(open_context: Any, watch: Any, tmp_path: Path) -> None:
    (tmp_path / "methods" / "example").mkdir(parents=True)
    (tmp_path / "methods" / "example" / "token_ids.py").write_text(readme_method())
    with live_server(tmp_path / "data", "--methods", str(tmp_path / "methods")) as live:
        watch.origin = live.url
        page = open_context().new_page()
        page.goto(live.url)
        wait_for_figures(page)
        page.locator("body").press("/")
        page.keyboard.type("token ids")
        page.keyboard.press("Enter")
        added = panel(page, "Token ids")
        wait_for_figures(page)
        expect(added).to_contain_text("Shows the id of every token.")
        expect(added.get_by_role("button", name="measured: tokens 15")).to_be_visible()
        expect(added).to_contain_text("5 of 15 listed")
        added.get_by_role("button", name="more", exact=True).click()
        expect(page.get_by_role("textbox", name="offset")).to_have_value("0")
        watch.assert_clean(page)
