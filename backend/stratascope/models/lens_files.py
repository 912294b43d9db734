"""The tuned lenses that lie on disk: those of the bundle and those of a folder, by id, without loading any weight.

A lens is a folder with `config.json` and `params.safetensors`, in the form of the `tuned-lens` library's checkpoints:
tensors `<row>.weight` [width, width] and `<row>.bias` [width] of x + A x + b, one pair for each row before the last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratascope.specimen.prompts import bundle_path

LENSES = "lenses"
"""The folder of trained lenses inside the data folder."""
CONFIGURATION, WEIGHTS = "config.json", "params.safetensors"
SITE = "resid_pre"
_BUNDLED = "tuned-lens"
_LARGEST_CONFIGURATION = 1 << 20


@dataclass(frozen=True)
class LensFile:
    """A lens on disk. `time` is when it was finished, in nanoseconds; 0 for the bundled ones, which are older than any."""

    id: str
    folder: Path
    time: int
    content: dict[str, Any]

    @property
    def width(self) -> int:
        """Width of the stream it was trained for, 0 if it does not say."""
        return _whole(self.content.get("d_model"))

    @property
    def layers(self) -> int:
        """Layers of the model it was trained for, 0 if it does not say."""
        return _whole(self.content.get("num_hidden_layers"))

    @property
    def model(self) -> str:
        """What it calls the model it was trained for."""
        return str(self.content.get("base_model_name_or_path") or "")

    @property
    def site(self) -> str:
        """Where it reads; lenses that do not say were trained on the stream entering each layer."""
        training = self.content.get("training")
        return str(training.get("site", SITE)) if isinstance(training, dict) else SITE

    @property
    def unembedding(self) -> str | None:
        """sha256 of the unembedding it was trained with, if it says."""
        found = self.content.get("unembed_hash")
        return found if isinstance(found, str) else None


def lens_files(folder: Path | None, bundle: Path | None = None) -> list[LensFile]:
    """Every finished lens of the bundle and of `folder`, the newest last; ids are unique.

    What cannot be read is passed over, and so are folders whose name begins with a dot: those are lenses in the making.
    """
    found: dict[str, LensFile] = {}
    for root, bundled in (((bundle or bundle_path()) / _BUNDLED, True), (folder, False)):
        for path in _children(root):
            lens = _read(path, bundled=bundled)
            if lens is not None:
                found[_unused(lens.id, found)] = lens
    listed = [LensFile(name, lens.folder, lens.time, lens.content) for name, lens in found.items()]
    return sorted(listed, key=lambda lens: lens.time)


def lenses_state(folder: Path | None) -> str:
    """A hash that changes with every lens that comes, goes or is replaced: what a result that reads one depends on."""
    facts = [(lens.id, lens.time, json.dumps(lens.content, sort_keys=True)) for lens in lens_files(folder)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _children(root: Path | None) -> Iterator[Path]:
    if root is None:
        return
    try:
        children = sorted(root.iterdir())
    except OSError:
        return
    yield from (child for child in children if not child.name.startswith(".") and child.is_dir())


def _read(path: Path, *, bundled: bool) -> LensFile | None:
    configuration = path / CONFIGURATION
    try:
        facts = configuration.stat()
        if facts.st_size > _LARGEST_CONFIGURATION or not (path / WEIGHTS).is_file():
            return None
        content = json.loads(configuration.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict):
        return None
    return LensFile(path.name, path, 0 if bundled else facts.st_mtime_ns, content)


def _unused(name: str, taken: dict[str, LensFile]) -> str:
    names = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(candidate for candidate in names if candidate not in taken)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
