"""A stored document to keep, of any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stratascope.document import Document
from stratascope.result import Array, TokenScores


@pytest.fixture
def make_document() -> Callable[..., bytes]:
    """`make_document(key, prompt, values)` -> tensors encoding."""

    def make(key: str = "k", prompt: str = "The capital of France is", values: int = 8) -> bytes:
        numbers = np.random.default_rng(len(key)).random(values)
        scores = TokenScores(arrays={"score": Array(values=numbers, dims=("position",))})
        return Document.of(scores, key=key, request={"prompt": prompt}).to_tensors()

    return make
