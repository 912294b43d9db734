"""A document of every sort of array, made by hand."""

from __future__ import annotations

import numpy as np

from stratascope.document import Document
from stratascope.result import Array, Check, Quantity, Token, TokenGrid

HOSTILE = ("=1+1", "</script><script>window.__xss=1</script>", "<!--<script>")


def document(key: str = "0" * 64, tokens: tuple[str, ...] = HOSTILE) -> Document:
    """Two rows of as many positions as there are tokens; one cell undefined, one negative."""
    shape = (2, len(tokens))
    entropy = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / np.float32(3) - np.float32(0.5)
    entropy[1, 0] = np.nan
    texts = np.array([[[token] for token in tokens]] * 2, dtype=object)
    result = TokenGrid(
        arrays={
            "entropy": Array(values=entropy, dims=("row", "position"), undefined="one token only"),
            "half": Array(values=entropy.astype(np.float16), dims=("row", "position"), undefined="one token only"),
            "topk_ids": Array(values=np.zeros((*shape, 1), dtype=np.int64), dims=("row", "position", "rank")),
            "topk_text": Array(values=texts, dims=("row", "position", "rank")),
        },
        quantities=[Quantity(name="entropy", label="entropy", scale="unc", unit="nats", limits=(0.0, 5.0))],
        coords={"row": ["emb", "out"]},
        tokens=[Token(id=i, text=text, bytes=text.encode().hex()) for i, text in enumerate(tokens)],
        checks=[Check(name="fidelity", label="fidelity", value=0.0, ok=1e-4, warn=1e-3)],
        summary=f"The text is {tokens[0]}.",
    )
    return Document.of(
        result,
        key=key,
        method="lens/logit-lens",
        method_version=1,
        model={"id": "specimen", "fingerprint": "f"},
        request={"prompt": "".join(tokens)},
        provenance={"seed": None},
    )
