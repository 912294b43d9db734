"""Capture: one forward pass with hooks, from which every panel on a prompt is served.

The hooks only keep references. What costs memory traffic (stacking, patterns, logits of every position) is left to
whoever asks for it, so a capture costs what the pass costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from stratascope.models.attention import AttentionRecord, recording
from stratascope.models.run import Run, Written
from stratascope.models.structure import Layer
from stratascope.models.tokens import Tokens
from stratascope.models.trace import the_tensor

if TYPE_CHECKING:
    from stratascope.models.model import Model


def capture(model: Model, ids: Sequence[int] | Tensor, tokens: Tokens | None = None) -> Run:
    """Run the model once on token ids [position] and keep what passed. Raises `token_out_of_range`.

    Always a real forward pass; `Model.run` and `Model.read` go through the cache.
    """
    return captured_forward(model, _checked(model, ids), tokens)[0]


def captured_forward(
    model: Model, ids: Tensor, tokens: Tokens | None = None, every_position: bool = False
) -> tuple[Run, Tensor]:
    """The run and the network's own logits [kept position, vocabulary]: the last position's, or every one's."""
    keep = {} if every_position or not model.keeps_logits else {"logits_to_keep": 1}
    notes = Notes(model.structure.layers)
    with model.lock, torch.no_grad(), recording() as records, notes.listening():
        logits: Tensor = model.network(input_ids=ids[None], use_cache=False, **keep).logits[0]
    model.runs.forwards += 1
    attention = _by_layer(model.structure.layers, records)
    sequential = [layer.sequential for layer in model.structure.layers]
    tokens = tokens or model.text.describe(ids.tolist())
    own = logits[-1].clone().float()
    return Run(tokens, ids, notes.stream, notes.written(), attention, sequential, own, model.unembedding), logits


class Notes:
    """What the hooks of one pass wrote down: the residual stream by row, each [position, width], and the parts' outputs."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self.stream: list[Tensor] = []
        self._outputs: dict[int, Tensor] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hooks in place inside the block."""
        handles = [layer.module.register_forward_pre_hook(self._enters, with_kwargs=True) for layer in self._layers]
        handles.append(self._layers[-1].module.register_forward_hook(self._leaves))
        handles += [part.register_forward_hook(self._writes) for layer in self._layers for part in _parts(layer)]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def written(self) -> list[Written]:
        """What the parts of every layer added to the stream."""
        return [Written(self._attention(layer), self._mlp(layer)) for layer in self._layers]

    def _attention(self, layer: Layer) -> Tensor | None:
        if layer.attention_output is None:
            return None
        return self._scaled([layer.attention_output], layer.attention_multiplier)

    def _mlp(self, layer: Layer) -> Tensor | None:
        return self._scaled(layer.mlp_outputs, layer.mlp_multiplier) if layer.mlp_outputs else None

    def _scaled(self, parts: Sequence[nn.Module], multiplier: float) -> Tensor:
        shape = self.stream[0].shape
        total = self._outputs[id(parts[0])].reshape(shape)
        for part in parts[1:]:
            total = total + self._outputs[id(part)].reshape(shape)
        return total if multiplier == 1.0 else total * multiplier

    def _enters(self, module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.stream.append(the_tensor(args, options)[0])

    def _leaves(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        self.stream.append(the_tensor(output)[0])

    def _writes(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        self._outputs[id(module)] = the_tensor(output)


def _parts(layer: Layer) -> list[nn.Module]:
    attention = [layer.attention_output] if layer.attention_output is not None else []
    return [*attention, *layer.mlp_outputs]


def _by_layer(layers: Sequence[Layer], records: Sequence[AttentionRecord]) -> list[AttentionRecord | None]:
    found = {id(record.module): record for record in records}
    return [found.get(id(layer.attention)) if layer.attention is not None else None for layer in layers]


def _checked(model: Model, ids: Sequence[int] | Tensor) -> Tensor:
    """Ids as a tensor on the model's device, range-checked before any of them gets there."""
    values = ids.tolist() if isinstance(ids, Tensor) else list(ids)
    model.text.check_ids(values)
    return torch.tensor(values, dtype=torch.long, device=model.device)
