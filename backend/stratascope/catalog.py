"""The catalogue: every method there is, found by walking folders. Nothing is registered anywhere.

Three sources, in this order, none of which can shadow an earlier one: the `methods` package, installed packages with an
entry point in group `stratascope.methods`, and the folders an operator names (`--methods DIR`, laid out as
`<family>/<name>.py`). A file that cannot be used never takes the others down: it is reported by name.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from stratascope.method import QUESTIONS, Method
from stratascope.problem import Problem


@dataclass(frozen=True)
class Catalog(Mapping[str, Method]):
    """Methods by id, and the files that could not be used with the reason."""

    methods: dict[str, Method]
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, method_id: str) -> Method:
        return self.methods[method_id]

    def find(self, method_id: str) -> Method:
        """The method with this id. Raises a 404 `Problem` when there is none."""
        if method_id in self.methods:
            return self.methods[method_id]
        raise Problem(
            "unknown_method",
            f"There is no method {method_id!r}.",
            status=404,
            remedy="Choose one of the methods that GET /api/v1/methods lists",
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.methods)

    def __len__(self) -> int:
        return len(self.methods)


def load_catalog(folders: Iterable[Path] = ()) -> Catalog:
    """Find every method. `folders` are operator-named roots outside the package."""
    methods: dict[str, Method] = {}
    errors: dict[str, str] = {}
    for source, load in _sources(folders):
        try:
            declared = _declared(load())
            _check(declared)
        except Exception as error:
            errors[source] = f"{type(error).__name__}: {error}"
            continue
        if declared.id in methods:
            errors[source] = f"{declared.id} exists already; it was not replaced"
        else:
            methods[declared.id] = declared
    return Catalog({declared.id: declared for declared in sorted(methods.values(), key=_place)}, errors)


def _sources(folders: Iterable[Path]) -> Iterator[tuple[str, _Loader]]:
    import stratascope.methods

    for info in pkgutil.walk_packages(stratascope.methods.__path__, "stratascope.methods."):
        if not info.ispkg:
            yield info.name, _Loader(info.name)
    for point in entry_points(group="stratascope.methods"):
        yield f"entry point {point.name}", _Loader(point.value.partition(":")[0])
    for folder in folders:
        for path in sorted(folder.glob("*/*.py")):
            if not path.name.startswith("_"):
                yield str(path), _Loader(f"stratascope_extra.{path.parent.name}.{path.stem}", path)


@dataclass(frozen=True)
class _Loader:
    """Imports one module, from the import path or from a file."""

    name: str
    path: Path | None = None

    def __call__(self) -> ModuleType:
        if self.path is None:
            return importlib.import_module(self.name)
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot import {self.path}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module
        spec.loader.exec_module(module)
        return module


def _declared(module: ModuleType) -> Method:
    stem = module.__name__.rpartition(".")[2]
    declared = getattr(module, stem, None)
    if not isinstance(declared, Method):
        raise TypeError(f"{stem}.py must hold a function {stem} decorated with @method")
    return declared


def _place(declared: Method) -> tuple[int, str, str]:
    """Where a method stands in the catalogue: by question, then by id."""
    question = declared.guide.question
    return QUESTIONS.index(question) if question in QUESTIONS else len(QUESTIONS), question, declared.id


def _check(declared: Method) -> None:
    """Force everything that is derived, so that a broken declaration is found here and not in a request."""
    declared.describe()
    declared.request.model_json_schema()
