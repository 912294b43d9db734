"""What `pip install .` gives: a wheel that holds the page and the bundled model, and nothing that is only for building."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from stratascope.specimen.prompts import bundle_path

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_page_is_inside(names: set[str]) -> None:
    assert "stratascope/web/static/index.html" in names
    assert any(name.startswith("stratascope/web/static/assets/index-") and name.endswith(".js") for name in names)


def test_the_whole_bundle_and_the_migrations_are_inside(names: set[str]) -> None:
    files = {path.relative_to(bundle_path()).as_posix() for path in bundle_path().rglob("*") if path.is_file()}
    assert {"manifest.json", "specimen/model.safetensors", "gallery/index.json"} <= files
    assert {f"stratascope/specimen/bundle/{file}" for file in files} <= names
    assert any(name.startswith("stratascope/store/migrations/versions/") for name in names)


def test_sources_of_the_page_and_tests_stay_outside(names: set[str]) -> None:
    assert all(name.startswith(("stratascope/", "stratascope-")) for name in names)
    assert not [name for name in names if name.endswith((".tsx", ".ts")) or "node_modules" in name]
