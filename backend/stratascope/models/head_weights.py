"""The matrices of single heads, found by watching which numbers become queries, keys and values.

Families store these matrices fused, interleaved or apart, under names of their own. So no name is read: single tokens are
run at position 0, where a rotary embedding turns nothing, with random numbers for a stream, and every entry of a head's
query is looked for among the outputs of the linear maps inside the attention module. The columns that gave it are the
head's matrix.

Row-vector convention: x W. Heads that share keys and values each get their own copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from stratascope.models.capture import capture
from stratascope.models.head_columns import READABLE, Columns, find_columns, matrix_of
from stratascope.models.norms import NormFacts, identity_facts, norm_facts
from stratascope.models.trace import Call, Trace, same, the_tensor, trace
from stratascope.numerics.vectors import cosine, relative_error
from stratascope.problem import Problem
from stratascope.result import Check

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.structure import Layer

_ROWS = 8


@dataclass(frozen=True)
class HeadWeights:
    """The heads of one layer, as they act on the stream behind its input norm; everything float32.

    `query`, `key`, `value` [head, width, head width] with their biases [head, head width]; `output` [head, head width,
    width] with the multiplier and the gains of post norms in it. `norm` is the input norm, `scaling` what q·k is multiplied
    with. `rotary` says that queries and keys are turned by their positions, so that q·k of the matrices is that of distance
    0. `divided` names those of query, key, value and output that are also divided by their own length, token by token: of
    these the matrix holds the direction alone.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    output: Tensor
    query_bias: Tensor
    key_bias: Tensor
    value_bias: Tensor
    norm: NormFacts
    scaling: float
    rotary: bool
    divided: frozenset[str]

    def read(self, x: Tensor) -> Tensor:
        """What the matrices are applied to, for stream vectors x [..., width]."""
        return self.norm.freeze(x).apply(x) + self.norm.constant

    def folded(self) -> HeadWeights:
        """The same heads with the input norm's gain, additive part and centring in their matrices and biases.

        The matrices that write lose their mean over the stream where the norm is centred, as no later norm sees it.
        """

        def folded(weight: Tensor) -> Tensor:
            weight = weight * self.norm.gain[:, None]
            return weight - weight.mean(1, keepdim=True) if self.norm.centred else weight

        def bias(own: Tensor, weight: Tensor) -> Tensor:
            return own + torch.einsum("d,hdw->hw", self.norm.constant, weight)

        centred = self.output - self.output.mean(-1, keepdim=True) if self.norm.centred else self.output
        plain = replace(self.norm, gain=torch.ones_like(self.norm.gain), constant=torch.zeros_like(self.norm.constant))
        return replace(
            self,
            query=folded(self.query),
            key=folded(self.key),
            value=folded(self.value),
            output=centred,
            query_bias=bias(self.query_bias, self.query),
            key_bias=bias(self.key_bias, self.key),
            value_bias=bias(self.value_bias, self.value),
            norm=plain,
        )


@dataclass(frozen=True)
class _Place:
    """One layer: its three kinds of columns, the norm in front, and the facts of the norms behind."""

    query: Columns
    key: Columns
    value: Columns
    norm: NormFacts
    post_norms: tuple[NormFacts, ...]


class HeadReader:
    """The head matrices of a model, layer by layer. Making one takes two forward passes over eight tokens.

    `rotary` is what `HeadWeights` says.

    Raises `heads_unreadable` where a layer's queries, keys or values are no columns of a linear map of the normed stream.
    """

    def __init__(self, model: Model) -> None:
        model.require(["heads", "patterns"])
        self._model = model
        with model.lock, _random_streams(model):
            seen = trace(model.network, _single_tokens(model))
        model.runs.forwards += 1
        self._places = [_place(model, number, layer, seen) for number, layer in enumerate(model.structure.layers)]
        self._probe = capture(model, _single_tokens(model)[: model.text.context, 0])
        self.rotary = False
        self.rotary = self._turns()

    def layer(self, number: int) -> HeadWeights:
        """The heads of one layer, unfolded."""
        layer, place = self._model.structure.layers[number], self._places[number]
        with torch.no_grad():
            (query, query_bias), (key, key_bias), (value, value_bias) = (
                each.matrix() for each in (place.query, place.key, place.value)
            )
            output = _output(layer, place.post_norms, len(query), value.shape[-1])
        shared = torch.arange(len(query), device=query.device) * len(key) // len(query)
        divided = {name for name in ("query", "key", "value") if getattr(place, name).divided}
        return HeadWeights(
            query, key[shared], value[shared], output, query_bias, key_bias[shared], value_bias[shared], place.norm,
            self._scaling(number), self.rotary, frozenset(divided | ({"output"} if place.post_norms else set())),
        )  # fmt: skip

    def error(self, run: Run, number: int) -> float:
        """How far the heads rebuilt from the matrices are from those of a run, at most, relative to the largest.

        Compared are the values, and the score q·k of every token with itself, which has distance 0, where a rotary embedding
        changes nothing. Where queries or keys are divided by their length it is the cosine that is compared.
        """
        weights, record = self.layer(number), run.record(number)
        y = weights.read(run.resid[number])
        v, own_v = _both(y, weights.value, weights.value_bias, record.value[0])
        q, own_q = _both(y, weights.query, weights.query_bias, record.query[0])
        k, own_k = _both(y, weights.key, weights.key_bias, record.key[0])
        score = cosine if weights.divided & {"query", "key"} else torch.linalg.vecdot
        errors = [relative_error(score(q, k), score(own_q, own_k))]
        if "value" in weights.divided:
            v, own_v = cosine(v, own_v), torch.ones_like(v[..., 0])
        return max(*errors, relative_error(v, own_v))

    def probe_error(self) -> float:
        """The largest such error of any layer on a few tokens."""
        return max(self.error(self._probe, number) for number in range(self._model.layers))

    def check(self) -> Check:
        """Whether what is rebuilt from the matrices is what the model computes."""
        return Check(
            name="reproduces_heads",
            label="reproduces the heads",
            value=self.probe_error(),
            ok=1e-4,
            warn=2e-2,
            explanation="Largest relative difference between values and scores rebuilt from the matrices and those of the "
            "model on a few tokens.",
        )

    def _scaling(self, number: int) -> float:
        """What the scores of a layer are multiplied with."""
        given = self._probe.record(number).options.get("scaling")
        return float(given or self._places[number].query.columns.shape[-1] ** -0.5)

    def _turns(self) -> bool:
        """Whether the queries of later positions are others than the matrices make."""
        weights, run = self.layer(0), self._probe
        made, own = _both(weights.read(run.resid[0]), weights.query, weights.query_bias, run.record(0).query[0])
        return bool((cosine(made, own) < 1 - READABLE).any())


