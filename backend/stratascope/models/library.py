"""The library: which models there are, by id, without loading any.

Sources in this order: the bundled specimen, the subfolders of the folders an operator named, single folders an operator
named or fetched. An id is looked up among these and never turned into a path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from stratascope.method import ModelFacts
from stratascope.models.configuration import Sizes
from stratascope.models.guard import CONFIG, FolderFacts, inspect_folder
from stratascope.models.precision import Precision, weight_bytes
from stratascope.problem import Problem
from stratascope.specimen.manifest import BundleError, read_models
from stratascope.specimen.prompts import bundle_path

Source = Literal["bundled", "folder", "path", "hub"]
_Signature = tuple[tuple[str, int, int], ...]


class ModelEntry(BaseModel):
    """A model as its files describe it. A size of 0 is known only once the model is loaded.

    `parameters` and `bytes` count what the weight files hold, `dtype` is the format most of it is stored in, `precision`
    the one it is computed in. `problem` says why the folder cannot be loaded; `prepend_bos` overrides whether a prompt is
    read behind the beginning-of-sequence token; `checkpoint_of` is the model whose training it is a moment of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    path: Path
    source: Source
    architecture: str = ""
    layers: int = 0
    heads: int = 0
    key_value_heads: int = 0
    width: int = 0
    vocabulary: int = 0
    context: int = 0
    parameters: int = 0
    bytes: int = 0
    dtype: str = ""
    title: str | None = None
    problem: dict[str, Any] | None = None
    prepend_bos: bool | None = None
    checkpoint_of: str | None = None
    precision: Precision = "float32"

    @property
    def weight_bytes(self) -> int:
        """Memory its weights take."""
        return weight_bytes(self.parameters, self.precision)

    @property
    def facts(self) -> ModelFacts:
        """What a cost estimate may know."""
        return ModelFacts(self.layers, self.heads, self.width, self.vocabulary, self.context, self.parameters)


class Library:
    """The models of one server. Folders are looked at again when their files change.

    `roots` hold model folders, `extra` names single ones, `bundle` holds a manifest of models that come first;
    None takes the one that comes with the product.
    """

    def __init__(
        self, roots: tuple[Path, ...] = (), extra: Mapping[str, Path] | None = None, bundle: Path | None = None
    ) -> None:
        self._roots, self._bundle = roots, bundle or bundle_path()
        self._added: dict[str, tuple[Path, Source]] = {name: (path, "path") for name, path in (extra or {}).items()}
        self._seen: dict[Path, tuple[_Signature, ModelEntry]] = {}

    def list(self) -> list[ModelEntry]:
        """Every model, the bundled ones first; ids are unique."""
        found: dict[str, ModelEntry] = {}
        for model_id, path, source, more in self._candidates():
            name = _unused(model_id, found)
            found[name] = self._entry(path).model_copy(update={"id": name, "source": source, **more})
        return list(found.values())

    def find(self, model_id: str) -> ModelEntry:
        """The model with this id; `<id>@<precision>` is the same model computing in that precision. Raises a 404 `Problem`.

        Both can be in memory at once: what differs between them is rounding, and nothing else.
        """
        known = {entry.id: entry for entry in self.list()}
        if model_id in known:
            return known[model_id]
        base, _, wanted = model_id.rpartition("@")
        for precision in get_args(Precision):
            if base in known and precision == wanted:
                return known[base].model_copy(update={"id": model_id, "precision": precision})
        raise Problem(
            "unknown_model",
            f"There is no model {model_id[:200]!r}.",
            status=404,
            remedy="Choose one of the models that GET /api/v1/models lists",
        )

    def look(self, path: Path, source: Source = "path") -> ModelEntry:
        """What `add` would take in, without doing so. Raises the `Problem` that keeps the folder from being loaded."""
        inspect_folder(path)
        folder, models = Path(os.path.realpath(path)), self.list()
        known = next((entry for entry in models if entry.path == folder), None)
        if known is not None:
            return known
        name = _unused(folder.name, {entry.id: entry for entry in models})
        return self._entry(folder).model_copy(update={"id": name, "source": source})

    def add(self, path: Path, source: Source = "path") -> ModelEntry:
        """Take in one more folder, under its own name. Raises the `Problem` that keeps it from being loaded."""
        entry = self.look(path, source)
        if all(known.path != entry.path for known in self.list()):
            self._added[entry.id] = (entry.path, source)
        return entry

    def _candidates(self) -> Iterator[tuple[str, Path, Source, dict[str, Any]]]:
        for model_id, path, more in _bundled(self._bundle):
            yield model_id, path, "bundled", more
        for root in self._roots:
            for folder in _model_folders(root):
                yield folder.name, folder, "folder", {}
        for name, (path, source) in self._added.items():
            yield name, path, source, {}

    def _entry(self, path: Path) -> ModelEntry:
        signature = _signature(path)
        if path not in self._seen or self._seen[path][0] != signature:
            self._seen[path] = signature, _describe(path)
        return self._seen[path][1]


def _bundled(bundle: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    try:
        models = read_models(bundle)
    except BundleError:  # an installation without the bundle still serves the operator's own models
        return
    for model in models:
        more = {"title": model.title, "prepend_bos": model.prepend_bos, "checkpoint_of": model.checkpoint_of}
        yield model.id, bundle / model.path, more


def _model_folders(root: Path) -> Iterator[Path]:
    """The root itself if it is a model, else its subfolders that are. What cannot be read is passed over."""
    if _is_model(root):
        yield Path(os.path.realpath(root))
        return
    try:
        children = sorted(root.iterdir())
    except OSError:
        return
    yield from (child for child in children if not child.name.startswith(".") and _is_model(child))


def _is_model(folder: Path) -> bool:
    try:
        return (folder / CONFIG).exists()
    except OSError:
        return False


def _unused(name: str, taken: Mapping[str, object]) -> str:
    names = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(candidate for candidate in names if candidate not in taken)


def _signature(path: Path) -> _Signature:
    """Name, size and time of change of every file: when these stay, so does the description."""
    try:
        facts = [(child.name, child.stat()) for child in path.iterdir() if child.is_file()]
    except OSError:
        return ()
    return tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in facts))


def _describe(path: Path) -> ModelEntry:
    blank = ModelEntry(id=path.name, path=Path(os.path.realpath(path)), source="folder")
    try:
        facts = inspect_folder(path)
    except Problem as problem:
        return blank.model_copy(update={"problem": problem.describe()})
    return blank.model_copy(update={**_sizes(facts.sizes), **_weights(facts)})


def _sizes(sizes: Sizes) -> dict[str, int]:
    return {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__}


def _weights(facts: FolderFacts) -> dict[str, Any]:
    return {
        "architecture": facts.model_type,
        "parameters": facts.parameters,
        "bytes": facts.bytes,
        "dtype": facts.dtype,
    }
