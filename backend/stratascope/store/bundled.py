"""Analyses that come with the product: opened like saved ones, and never changed.

A folder holds one folder per analysis, named by its slug: `analysis.json` with everything but the results, and the
results in the tensors encoding. Both are verified against hashes whenever they are read. `index.json` beside them is the
gallery.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from stratascope.problem import Problem
from stratascope.store.analysis import SavedAnalysis, damaged, unknown

PREFIX = "gallery-"
INDEX = "index.json"
_ANALYSIS = "analysis.json"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,12}")
_READ_ONLY = "Analyses of the gallery come with the product and cannot be changed."


class Bundled:
    """The bundled analyses in `folder`, which may be missing. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def index(self) -> bytes | None:
        """The gallery as it was written, None where there is none."""
        path = self.folder / INDEX
        return path.read_bytes() if path.is_file() else None

    def get(self, analysis: str) -> SavedAnalysis:
        """The analysis with this id, every byte of it verified. Raises a 404 `Problem`, or 410 if it was damaged."""
        folder, content = self._content(analysis)
        bodies = tuple(_verified(folder, line) for line in content["documents"])
        return SavedAnalysis(
            id=analysis,
            title=content["title"],
            notes=content["notes"],
            workspace=content["workspace"],
            created=content["created"],
            size=sum(map(len, bodies)),
            documents=bodies,
        )

    def document(self, analysis: str, key: str) -> bytes:
        """The result `key` of an analysis, verified. Raises the same as `get`."""
        folder, content = self._content(analysis)
        for line in content["documents"]:
            if line["key"] == key:
                return _verified(folder, line)
        raise unknown()

    def edit(self, analysis: str, secret: str, changes: Mapping[str, Any]) -> NoReturn:
        """Raise a 403 `Problem`, or 404 for an analysis that there is not."""
        self._refuse(analysis)

    def delete(self, analysis: str, secret: str) -> NoReturn:
        """Raise a 403 `Problem`, or 404 for an analysis that there is not."""
        self._refuse(analysis)

    def _refuse(self, analysis: str) -> NoReturn:
        self._content(analysis)
        raise Problem(
            "read_only", _READ_ONLY, status=403, remedy="Open it in the workbench and save an analysis of your own"
        )

    def _content(self, analysis: str) -> tuple[Path, dict[str, Any]]:
        """The folder of an analysis and what stands in it. The id is checked before it becomes part of a path."""
        slug = analysis.removeprefix(PREFIX)
        if not (is_bundled(analysis) and _SLUG.fullmatch(slug)):
            raise unknown()
        folder = self.folder / slug
        try:
            text = (folder / _ANALYSIS).read_bytes()
        except OSError:
            raise unknown() from None
        try:
            content = json.loads(text)
        except ValueError:
            raise damaged() from None
        if not isinstance(content, dict) or content.get("seal") != seal(content):
            raise damaged()
        return folder, content


def is_bundled(analysis: str) -> bool:
    """Whether an id is that of a bundled analysis rather than of a saved one."""
    return analysis.startswith(PREFIX)


def seal(content: Mapping[str, Any]) -> str:
    """SHA-256 over everything in an analysis but the seal itself; the results are in it by their hashes."""
    rest = {name: value for name, value in content.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write(folder: Path, slug: str, about: Mapping[str, Any], bodies: Sequence[tuple[str, bytes]]) -> None:
    """Write an analysis: `about` has its title, notes, workspace and created, `bodies` are (key, result) pairs.

    What is not part of it any more is deleted from its folder.
    """
    own = folder / slug
    own.mkdir(parents=True, exist_ok=True)
    lines = [{"key": key, "sha256": hashlib.sha256(body).hexdigest()} for key, body in bodies]
    content = {"id": f"{PREFIX}{slug}", **about, "documents": lines}
    for key, body in bodies:
        _path(own, key).write_bytes(gzip.compress(body, mtime=0))
    text = json.dumps(content | {"seal": seal(content)}, indent=1, ensure_ascii=False)
    (own / _ANALYSIS).write_text(text + "\n", encoding="utf-8")
    kept = {own / _ANALYSIS, *(_path(own, key) for key, _ in bodies)}
    for path in own.iterdir():
        if path not in kept:
            path.unlink()


def _path(folder: Path, key: str) -> Path:
    """Where a result lies. A key has 64 digits, of which 16 tell the few results of one analysis apart."""
    return folder / f"{key[:16]}.safetensors.gz"


def _verified(folder: Path, line: Mapping[str, Any]) -> bytes:
    """A result, if it is what was written; else a 410 `Problem`."""
    try:
        body = gzip.decompress(_path(folder, line["key"]).read_bytes())
    except (OSError, EOFError, ValueError):
        raise damaged() from None
    if hashlib.sha256(body).hexdigest() != line["sha256"]:
        raise damaged()
    return body
