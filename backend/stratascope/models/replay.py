"""A layer called again: with the arguments it had in a run, and another stream in place of the run's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from stratascope.models.trace import the_tensor

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

_STREAM = object()
"""Stands where the stream was among a layer's arguments."""


@dataclass(frozen=True)
class LayerCall:
    """What a layer was called with besides the stream, on a prompt of `tokens` tokens."""

    args: Any
    options: Any
    tokens: int

    @classmethod
    def of(cls, args: tuple[Any, ...], options: dict[str, Any]) -> LayerCall:
        """The call that a hook in front of a layer saw."""
        stream = the_tensor(args, options)
        return cls(swapped(args, stream, _STREAM), swapped(options, stream, _STREAM), stream.shape[1])

    def on_prompts(self, layer: nn.Module, x: Tensor) -> Tensor:
        """Call the layer on whole prompts [row, position, width], everything else repeated for each row."""

        def given(value: Any) -> Any:
            if value is _STREAM:
                return x
            per_row = isinstance(value, Tensor) and value.dim() > 1 and value.shape[0] == 1
            return value.expand(len(x), *value.shape[1:]) if per_row else value

        return the_tensor(layer(*mapped(self.args, given), **mapped(self.options, given)))

    def on_rows(self, layer: nn.Module, x: Tensor, positions: Tensor) -> Tensor:
        """Call the layer on single tokens [row, width] that stand at `positions` [row], as if they were one long prompt.

        What depends on the position (rotary angles, position ids) is gathered for each row. Attention must be replaced.
        """

        def given(value: Any) -> Any:
            if value is _STREAM:
                return x[None]
            per_position = isinstance(value, Tensor) and value.dim() in (2, 3) and value.shape[:2] == (1, self.tokens)
            return value.index_select(1, positions) if per_position else value

        return the_tensor(layer(*mapped(self.args, given), **mapped(self.options, given)))[0]


@torch.no_grad()
def note_calls(model: Model, run: Run) -> list[LayerCall]:
    """What every layer is called with on a run's tokens, from one more forward pass."""
    calls: list[LayerCall] = []

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        calls.append(LayerCall.of(args, options))

    keep = {"logits_to_keep": 1} if model.keeps_logits else {}
    with model.lock, ExitStack() as hooks:
        for layer in model.structure.layers:
            hooks.enter_context(hooked(layer.module.register_forward_pre_hook(enters, with_kwargs=True)))
        model.network(input_ids=run.ids[None], use_cache=False, **keep)
    model.runs.forwards += 1
    return calls


@contextmanager
def hooked(handle: Any) -> Iterator[None]:
    """A hook that is removed at the end."""
    try:
        yield
    finally:
        handle.remove()


def swapped(value: Any, old: Any, new: Any) -> Any:
    """Arguments or an output with one part replaced, found by identity."""
    return mapped(value, lambda part: new if part is old else part)


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Arguments or an output with every part changed."""
    if isinstance(value, dict):
        return {name: mapped(part, change) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(mapped(part, change) for part in value)
    return change(value)
