"""The parts of a decoder, found by watching one forward pass.

A layer adds two things to the residual stream. Which modules produce them is read from the pass: the module that called
the attention function, followed through every sibling that consumed exactly its output (a post norm); and the part of
the layer whose output no sibling consumed (the MLP, or the norm behind it). Multipliers are fitted, and whether the MLP
reads the stream before or after attention is decided by which of the two tensors some part was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import Conv1D, PreTrainedModel

from stratascope.models.feed_forward import FeedForward, find_feed_forward
from stratascope.models.trace import Call, Trace, same
from stratascope.problem import Problem

_EXACT = 1e-5
_LEAST_MULTIPLIER = 1e-3
_MIXERS = ("attn", "attention", "self_attn", "self_attention", "linear_attn", "mixer", "mamba", "conv")
"""Names of the part that moves information between positions, for layers that do not use the attention interface."""


@dataclass(frozen=True)
class Layer:
    """One decoder layer. Parts that were not found are None or empty; what that costs is measured afterwards.

    `attention` calls the attention function; `projection` is the linear map applied to what its heads read;
    `post_norms` lie between that map and the stream. The outputs of `attention_output` and, summed, of `mlp_outputs`,
    times their multipliers, are what the layer adds to the stream. `feed_forward` is the inside of the MLP.
    """

    module: nn.Module
    attention: nn.Module | None
    projection: nn.Linear | Conv1D | None
    post_norms: tuple[nn.Module, ...]
    attention_output: nn.Module | None
    mlp_outputs: tuple[nn.Module, ...]
    attention_multiplier: float
    mlp_multiplier: float
    sequential: bool
    feed_forward: FeedForward | None


@dataclass(frozen=True)
class Structure:
    """The decoder's layers in order, and the modules between the last of them and the unembedding.

    `heads`, `key_value_heads` and `head_width` are those of the attention calls, 0 where none was seen.
    """

    layers: tuple[Layer, ...]
    tail: tuple[nn.Module, ...]
    heads: int
    key_value_heads: int
    head_width: int


def find_structure(network: PreTrainedModel, seen: Trace) -> Structure:
    """The parts of a network, from a trace of it. Raises `unsupported_architecture` if it has no stack of layers."""
    decoder, stack = _stack(network, network.config.get_text_config().num_hidden_layers, seen)
    last = seen.of(stack[-1])[0]
    tail = tuple(call.module for call in seen.outermost(decoder) if call.began > last.ended)
    return Structure(tuple(_layer(module, seen) for module in stack), tail, *_head_shape(seen))


def _head_shape(seen: Trace) -> tuple[int, int, int]:
    if not seen.attention:
        return 0, 0, 0
    record = seen.attention[0]
    return record.query.shape[1], record.value.shape[1], record.z.shape[-1]


def _stack(network: PreTrainedModel, layers: int, seen: Trace) -> tuple[nn.Module, nn.ModuleList]:
    """The module that holds the layers, and their list: as many as the configuration says, each called once."""
    for module in network.modules():
        for child in module.children():
            if isinstance(child, nn.ModuleList) and [len(seen.of(layer)) for layer in child] == [1] * layers:
                return module, child
    raise Problem(
        "unsupported_architecture",
        f"{type(network).__name__} has no stack of {layers} layers that each run once per pass.",
        remedy="Choose a decoder-only language model",
    )


def _layer(module: nn.Module, seen: Trace) -> Layer:
    whole = seen.of(module)[0]
    calls = seen.outermost(module)
    parts = [call for call in calls if _writes_stream(call, whole)]
    attention = _attention_caller(module, seen)
    chain = list(_followed(_attention_part(module, attention, parts), parts))
    written = chain[-1] if chain else None
    mlp, multipliers = _best_mlp(whole, written, parts, chain)
    return Layer(
        module,
        attention,
        _projection(attention, seen) if attention else None,
        tuple(call.module for call in chain[1:]),
        written.module if written else None,
        tuple(call.module for call in mlp),
        *multipliers,
        _reads_middle(whole, written, multipliers[0], parts),
        find_feed_forward(mlp, calls, seen),
    )


def _writes_stream(call: Call, whole: Call) -> bool:
    """Whether a part returned something of the stream's size that is not just what it was given."""
    if call.output is None or whole.output is None or call.output.numel() != whole.output.numel():
        return False
    return call.input is None or call.output.data_ptr() != call.input.data_ptr()