@contextmanager
def _random_streams(model: Model) -> Iterator[None]:
    """Random numbers enter every layer inside the block, so that two columns agree only where their weights do."""
    generator = torch.Generator(model.device).manual_seed(0)

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        the_tensor(args, options).normal_(generator=generator)

    handles = [layer.module.register_forward_pre_hook(enters, with_kwargs=True) for layer in model.structure.layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _single_tokens(model: Model) -> Tensor:
    """A few different ids, one per row: [row, 1]."""
    first = model.vocabulary // 2  # markers, which the library warns about, stand at the ends of a vocabulary
    return torch.arange(first, min(first + _ROWS, model.vocabulary), device=model.device)[:, None]


def _place(model: Model, number: int, layer: Layer, seen: Trace) -> _Place:
    record = next((record for record in seen.attention if record.module is layer.attention), None)
    if record is None or layer.attention is None or layer.projection is None:
        raise _unreadable(model, number, "it makes no call of an attention function that could be followed")
    inside = {id(module) for module in layer.attention.modules()}
    written = seen.of(layer.projection)[0].began
    calls = [
        call for call in seen.calls if id(call.module) in inside and call.output is not None and call.began < written
    ]
    scales = {1.0} | {float(getattr(module, "attention_scaling", 1.0)) for module in model.network.modules()}
    found = {}
    for name in ("query", "key", "value"):
        columns = find_columns(getattr(record, name)[:, :, 0], calls, scales)
        if columns is None:
            raise _unreadable(model, number, f"its {name} vectors are no columns of a linear map")
        found[name] = columns
    reader = next(call for call in calls if call.module is found["value"].map)
    norm = _norm_before(layer, reader, seen, model)
    if norm is None or norm.error > READABLE:
        raise _unreadable(model, number, "its attention does not read the stream through a norm")
    post = tuple(norm_facts(module, model.width, model.device) for module in layer.post_norms)
    return _Place(found["query"], found["key"], found["value"], norm, post)


def _norm_before(layer: Layer, reader: Call, seen: Trace, model: Model) -> NormFacts | None:
    """The facts of what lies between the stream entering a layer and the map that reads it."""
    whole = seen.of(layer.module)[0]
    if same(reader.input, whole.input):
        return identity_facts(model.width, model.device)
    feeding = [call for call in seen.calls if call.feeds(reader) and same(call.input, whole.input)]
    return norm_facts(feeding[-1].module, model.width, model.device) if feeding else None


def _output(layer: Layer, post_norms: Sequence[NormFacts], heads: int, head_width: int) -> Tensor:
    """[head, head width, width]."""
    weight = (
        matrix_of(cast(nn.Linear, layer.projection)).float().view(heads, head_width, -1) * layer.attention_multiplier
    )
    for facts in post_norms:
        weight = (weight - weight.mean(-1, keepdim=True) if facts.centred else weight) * facts.gain
    return weight


def _both(y: Tensor, weight: Tensor, bias: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """(rebuilt, the run's own) vectors [head, position, head width] of one kind; own may be shared between heads."""
    made = torch.einsum("td,hdw->htw", y, weight) + bias[:, None]
    return made, own.float().repeat_interleave(len(made) // len(own), dim=0)


def _unreadable(model: Model, layer: int, reason: str) -> Problem:
    return Problem(
        "heads_unreadable",
        f"The head matrices of {model.id} cannot be read: in layer {layer} {reason}.",
        status=409,
        remedy="Choose another model",
    )
