"""The page in Chromium without a GPU: figures of 512 tokens and 48 layers, the first screen, a saved analysis.

The figures stand on a page of their own, which is built here and never ships: six that share a selection, driven by
`frontend/src/bench/main.tsx`. An event costs what the main thread does until the frame that shows it is done, counted in
processor time, so that other work on the machine does not count; the time that passed stands beside it.
"""

from __future__ import annotations

import gzip
import runpy
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

    from tests.live import Live

ROOT = Path(__file__).resolve().parent.parent
SCREEN = {"width": 1600, "height": 900}
EXAMPLE = "When Mary and John went to the store, John gave a drink to"
EVENTS = 40
"""Events per round."""

FRAME_MS, FIRST_PAINT_MS, READABLE_MS, SCRIPT_KB, MEMORY_MB = 16, 1000, 1500, 200, 300

ALL_DRAWN = "() => document.querySelectorAll('.chart-stage').length >= 4 && document.querySelector('.plotly')"
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
READABLE = "() => document.querySelector('section.panel canvas')?.width > 0 && performance.now()"
SCRIPTS = (
    "() => [...document.querySelectorAll('script[src], link[rel=modulepreload]')].map((one) => one.src || one.href)"
)

DRIVEN = {
    "hover: all highlights": "hover token_grid",
    "pan the token grid": "pan token_grid",
    "zoom the token grid": "zoom token_grid",
    "pan the patch grid": "pan patch_grid",
    "zoom the patch grid": "zoom patch_grid",
}
"""What is done, and what the page calls it."""

STRATA = {"hover: all highlights": "hover strata", "pan": "pan strata", "zoom": "zoom strata"}
"""The same in Strata, with a layer open and a head pinned."""

STRATA_DRAWN = "() => document.querySelector('#strata .chart-stage canvas')?.width > 0"


def run(_network: Path, rounds: int) -> None:
    """Print the tables."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.chromium import launch_options
    from tests.live import live_server

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as space:
        browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        with _figures_page(Path(space) / "page") as address:
            _figures(browser, address, rounds)
        with live_server(Path(space) / "data") as live:
            _pages(browser, live, rounds)
        browser.close()


@contextmanager
def _figures_page(folder: Path) -> Iterator[str]:
    """Build the page of figures and serve it."""
    npm = runpy.run_path(str(ROOT / "backend" / "build_frontend.py"))["npm"]
    target = ["--outDir", str(folder), "--emptyOutDir", "--logLevel", "error"]
    npm("exec", "--silent", "--", "vite", "build", "--config", "scripts/bench.config.ts", *target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/bench.html"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _figures(browser: Browser, address: str, rounds: int) -> None:
    page = browser.new_page(viewport=SCREEN)
    page.goto(address)
    page.wait_for_function(ALL_DRAWN)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    _events("Six figures of 512 tokens × 48 layers", session, page, DRIVEN, rounds)
    memory = _memory(session) / 1e6
    print(f"\nMemory, with the attention of one layer: {memory:.0f} MB, {_goal(memory, MEMORY_MB, 'MB')}.", flush=True)
    page.evaluate("bench.strata()")
    page.wait_for_function(STRATA_DRAWN)
    _events("Strata of 512 tokens × 48 layers, a layer open and a head pinned", session, page, STRATA, rounds)
    page.evaluate("bench.fit('strata')")
    _events("The same with all cells in the frame", session, page, STRATA, rounds)
    page.close()


def _events(title: str, session: CDPSession, page: Page, driven: dict[str, str], rounds: int) -> None:
    """Print what events cost, each the median of so many rounds."""
    worked: dict[str, list[float]] = {name: [] for name in driven}
    passed: dict[str, list[float]] = {name: [] for name in driven}
    for _ in range(rounds):
        waiting, _ = _drive(session, page, "nothing")
        for name, call in driven.items():
            work, times = _drive(session, page, call)
            worked[name].append(work - waiting)
            passed[name].append(statistics.median(times))
    print(f"\n## {title}\n\nMedians of {rounds} rounds of {EVENTS} events.\n")
    print("| event | processor ms | passed ms | goal |\n|---|---|---|---|")
    for name in driven:
        work = statistics.median(worked[name])
        print(f"| {name} | {work:.1f} | {statistics.median(passed[name]):.1f} | {_goal(work, FRAME_MS, 'ms')} |")


def _goal(value: float, most: float, unit: str) -> str:
    return f"≤ {most:.0f} {unit} {'met' if value <= most else 'MISSED'}"


def _drive(session: CDPSession, page: Page, call: str) -> tuple[float, list[float]]:
    """Milliseconds of processor time that the main thread spent per event, and those that passed for each."""
    before = _spent(session)
    times = page.evaluate("([name, ...more]) => bench[name](...more)", [*call.split(), EVENTS])
    return 1e3 * (_spent(session) - before) / EVENTS, times


def _spent(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def _memory(session: CDPSession) -> float:
    """Bytes of JavaScript objects and of the buffers behind them, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0.0))


def _pages(browser: Browser, live: Live, rounds: int) -> None:
    """Every round opens both pages with nothing in the browser's cache."""
    saved = live.url + _save(live)
    painted, readable = [], []
    for _ in range(rounds):
        painted.append(_open(browser, live.url, FIRST_PAINT))
        readable.append(_open(browser, saved, READABLE))
    print(f"\n## Opening pages with a cold cache\n\nMedians of {rounds} rounds.\n")
    print("| page | median ms | slowest ms | goal |\n|---|---|---|---|")
    first = ("`/`, first contentful paint", painted, FIRST_PAINT_MS)
    second = ("`/a/<id>`, first figure drawn", readable, READABLE_MS)
    for name, times, most in (first, second):
        median = statistics.median(times)
        print(f"| {name} | {median:.0f} | {max(times):.0f} | {_goal(median, most, 'ms')} |")
    size = _initial_script(browser, live.url) / 1e3
    print(f"\nScript that `/` loads at first, with gzip: {size:.0f} kB, {_goal(size, SCRIPT_KB, 'kB')}.", flush=True)


def _open(browser: Browser, address: str, when: str) -> float:
    """Milliseconds from the start of navigation to what the function tells."""
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    found = page.wait_for_function(when).json_value()
    context.close()
    return float(found)


def _save(live: Live) -> str:
    """The path of a saved analysis of two panels."""
    panels = []
    with httpx.Client(base_url=live.api, timeout=300) as client:
        for method in ("lens/logit-lens", "lens/direct-logit-attribution"):
            answer = client.post(f"/methods/{method}", json={"model": "specimen", "prompt": EXAMPLE}).raise_for_status()
            described = {"title": method, "purpose": "", "reading": "", "papers": [], "fields": []}
            panels.append({"key": answer.json()["key"], "method": method, **described})
        workspace = {"version": 2, "panels": panels, "address": f"m=specimen&p={quote_plus(EXAMPLE)}"}
        body = {"title": "Mary and John", "workspace": workspace, "results": [panel["key"] for panel in panels]}
        return str(client.post("/analyses", json=body).raise_for_status().json()["url"])


def _initial_script(browser: Browser, address: str) -> int:
    """Bytes of the scripts that the document itself names, each with gzip."""
    page = browser.new_page()
    page.goto(address)
    scripts = page.evaluate(SCRIPTS)
    page.close()
    return sum(len(gzip.compress(httpx.get(script).content)) for script in scripts)
