"""Results: labelled arrays, and the kind of picture they make.

A method returns one of the kinds below. Each holds named arrays with named dimensions, says which of them are drawn and
on which colour scale, carries the checks that tell whether the picture can be believed, and describes itself in one
sentence. The same object is what the browser draws, what REST answers, what an export holds and what a notebook gets.

Dimensions are spelled the same everywhere: row, layer, position, head, query, key, neuron, feature, token, rank, expert,
step, prompt, series, part. `row` l is the residual stream entering layer l; row 0 is the embedding, the last row the
model's own output.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

Scale = Literal["prob", "attn", "unc", "feat", "mag", "eff", "dif"]
"""The seven colour scales: probability, attention, uncertainty, feature, magnitude, effect (signed), difference (signed)."""

Verdict = Literal["ok", "warn", "fail", "info"]


class Frozen(BaseModel):
    """An immutable value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Token(Frozen):
    """One token as the model read it.

    `text` is the decoded piece, with U+FFFD where the bytes are not a whole character; `bytes` are its exact bytes in
    hexadecimal; `offset` is its [start, end) character range in the prompt, None for tokens the tokenizer added.
    """

    id: int
    text: str
    bytes: str
    offset: tuple[int, int] | None = None
    special: bool = False


class Array(Frozen):
    """A labelled array. `values` is numeric (numpy) or text (numpy of dtype object), `dims` names its axes.

    NaN stands for "undefined" and becomes null on the wire; `undefined` says why, and without it every non-finite value
    is counted and reported as a fault of the numbers.
    """

    values: np.ndarray
    dims: tuple[str, ...]
    undefined: str | None = None

    @model_validator(mode="after")
    def _one_name_per_axis(self) -> Array:
        if self.values.ndim != len(self.dims):
            raise ValueError(f"{self.values.ndim} axes, but dims {self.dims}")
        return self

    @property
    def is_text(self) -> bool:
        """Whether the entries are strings."""
        return self.values.dtype == object

    def nonfinite(self) -> int:
        """How many entries are NaN or infinite without a stated reason."""
        if self.is_text or self.values.dtype.kind != "f":
            return 0
        bad = np.isinf(self.values) if self.undefined else ~np.isfinite(self.values)
        return int(bad.sum())


class Quantity(Frozen):
    """An array that can be drawn: its label, unit and colour scale. Fixed `limits` make panels comparable."""

    name: str
    label: str
    scale: Scale
    unit: str = ""
    limits: tuple[float, float] | None = None


class Check(Frozen):
    """A measured number that says whether the picture can be believed.

    `value` is compared with `ok` and `warn` (at most, or at least when `higher_is_better`); beyond `warn` the check fails
    and the page greys the figure. `control` is what a random or trivial alternative scores.
    """

    name: str
    label: str
    value: float | None
    ok: float | None = None
    warn: float | None = None
    higher_is_better: bool = False
    control: float | None = None
    explanation: str = ""

    @property
    def verdict(self) -> Verdict:
        """ok, warn or fail; info for a number without a limit."""
        if self.ok is None:
            return "info"
        if self.value is None or not math.isfinite(self.value):
            return "fail"
        sign = -1.0 if self.higher_is_better else 1.0
        if sign * self.value <= sign * self.ok:
            return "ok"
        return "warn" if self.warn is not None and sign * self.value <= sign * self.warn else "fail"

    def describe(self) -> dict[str, Any]:
        """The check as it stands in a document, verdict included."""
        return self.model_dump() | {"verdict": self.verdict}


TAKEN = frozenset(
    {"kind", "arrays", "quantities", "coords", "tokens", "other_tokens", "vocabulary", "shown", "total", "facts",
     "summary", "checks", "warnings", "dims", "text", "nonfinite", "undefined", "beside"}
)  # fmt: skip
"""Names that stand beside the arrays in a document."""


class Result(Frozen):
    """What every kind shares. Subclasses name the dimensions that their drawn arrays must have.

    Shapes are those of `arrays`; `coords` labels the entries of a dimension where indices would not do (rows, series,
    parts); `shown` and `total` count the entries of a dimension that are here and that exist. A comparison of two prompts
    holds the first one's `tokens`, and as `other_tokens` their partners in the second, None where those are the same.
    `beside` are further quantities, small bars under the figure: arrays over one dimension, or of several such series.
    """

    kind: ClassVar[str]
    drawn_dims: ClassVar[tuple[str, ...] | None] = None

    arrays: dict[str, Array]
    quantities: list[Quantity] = Field(default_factory=list)
    beside: list[Quantity] = Field(default_factory=list)
    coords: dict[str, list[str]] = Field(default_factory=dict)
    tokens: list[Token] = Field(default_factory=list)
    other_tokens: list[Token | None] = Field(default_factory=list)
    vocabulary: list[Token] = Field(default_factory=list)
    shown: dict[str, int] = Field(default_factory=dict)
    total: dict[str, int] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)
    summary: str = ""
    checks: list[Check] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> Result:
        sizes: dict[str, int] = {}
        for name, array in self.arrays.items():
            if name in TAKEN:
                raise ValueError(f"{name}: an array may not have the name of a field of the document")
            for dim, size in zip(array.dims, array.values.shape, strict=True):
                if sizes.setdefault(dim, size) != size:
                    raise ValueError(f"{name}: dimension {dim} has {size} entries here and {sizes[dim]} elsewhere")
        for dim, labels in self.coords.items():
            if sizes.get(dim, len(labels)) != len(labels):
                raise ValueError(f"{len(labels)} labels for {sizes[dim]} entries of {dim}")
        for quantity in self.quantities:
            dims = self.arrays[quantity.name].dims
            if self.drawn_dims is not None and dims != self.drawn_dims:
                raise ValueError(f"{self.kind} draws {self.drawn_dims}, but {quantity.name} has {dims}")
        for quantity in self.beside:
            dims = self.arrays[quantity.name].dims
            if len(dims) not in (1, 2):
                raise ValueError(
                    f"bars are drawn over one dimension, or of series of it, but {quantity.name} has {dims}"
                )
        return self

    def describe(self) -> dict[str, Any]:
        """The result without its numbers: what stays JSON when the arrays travel as tensors."""
        empty = {name for name in ("other_tokens", "beside") if not getattr(self, name)}
        plain = self.model_dump(exclude={"arrays", "checks", "warnings"} | empty)
        return {"kind": self.kind, **plain, "dims": {name: list(array.dims) for name, array in self.arrays.items()}}


