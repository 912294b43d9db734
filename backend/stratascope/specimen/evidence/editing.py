"""Changing a run while it goes on: heads silenced, layers left out, residual vectors carried from one run to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from torch.nn import Module

    from stratascope.specimen.subject import Subject


@contextmanager
def layer_left_out(subject: Subject, layer: int) -> Iterator[None]:
    """Let what enters a layer leave it unchanged."""

    def skip(_module: Module, inputs: tuple[Any, ...], _output: object) -> Tensor:
        entering: Tensor = inputs[0]
        return entering

    handle = subject.blocks[layer].register_forward_hook(skip)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def head_silenced(subject: Subject, layer: int, head: int) -> Iterator[None]:
    """Put zero in place of what one head hands to its output projection."""
    width = subject.model.config.n_embd // subject.model.config.n_head

    def silence(_module: Module, inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
        mixed = inputs[0].clone()
        mixed[..., head * width : (head + 1) * width] = 0
        return (mixed,)

    block: Any = subject.blocks[layer]
    handle = block.attn.c_proj.register_forward_pre_hook(silence)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def added(subject: Subject, layer: int, vector: Tensor) -> Iterator[None]:
    """Add a vector [width] to every position of what leaves a layer."""
    with subject.edited(layer, lambda stream: stream + vector):
        yield


@contextmanager
def added_everywhere(subject: Subject, vectors: Tensor) -> Iterator[None]:
    """Add vectors [layer, width] to every position of what leaves the layers."""
    with ExitStack() as stack:
        for layer, vector in enumerate(vectors):
            stack.enter_context(added(subject, layer, vector))
        yield


@torch.no_grad()
def logits(subject: Subject, rows: Tensor) -> Tensor:
    """Logits [prompt, vocabulary] behind the last token of rows [prompt, position] of equal length."""
    found: Tensor = subject.model(rows).logits[:, -1]
    return found


@torch.no_grad()
def restored(
    subject: Subject,
    clean: Tensor,
    corrupted: Tensor,
    favour: Callable[[Tensor], Tensor],
    positions: Sequence[int] | None = None,
    layers: Sequence[int] | None = None,
) -> Tensor:
    """Share of the clean answer that comes back when one residual vector of the clean run is put into the corrupted one.

    Rows are ids [prompt, position] of equal length, `favour` turns last logits [prompt, vocabulary] into the measure
    [prompt]. The answer is [layer, position], averaged over prompts; layer l is what leaves block l. Layers and positions
    that are not asked for are zero, and so is the last layer, which leaves the answer itself.
    """
    states = subject.model(clean, output_hidden_states=True)
    highest = favour(states.logits[:, -1]).mean()
    lowest = favour(logits(subject, corrupted)).mean()
    depth, length = subject.model.config.n_layer, clean.shape[1]
    shares = torch.zeros(depth, length)
    for layer in range(depth - 1) if layers is None else layers:
        for position in range(length) if positions is None else positions:
            vector = states.hidden_states[layer + 1][:, position]
            with subject.edited(layer, _replacing(position, vector)):
                shares[layer, position] = (favour(logits(subject, corrupted)).mean() - lowest) / (highest - lowest)
    return shares


def _replacing(position: int, vectors: Tensor) -> Callable[[Tensor], Tensor]:
    def replace(stream: Tensor) -> Tensor:
        changed = stream.clone()
        changed[:, position] = vectors
        return changed

    return replace
