"""What is written down: one request per file, answered on the golden model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from stratascope.document import Document
from tests.cases import golden
from tests.methods.call import call, catalogue
from tests.planted import golden_model

FOLDER = Path(__file__).parent
PROMPT = "w5 w9 w3 w5 w9"

CASES = golden()


def answer(name: str) -> dict[str, Any]:
    """The answer to a case as it is written down: without versions of libraries, numbers to seven digits."""
    method_id, params = CASES[name]
    method = catalogue()[method_id]
    document = Document.of(call(method_id, golden_model(), PROMPT, **params))
    flat = json.loads(Document(document.head, {n: _rounded(a) for n, a in document.arrays.items()}).to_json())
    return {"method": method_id, "version": method.version, "prompt": PROMPT, "params": params, **flat}


def path(name: str) -> Path:
    """Where a case is written down."""
    return FOLDER / f"{name}.json"


def _rounded(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "f":
        return values
    return np.array([float(f"{value:.7g}") for value in values.ravel()]).reshape(values.shape)
