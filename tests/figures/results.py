"""One small result of every kind, with tokens that try to be markup."""

from __future__ import annotations

import numpy as np

from stratascope.document import Document
from stratascope.result import (
    Array,
    Check,
    FeatureList,
    FlowGraph,
    HeadGrid,
    HeadMatrices,
    Histogram,
    LayerCurve,
    PatchGrid,
    Quantity,
    Result,
    Scatter,
    Similarity,
    Table,
    TextPair,
    Token,
    TokenGrid,
    TokenScores,
)

HOSTILE = ["<b>x</b>", "%{nope}", "$a$", "&amp;", "<script>alert(1)</script>"]
TOKENS = [Token(id=i, text=text, bytes=text.encode().hex(), offset=(i, i + 1)) for i, text in enumerate(HOSTILE)]
random = np.random.RandomState(0)


def numbers(*shape: int) -> np.ndarray:
    """Random numbers with a hole in them."""
    found = random.standard_normal(shape).astype(np.float32)
    found.flat[-1] = np.nan
    return found


def of(name: str, values: np.ndarray, *dims: str) -> dict[str, Array]:
    return {name: Array(values=values, dims=dims, undefined="a hole")}


def drawn(name: str, scale: str = "eff", **more: object) -> list[Quantity]:
    return [Quantity(name=name, label=f"{name} <i>", scale=scale, **more)]


TEXTS = np.array([[[f"{text}{rank}" for rank in range(2)] for text in HOSTILE] for _ in range(4)], dtype=object)

RESULTS: dict[str, Result] = {
    "token_grid": TokenGrid(
        arrays=of("p", np.abs(numbers(4, 5)), "row", "position")
        | of("kl", numbers(4, 5), "row", "position")
        | of("topk_text", TEXTS, "row", "position", "rank"),
        quantities=[*drawn("p", "prob", limits=(0.0, 1.0)), *drawn("kl", "unc", unit="nats")],
        coords={"row": ["emb", "1", "2", "out"]},
        tokens=TOKENS,
        vocabulary=TOKENS,
    ),
    "patch_grid": PatchGrid(
        arrays=of("effect", numbers(4, 5), "layer", "position")
        | of("control_low", np.float32(-0.3) * np.ones((4, 5), np.float32), "layer", "position")
        | of("control_high", np.float32(0.3) * np.ones((4, 5), np.float32), "layer", "position"),
        quantities=drawn("effect"),
        tokens=TOKENS,
    ),
    "head_matrices": HeadMatrices(
        arrays=of("pattern", np.tril(np.abs(numbers(2, 3, 5, 5))), "layer", "head", "query", "key"),
        quantities=drawn("pattern", "attn", limits=(0.0, 1.0)),
        coords={"layer": ["0", "3"], "head": ["0", "1", "<b>"]},
        tokens=TOKENS,
    ),
    "head_grid": HeadGrid(
        arrays=of("head", numbers(3, 4), "layer", "head")
        | of("sink", np.abs(numbers(3, 4)), "layer", "head")
        | of("components", numbers(6), "component"),
        quantities=[*drawn("head", unit="logits"), *drawn("sink", "attn")],
        coords={"component": ["embedding", *HOSTILE]},
    ),
    "token_scores": TokenScores(
        arrays=of("score", numbers(5), "position") | of("status", np.array(HOSTILE, dtype=object), "position"),
        quantities=drawn("score"),
        tokens=TOKENS,
    ),
    "layer_curve": LayerCurve(
        arrays=of("mean", numbers(3, 4), "series", "row")
        | of("low", numbers(3, 4) - 1, "series", "row")
        | of("high", numbers(3, 4) + 1, "series", "row")
        | of("single", numbers(4), "row"),
        quantities=[*drawn("mean", "unc", unit="nats"), *drawn("single", "mag")],
        coords={"series": ["kl", "<b>rank</b>", "control"], "row": ["emb", "1", "2", "out"]},
        facts={"units": {"<b>rank</b>": "rank"}},
    ),
    "feature_list": FeatureList(
        arrays=of("activation", np.abs(numbers(5)), "feature"),
        quantities=drawn("activation", "feat"),
        coords={"feature": HOSTILE},
    ),
    "similarity": Similarity(arrays=of("cos", numbers(3, 4), "layer", "other"), quantities=drawn("cos", "mag")),
    "scatter": Scatter(
        arrays=of("x", numbers(5), "point") | of("y", numbers(5), "point")
        | of("label", np.array(HOSTILE, dtype=object), "point")
        | of("class", np.array(["a", "b", "a", "<i>", "b"], dtype=object), "point"),
        quantities=[*drawn("x", "mag"), *drawn("y", "mag")],
    ),
    "histogram": Histogram(
        arrays=of("count", np.arange(4.0), "bin") | of("edges", np.arange(5.0), "edge"), quantities=drawn("count", "feat")
    ),
    "flow_graph": FlowGraph(
        arrays=of("source", np.array([0, 1, 2]), "edge")
        | of("target", np.array([3, 3, 4]), "edge")
        | of("weight", numbers(3), "edge"),
        quantities=drawn("weight"),
        coords={"node": HOSTILE},
    ),
    "text_pair": TextPair(
        arrays=of("left", np.array(HOSTILE, dtype=object), "position") | of("value", numbers(5), "position"),
        quantities=drawn("value", "unc"),
        tokens=TOKENS,
    ),
    "table": Table(arrays=of("name", np.array(HOSTILE, dtype=object), "entry") | of("size", numbers(5), "entry")),
}  # fmt: skip

FAILED = Check(name="bad", label="sum <error>", value=2.0, ok=1e-4, warn=1e-2)


def document(kind: str, failed: bool = False) -> Document:
    """The document of a kind, if wanted with a failed check."""
    result = RESULTS[kind]
    return Document.of(result.model_copy(update={"checks": [FAILED]}) if failed else result, key="k", method="a/b")
