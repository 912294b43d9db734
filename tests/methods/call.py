"""Calling a method as the worker does, and what its answer holds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from stratascope.catalog import Catalog, load_catalog
from stratascope.document import Document
from stratascope.result import Check, Result
from tests.lenses import lent
from tests.prompts import asked

if TYPE_CHECKING:
    from stratascope.models.model import Model

PROMPT = "the capital of france is paris and the capital"


@cache
def catalogue() -> Catalog:
    return load_catalog()


@cache
def specimen() -> Model:
    """The bundled model, loaded."""
    from stratascope.models.library import Library
    from stratascope.models.load import load

    return load(Library(()).find("specimen"))


def call(method_id: str, model: Model, prompt: str = PROMPT, **params: Any) -> Result:
    """The result of a method, its parameters validated and its capabilities required as in a request.

    A method for bundled models is asked of the one that is bundled, whatever the test has. A model without a folder of
    lenses is lent one.
    """
    method = catalogue()[method_id]
    if "bundled" in method.requires:
        model = specimen()
    request = method.request.model_validate({"model": model.id, **asked(method, prompt, **params)})
    model.require(method.requires)
    with lent(model, training=method.job):
        return method.function(model, method.split(request)[1])


def values(result: Result, name: str) -> np.ndarray:
    """The values of one array."""
    return result.arrays[name].values


def check(result: Result, name: str) -> Check:
    """The check of this name."""
    return next(each for each in result.checks if each.name == name)


def document(result: Result, method_id: str = "test/test") -> Document:
    """The result as it would be stored."""
    return Document.of(result, key="0" * 64, method=method_id, method_version=1)
