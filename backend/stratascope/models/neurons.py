"""The neurons of a layer's MLP: their values on a run, what they write into the stream and what they read from it.

A neuron is one entry of what enters the MLP's output projection. Values are computed for the layer asked, by running its
MLP once more on the captured stream, and are kept nowhere: a layer has several times as many neurons as the stream has
entries. That they add up to what the MLP wrote is measured when a model is loaded (capability `neurons`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.feed_forward import FeedForward, Reader, rows_of
from stratascope.models.norms import norm_facts
from stratascope.models.run import Run
from stratascope.models.structure import Layer
from stratascope.models.trace import the_tensor
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

NeuronSite = Literal["gate", "product"]
"""Behind the nonlinearity, or what enters the output projection. In a plain MLP both are the same."""

Change = Callable[[Tensor], Tensor]
"""From a layer's values [..., neuron] to those that take their place."""


@dataclass(frozen=True)
class Reads:
    """Input weights [neuron, width], float32. `gate` is that of the nonlinearity in a gated MLP, None in a plain one."""

    value: Tensor
    gate: Tensor | None


def neuron_count(model: Model, layer: int) -> int:
    """How many neurons a layer has. Raises `no_neurons`."""
    return _feed_forward(model, layer).reader.size


def is_gated(model: Model, layer: int) -> bool:
    """Whether a neuron is a product of a gate and a linear value. Raises `no_neurons`."""
    return _feed_forward(model, layer).gate is not None


def require_neuron(model: Model, layer: int, neuron: int) -> None:
    """Raise `neuron_out_of_range` unless the layer has this neuron."""
    count = neuron_count(model, layer)
    if not 0 <= neuron < count:
        raise Problem(
            "neuron_out_of_range",
            f"Neuron {neuron} does not exist; layer {layer} has {count} (0–{count - 1}).",
            field="neuron",
            remedy="Use the last neuron",
            changes={"neuron": count - 1},
        )


def neuron_activations(model: Model, run: Run, layer: int) -> Tensor:
    """What enters the MLP's output projection: float32 [position, neuron]. Raises `no_neurons`."""
    return neurons_of(model, layer, stream_before(run, layer))


def gate_activations(model: Model, run: Run, layer: int) -> Tensor:
    """What leaves the nonlinearity: float32 [position, neuron], act(gate) of a gated MLP. Raises `no_neurons`."""
    return neurons_of(model, layer, stream_before(run, layer), "gate")


def neuron_writes(model: Model, layer: int) -> Tensor:
    """What a neuron of value one adds to the stream: float32 [neuron, width], residual multiplier included.

    Where norms lie behind the MLP it is what is added before those, without a multiplier. Raises `no_neurons`.
    """
    found = _feed_forward(model, layer)
    return rows_of(found.writer).T.float() * _multiplier(model, layer)


def neuron_bias(model: Model, layer: int) -> Tensor | None:
    """What the MLP adds besides its neurons, like `neuron_writes`: float32 [width] or None. Raises `no_neurons`."""
    bias: Tensor | None = _feed_forward(model, layer).writer.bias
    return None if bias is None else bias.float() * _multiplier(model, layer)


def neuron_reads(model: Model, layer: int, folded: bool = False) -> Reads:
    """Input weights of every neuron. `folded` takes the norm before the MLP in: its gain and, where it has one, its mean.

    Folded weights times the stream, over the norm's frozen deviation, are the values without biases. Raises `no_neurons`.
    """
    found = _feed_forward(model, layer)

    def weights(reader: Reader) -> Tensor:
        rows = reader.weights().float()
        return _folded(rows, found.norms) if folded else rows

    return Reads(weights(found.reader), None if found.gate is None else weights(found.gate))


def written_directions(model: Model, layer: int) -> Tensor:
    """Where each neuron pushes the stream: float32 [neuron, width]; behind post norms up to the norms' deviation."""
    rows = neuron_writes(model, layer)
    for norm in _feed_forward(model, layer).post_norms:
        facts = norm_facts(norm, rows.shape[1], rows.device)
        rows = (rows - rows.mean(-1, keepdim=True) if facts.centred else rows) * facts.gain
    return rows


@torch.no_grad()
def added_by_neurons(model: Model, layer: int, values: Tensor) -> Tensor:
    """What the MLP adds to the stream when its neurons have these values: float32 [position, neuron] to [..., width]."""
    part, found = model.structure.layers[layer], _feed_forward(model, layer)
    total, bias = values @ neuron_writes(model, layer), neuron_bias(model, layer)
    total = total if bias is None else total + bias
    for norm in found.post_norms:
        total = norm(total.to(found.writer.weight.dtype))
    return total.float() * (part.mlp_multiplier if found.post_norms else 1.0)


