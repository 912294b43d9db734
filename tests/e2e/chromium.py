"""Finds Chromium for the browser tests, installing it where it must. Never skips: no browser is an error with the remedy.

Order: the environment variable STRATASCOPE_CHROMIUM, PATH, Playwright's own download, Debian's package, `playwright install`.
Run as a script it prints the path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_options() -> dict[str, object]:
    """Arguments for Playwright's `chromium.launch`. As root the sandbox cannot start."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    return {"executable_path": find_chromium(), "args": flags}


def find_chromium() -> str:
    """Path of a Chromium that runs. Raises `SystemExit` with what was tried when there is none."""
    tried = []
    for attempt in _attempts():
        path = attempt()
        if path and _runs(path):
            return path
        tried.append(attempt.__name__.removeprefix("_").replace("_", " "))
    raise SystemExit(
        f"No Chromium runs here (tried: {', '.join(tried)}). "
        "Install one and name it: STRATASCOPE_CHROMIUM=/path/to/chromium make test"
    )


def _attempts() -> Iterator[Callable[[], str | None]]:
    yield from (_environment_variable, _path, _playwright, _debian_package, _playwright_install)


def _environment_variable() -> str | None:
    return os.environ.get("STRATASCOPE_CHROMIUM")


def _path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _debian_package() -> str | None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        )
    return _path()


def _playwright_install() -> str | None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return _playwright()


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(find_chromium())