class TokenGrid(Result):
    """One value per layer row and token position: `[row, position]`. Extra arrays may add a `rank` dimension."""

    kind: ClassVar[str] = "token_grid"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("row", "position")


class PatchGrid(Result):
    """The effect of replacing each cell: `[layer, position]`, with the random control's band."""

    kind: ClassVar[str] = "patch_grid"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("layer", "position")


class HeadMatrices(Result):
    """One matrix per head: `[layer, head, query, key]`."""

    kind: ClassVar[str] = "head_matrices"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("layer", "head", "query", "key")


class HeadGrid(Result):
    """One number per head: `[layer, head]`."""

    kind: ClassVar[str] = "head_grid"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("layer", "head")


class TokenScores(Result):
    """One number per input token: `[position]`."""

    kind: ClassVar[str] = "token_scores"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("position",)


class LayerCurve(Result):
    """Series over depth: `[series, layer]` or `[series, row]`, optionally with `low` and `high` arrays of the same shape."""

    kind: ClassVar[str] = "layer_curve"


class FeatureList(Result):
    """Ranked features, neurons or components: `[feature]`, their ids in `coords["feature"]`.

    Optional: text `label` and `top_token`, `density`, `layer` over `feature`; any array `[feature, position]` is drawn as
    a small curve; `facts["active"]` counts those that are active, of which these are the largest.
    """

    kind: ClassVar[str] = "feature_list"
    drawn_dims: ClassVar[tuple[str, ...] | None] = ("feature",)


class Similarity(Result):
    """A square or rectangular matrix of likenesses: two dimensions of any name.

    Optional: `<quantity>_control` with the same dimensions; `facts["prompts"]`.
    """

    kind: ClassVar[str] = "similarity"


class Scatter(Result):
    """Points in the plane: `x` and `y` over `point`; quantities of these names are the titles of the axes.

    Optional over `point`: text `class` and `label`; `position`, `layer`, `head`, `row`, `feature` say which place of the
    model a point is; points of one `series` are joined. `facts["method"]` and `facts["variance"]` tell of the axes.
    """

    kind: ClassVar[str] = "scatter"


class Histogram(Result):
    """Counts per bin: `count` over `bin`, with `edges` over `edge`; the label of `count` is what is counted.

    Optional: `control` over `bin`; `value` over `position`, or `facts["value"]`, for where the selected cell stands.
    """

    kind: ClassVar[str] = "histogram"


class FlowGraph(Result):
    """Weighted edges between named nodes: `source`, `target` and `weight` over `edge`; nodes in `coords["node"]`.

    Optional over `node`: `layer`, `head`, `position`, `feature` (negative or undefined where a node has none) and `depth`.
    `total["edge"]` and `facts["total_weight"]` tell of edges that are not stored; `facts["edge_method"]` is the method
    that an edge is looked at with.
    """

    kind: ClassVar[str] = "flow_graph"


class TextPair(Result):
    """Two or three texts side by side, token by token: text `token` `[side, position]`, names in `coords["side"]`.

    A shorter text ends in empty strings, or is as long as `length` over `side` says. Optional `[side, position]`:
    quantities to shade by, `token_id`, and `logprob_a` and `logprob_b` of two runs, which `facts["runs"]` names;
    `[side, position, rank]`: `top_text_a`, `top_logprob_a` and the same of b.
    """

    kind: ClassVar[str] = "text_pair"


class Table(Result):
    """Rows and columns, the kind of last resort: one-dimensional arrays over `entry`."""

    kind: ClassVar[str] = "table"


KINDS: dict[str, type[Result]] = {
    kind.kind: kind
    for kind in (
        TokenGrid, PatchGrid, HeadMatrices, HeadGrid, TokenScores, LayerCurve, FeatureList,
        Similarity, Scatter, Histogram, FlowGraph, TextPair, Table,
    )
}  # fmt: skip
"""Every kind by its name on the wire."""
