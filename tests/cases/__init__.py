"""Requests by family, `tests/cases/<family>.py`: the folder is the registry.

`SMALL` are parameters that make a method cheap enough for the tests that walk the catalogue, by method id. `GOLDEN` are
the requests whose answers on the golden model are written down: file name -> (method id, parameters). `PAGE` are the
parameters with which the page asks a method about the bundled model where it would not answer without.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any


def _families() -> list[ModuleType]:
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def small(method_id: str) -> dict[str, Any]:
    """Parameters of a cheap request to a method."""
    found = (getattr(family, "SMALL", {}).get(method_id) for family in _families())
    return dict(next((params for params in found if params is not None), {}))


def golden() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every request whose answer is written down, by the name of its file."""
    return {name: case for family in _families() for name, case in getattr(family, "GOLDEN", {}).items()}


def page(method_id: str) -> dict[str, Any]:
    """Parameters with which the page asks a method about the bundled model."""
    found = (getattr(family, "PAGE", {}).get(method_id) for family in _families())
    return dict(next((params for params in found if params is not None), {}))