def _attention_caller(layer: nn.Module, seen: Trace) -> nn.Module | None:
    """The module that called the attention function inside a layer, None unless it is exactly one call."""
    inside = {id(module) for module in layer.modules()}
    callers = [record.module for record in seen.attention if id(record.module) in inside]
    return callers[0] if len(callers) == 1 else None


def _attention_part(layer: nn.Module, attention: nn.Module | None, parts: Sequence[Call]) -> Call | None:
    if attention is not None:
        return next((call for call in parts if any(part is attention for part in call.module.modules())), None)
    names = {id(part): name for name, part in layer.named_children()}
    return next((call for call in parts if names.get(id(call.module)) in _MIXERS), None)


def _followed(start: Call | None, parts: Sequence[Call]) -> Iterator[Call]:
    """A part and, in turn, the sibling that consumed exactly its output."""
    while start is not None:
        yield start
        start = next((call for call in parts if start.feeds(call)), None)


def _best_mlp(
    whole: Call, attention: Call | None, parts: Sequence[Call], chain: Sequence[Call]
) -> tuple[list[Call], tuple[float, float]]:
    """The parts that write what attention does not, with both multipliers: the choice that fits the stream best."""
    loose = [call for call in parts if call not in chain and not any(call.feeds(other) for other in parts)]
    together = [call for call in loose if same(call.input, loose[-1].input)]
    fits = [(_fit(whole, attention, choice), choice) for choice in (loose[-1:], together)]
    (_, *multipliers), mlp = min(fits, key=lambda fit: fit[0][0])
    return mlp, (multipliers[0], multipliers[1])


def _fit(whole: Call, attention: Call | None, mlp: Sequence[Call]) -> tuple[float, float, float]:
    """(error, attention multiplier, MLP multiplier) of: output = input + their weighted outputs."""
    before, after = _flat(whole.given), _flat(whole.result)
    columns = torch.stack([_total([attention] if attention else [], after), _total(mlp, after)], -1)
    target, size = after - before, after.abs().max().clamp_min(1e-30)

    def error(pair: tuple[float, float]) -> float:
        return float((columns @ columns.new_tensor(pair) - target).abs().max() / size)

    accepted = max(_EXACT, 4 * torch.finfo(whole.result.dtype).eps)
    one, other = torch.linalg.lstsq(columns, target[:, None]).solution[:, 0].tolist()
    fitted = (float(f"{one:.6g}"), float(f"{other:.6g}"))
    plain = (1.0, 1.0)
    real = min(map(abs, fitted)) > _LEAST_MULTIPLIER  # near 0 one part holds the other: they were added in place
    chosen = fitted if real and error(plain) > accepted >= error(fitted) else plain
    return error(chosen), *chosen


def _total(calls: Sequence[Call], like: Tensor) -> Tensor:
    total = torch.zeros_like(like)
    for call in calls:
        total += _flat(call.result)
    return total


def _flat(tensor: Tensor) -> Tensor:
    return tensor.detach().reshape(-1).double().cpu()


def _reads_middle(whole: Call, attention: Call | None, multiplier: float, parts: Sequence[Call]) -> bool:
    """Whether some part was given the stream as it is after attention."""
    if attention is None:
        return False
    middle = _flat(whole.given) + multiplier * _flat(attention.result)
    later = [call.given for call in parts if call.began > attention.ended and call.input is not None]
    given = [_flat(tensor) for tensor in later if tensor.numel() == middle.numel()]
    tolerance = 16 * torch.finfo(whole.result.dtype).eps * middle.abs().max()
    return any(bool((tensor - middle).abs().max() <= tolerance) for tensor in given)


def _projection(attention: nn.Module, seen: Trace) -> nn.Linear | Conv1D | None:
    """The linear map inside an attention module that was given exactly what the heads read."""
    z = next(record.z for record in seen.attention if record.module is attention)
    inside = {id(module) for module in attention.modules()}
    calls = [call for call in seen.calls if id(call.module) in inside and call.input is not None]
    maps = [call.module for call in calls if _equal(call.given, z)]
    return next((module for module in reversed(maps) if isinstance(module, (nn.Linear, Conv1D))), None)


def _equal(one: Tensor, other: Tensor) -> bool:
    return one.numel() == other.numel() and torch.equal(one.reshape(-1), other.reshape(-1))