@torch.no_grad()
def changed_logits(model: Model, ids: Tensor, changes: Mapping[int, Change], site: NeuronSite = "product") -> Tensor:
    """Logits float32 [position, vocabulary] of a pass over ids [position] with other values in these layers' neurons."""
    with model.lock, neurons_changed(model, changes, site):
        logits: Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0]
    model.runs.forwards += 1
    return logits.float()


@contextmanager
def neurons_changed(model: Model, changes: Mapping[int, Change], site: NeuronSite = "product") -> Iterator[None]:
    """Inside the block the neurons of these layers take other values. For whoever holds the model's lock."""
    with ExitStack() as stack:
        for layer, change in changes.items():
            stack.enter_context(_changed(_feed_forward(model, layer), change, site))
        yield


@contextmanager
def _changed(found: FeedForward, change: Change, site: NeuronSite) -> Iterator[None]:
    def leaves(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
        return change(output)

    def enters(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (change(args[0]), *args[1:])

    if site == "gate" and found.gate is not None and found.activation is not None:
        handle = found.activation.register_forward_hook(leaves)
    else:
        handle = found.writer.register_forward_pre_hook(enters)
    try:
        yield
    finally:
        handle.remove()


@torch.no_grad()
def neurons_of(model: Model, layer: int, stream: Tensor, site: NeuronSite = "product") -> Tensor:
    """The values of a layer's neurons at one site for a stream [position, width] before its MLP: float32 [position, neuron].

    `stream_before` gives that of a run. Raises `no_neurons`.
    """
    found, noted = _feed_forward(model, layer), []

    def note(values: Tensor) -> Tensor:
        noted.append(values)
        return values

    with model.lock, _changed(found, note, site):
        _once_more(found, stream[None])
    return noted[0].reshape(len(stream), -1).float()


def stream_before(run: Run, layer: int) -> Tensor:
    """What a layer's MLP, or the norm before it, reads of a run: [position, width] in the model's dtype."""
    middle = run.resid_mid(layer)
    return run.resid[layer] if middle is None else middle


def nonlinearity(model: Model, layer: int) -> tuple[str, bool]:
    """(its name, whether it is exactly 0 below 0), as for ReLU. Raises `no_neurons`."""
    module = _feed_forward(model, layer).activation
    if module is None:
        return "no nonlinearity", False
    below = the_tensor(module(torch.tensor([-1.0, -0.1], device=model.device)))
    return type(module).__name__, not bool(below.any())


def _once_more(found: FeedForward, x: Tensor) -> Tensor:
    """The MLP of a stream [1, position, width], before any post norm."""
    for norm in found.norms:
        x = norm(x)
    if found.module is not None:
        return the_tensor(found.module(x))
    read = found.reader.of(x)
    value = _active(found, read) if found.gate is None else _active(found, found.gate.of(x)) * read
    return the_tensor(found.writer(value))


def _active(found: FeedForward, x: Tensor) -> Tensor:
    return x if found.activation is None else the_tensor(found.activation(x))


def _feed_forward(model: Model, layer: int) -> FeedForward:
    found = model.structure.layers[layer].feed_forward
    if found is None:
        reason = why_no_neurons(model.structure.layers[layer])
        raise Problem(
            "no_neurons",
            f"Layer {layer} of {model.id} has no single list of neurons: its MLP {reason}.",
            status=409,
            remedy="Choose a model whose MLPs are plain or gated",
        )
    return found


def is_mixture(layer: Layer) -> bool:
    """Whether the names inside a layer speak of experts, of which each token has its own."""
    inside = [name for part in (*layer.mlp_outputs, layer.module) for name, _ in part.named_modules()]
    return any("expert" in name or "router" in name for name in inside)


def why_no_neurons(layer: Layer) -> str:
    """What an MLP is that has no neurons here, to stand behind its name."""
    if is_mixture(layer):
        return "is a mixture of experts, in which tokens have different neurons"
    return "does not end in one linear map" if layer.mlp_outputs else "was not found"


def _multiplier(model: Model, layer: int) -> float:
    part = model.structure.layers[layer]
    return 1.0 if _feed_forward(model, layer).post_norms else part.mlp_multiplier


def _folded(rows: Tensor, norms: tuple[nn.Module, ...]) -> Tensor:
    for norm in reversed(norms):
        facts = norm_facts(norm, rows.shape[1], rows.device)
        rows = rows * facts.gain
        rows = rows - rows.mean(-1, keepdim=True) if facts.centred else rows
    return rows
