"""Pictures of every page, in both themes, wide and narrow: `make shots`, or `python -m tests.e2e.shots [folder]`.

They are for looking at beside the design, and for README; no test compares them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.chromium import launch_options
from tests.e2e.conftest import EXAMPLE, stored_link, wait_for_figures
from tests.families import save_tiny
from tests.live import Live, live_server

SIZES = {"1440": (1440, 900), "390": (390, 844)}
THEMES = ("light", "dark")
OTHER = EXAMPLE.replace("John gave", "Mary gave")

Step = Callable[[Page, Live], None]


def workbench(page: Page, server: Live) -> None:
    page.goto(server.url)
    wait_for_figures(page)


def compared(page: Page, server: Live) -> None:
    panels = "causal/activation-patching~.width:full;attention/attention-pattern;comparison/run-difference"
    page.goto(f"{server.url}/#m=specimen&p={_plus(EXAMPLE)}&q={_plus(OTHER)}&at=14&l=5&t=+Mary&d=+John&v={panels}")
    wait_for_figures(page)


def strata(*more: str) -> Step:
    """Strata of the example with what the address adds."""

    def open_page(page: Page, server: Live) -> None:
        address = f"/#m=specimen&p={_plus(EXAMPLE)}&at=14&l=5&t=+Mary&d=+John&v=lens/logit-lens&" + "&".join(more)
        page.goto(server.url + address)
        page.locator(".strata .strata-margin").first.wait_for(state="attached")
        page.wait_for_timeout(1500)

    return open_page


def saved(page: Page, server: Live) -> None:
    compared(page, server)
    page.get_by_role("button", name="Share").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").first.fill("How the second name reaches the last word")
    dialog.get_by_label("Text at the head").first.fill(
        "Two prompts differ in one word. If the model tracks who gave the drink, copying its state from one prompt into "
        "the other should move the answer."
    )
    page.goto(stored_link(page))
    wait_for_figures(page)


def plain(path: str) -> Step:
    def open_page(page: Page, server: Live) -> None:
        page.goto(server.url + path)
        page.get_by_role("heading").first.wait_for()
        page.wait_for_timeout(1500)

    return open_page


def searched(page: Page, server: Live) -> None:
    workbench(page, server)
    page.locator("body").press("/")
    page.keyboard.type("IOI")


def helped(page: Page, server: Live) -> None:
    workbench(page, server)
    page.locator("body").press("?")
    page.get_by_role("dialog").get_by_text("Single keys").first.wait_for()


PAGES: dict[str, Step] = {
    "workbench": workbench,
    "compared": compared,
    "strata": strata("h=4.3", "view=strata~open:5"),
    "strata-difference": strata(
        f"q={EXAMPLE.replace('John gave', 'Mary gave').replace(' ', '+')}", "s=d", "view=strata"
    ),
    "search": searched,
    "help": helped,
    "saved": saved,
    "models": plain("/models"),
    "card": plain("/models/specimen/card"),
    "gallery": plain("/gallery"),
    "docs": plain("/docs"),
    "method": plain("/docs/lens/logit-lens"),
    "kinds": plain("/docs/kinds"),
    "states": plain("/docs/states"),
    "missing": plain("/a/nothing-here"),
}


def _plus(text: str) -> str:
    return text.replace(" ", "+")


def take(folder: Path) -> None:
    """Write every picture into `folder` as page-theme-width.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        for family in ("llama", "gpt_neox", "mixtral"):
            save_tiny(family, Path(root) / "models" / f"tiny-{family.replace('_', '-')}")
        options = ("--models", str(Path(root) / "models"))
        with live_server(Path(root) / "data", *options) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
            for name, step in PAGES.items():
                for theme in THEMES:
                    for size, (width, height) in SIZES.items():
                        context = browser.new_context(
                            viewport={"width": width, "height": height},
                            color_scheme=theme,  # type: ignore[arg-type]
                            reduced_motion="reduce",
                        )
                        page = context.new_page()
                        step(page, server)
                        page.screenshot(path=folder / f"{name}-{theme}-{size}.png")
                        context.close()
                print(name)
            browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "build/shots"))
