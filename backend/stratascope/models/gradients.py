"""Gradients: how a loss changes with the residual stream of every layer, and with every layer's weights.

A loaded network asks for no gradients. For one pass the stream in front of the first layer does, and if wanted the
layers' weights; afterwards everything is as it was. Hooks only keep references to the stream as it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from stratascope.models.trace import the_tensor
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

Loss = Callable[[Tensor], Tensor]
"""From the logits of every position, float32 [position, vocabulary], to one number."""


@dataclass(frozen=True)
class Gradients:
    """A loss and its gradients.

    `stream` [row, position, width] float32: row l is the gradient at the stream that enters layer l, the last row at
    what leaves the last layer. `parameters` [layer]: the Frobenius norm over all weights of a layer over the root of
    their number, None if it was not asked for.
    """

    loss: float
    stream: Tensor
    parameters: list[float] | None


def gradients(model: Model, ids: Tensor, loss: Loss, parameters: bool = False) -> Gradients:
    """One pass forward and one back on ids [position]. Raises `no_gradients` for weights narrower than 16 bits."""
    refuse_without_gradients(model)
    weights = [list(layer.module.parameters()) for layer in model.structure.layers] if parameters else []
    with model.lock, torch.enable_grad(), _asking(weights), _watching(model) as stream:
        value = loss(_logits(model, ids))
        flat = [weight for layer in weights for weight in layer]
        found = torch.autograd.grad(value, [*stream, *flat], allow_unused=True)
    model.runs.forwards += 1
    rows = [torch.zeros_like(x) if g is None else g for g, x in zip(found, stream, strict=False)]
    return Gradients(
        float(value.detach()),
        torch.cat([row.detach().float().reshape(1, *row.shape[-2:]) for row in rows]),
        _norms(weights, found[len(stream) :]) if parameters else None,
    )


def loss_at(model: Model, ids: Tensor, loss: Loss, row: int, step: Tensor) -> float:
    """The loss with `step` [position, width] added to the stream at a row."""
    layers = model.structure.layers

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        x = the_tensor(args, options)
        x += step.to(x)

    def leaves(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        x = the_tensor(output)
        x += step.to(x)

    last = row == len(layers)
    with model.lock, torch.no_grad(), ExitStack() as hooks:
        module = layers[-1 if last else row].module
        handle = (
            module.register_forward_hook(leaves) if last else module.register_forward_pre_hook(enters, with_kwargs=True)
        )
        hooks.callback(handle.remove)
        value = loss(_logits(model, ids))
    model.runs.forwards += 1
    return float(value)


def refuse_without_gradients(model: Model) -> None:
    """Raise `no_gradients` unless every weight of the layers is a float of at least 16 bits."""
    for layer in model.structure.layers:
        for weight in layer.module.parameters():
            if not weight.is_floating_point() or weight.element_size() < 2:
                name = str(weight.dtype).removeprefix("torch.")
                raise Problem(
                    "no_gradients",
                    f"{model.id} is loaded in {name}; gradients need float16 or wider.",
                    status=409,
                    remedy="Load the model in float32",
                )


def _logits(model: Model, ids: Tensor) -> Tensor:
    logits: Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0]
    return logits.float()


@contextmanager
def _watching(model: Model) -> Iterator[list[Tensor]]:
    """The stream of a pass inside the block by row, each [1, position, width] and part of the pass's graph."""
    stream: list[Tensor] = []

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        x = the_tensor(args, options)
        stream.append(x if x.requires_grad else x.requires_grad_(True))

    def leaves(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        stream.append(the_tensor(output))

    with ExitStack() as hooks:
        for layer in model.structure.layers:
            hooks.callback(layer.module.register_forward_pre_hook(enters, with_kwargs=True).remove)
        hooks.callback(model.structure.layers[-1].module.register_forward_hook(leaves).remove)
        yield stream


@contextmanager
def _asking(weights: Sequence[Sequence[Tensor]]) -> Iterator[None]:
    """These weights ask for gradients inside the block, and afterwards only if they did before."""
    before = [(weight, weight.requires_grad) for layer in weights for weight in layer]
    try:
        for weight, _ in before:
            weight.requires_grad_(True)
        yield
    finally:
        for weight, asked in before:
            weight.requires_grad_(asked)


def _norms(weights: Sequence[Sequence[Tensor]], found: Sequence[Tensor | None]) -> list[float]:
    """Per layer the root mean square of the gradient over its weights; those that took no part count as 0."""
    norms, start = [], 0
    for layer in weights:
        squares = [float(g.float().square().sum()) for g in found[start : start + len(layer)] if g is not None]
        norms.append((sum(squares) / max(1, sum(weight.numel() for weight in layer))) ** 0.5)
        start += len(layer)
    return norms
