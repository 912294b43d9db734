"""Edits: a captured run once more, with single values replaced, many such runs as rows of one batch.

A run is repeated from the first layer that an edit touches: the library's own layers are called again, one after the
other, with the arguments they were called with before. Only at the edited place a hook hands on other values. So an
edited run is exact wherever the stream is what its layers make of it, which is measured when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.run import Run
from stratascope.models.structure import Layer
from stratascope.models.trace import the_tensor

if TYPE_CHECKING:
    from stratascope.models.model import Model

Site = Literal["resid_pre", "attn_out", "mlp_out"]
"""Where values are replaced: the stream entering a layer, or what attention or the MLP adds to it."""

MOST_ROWS = 64
BATCH_TOKENS = 1024
"""Rows of a batch, and tokens of all its rows together: more make no processor faster and take more memory."""
ENOUGH_TOKENS = BATCH_TOKENS // 4
"""A batch of so many tokens does not wait for patches of a higher layer: without them it begins further up."""


@dataclass(frozen=True)
class Patch:
    """What is replaced in one row: at these positions of one layer stand `values` [position, width]."""

    layer: int
    positions: Sequence[int]
    values: Tensor


def values_at(run: Run, site: Site) -> Tensor:
    """A run's own values at a site: [layer, position, width]."""
    if site == "resid_pre":
        return run.resid[:-1]
    return run.attn_out if site == "attn_out" else run.mlp_out


def batches(patches: Iterable[Patch], tokens: int) -> Iterator[list[Patch]]:
    """Patches of a prompt of so many tokens, by rising layer, in lists to be taken at once, made as they are asked for."""
    most = max(1, min(MOST_ROWS, BATCH_TOKENS // tokens))
    batch: list[Patch] = []
    for patch in patches:
        enough = len(batch) * tokens >= ENOUGH_TOKENS and patch.layer != batch[-1].layer
        if enough or len(batch) == most:
            yield batch
            batch = []
        batch.append(patch)
    if batch:
        yield batch


class Rerun:
    """A run that can be repeated with patches. Making one takes a forward pass, in which the arguments are noted."""

    def __init__(self, model: Model, run: Run) -> None:
        self._model, self._run = model, run
        self._layers = model.structure.layers
        self._calls: list[_Call] = []
        self._layer_passes = 0
        self._note_calls()

    @torch.no_grad()
    def patched(self, site: Site, patches: Sequence[Patch], position: int) -> Tensor:
        """One row per patch: the stream that leaves the last layer at one position, [patch, width]."""
        touched = {patch.layer for patch in patches}
        first, last = min(touched), len(self._layers)
        x = self._run.resid[first].expand(len(patches), -1, -1)
        with self._model.lock, ExitStack() as hooks:
            for number in touched:
                hooks.enter_context(_edited(self._layers[number], site, _Cells.of(patches, number, x.shape[1])))
            for number in range(first, last):
                x = self._calls[number].again(self._layers[number].module, x)
        self._count(len(patches) * (last - first))
        return x[:, position]

    def stream(self, patch: Patch) -> Tensor:
        """The whole stream with one patch of it, [row, position, width]: as the run's own below the patched layer."""
        x = self._run.resid[patch.layer].clone()
        x[list(patch.positions)] = patch.values.to(x)
        rows = [*self._run.resid[: patch.layer], x]
        for number in range(patch.layer, len(self._layers)):
            rows.append(self.layer(number, rows[-1][None])[0])
        return torch.stack(rows)

    @torch.no_grad()
    def layer(self, number: int, x: Tensor) -> Tensor:
        """One layer on another stream [row, position, width], called with everything else as in the run: what leaves it."""
        with self._model.lock:
            found = self._calls[number].again(self._layers[number].module, x)
        self._count(len(x))
        return found

    @torch.no_grad()
    def _note_calls(self) -> None:
        def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
            self._calls.append(_Call.of(args, options))

        keep = {"logits_to_keep": 1} if self._model.keeps_logits else {}
        with self._model.lock, ExitStack() as hooks:
            for layer in self._layers:
                hooks.enter_context(_hooked(layer.module.register_forward_pre_hook(enters, with_kwargs=True)))
            self._model.network(input_ids=self._run.ids[None], use_cache=False, **keep)
        self._model.runs.forwards += 1

    def _count(self, layer_passes: int) -> None:
        """Add to the model's forwards what so many rows through single layers amount to."""
        whole, self._layer_passes = divmod(self._layer_passes + layer_passes, len(self._layers))
        self._model.runs.forwards += whole


_STREAM = object()
"""Stands where the stream was among a layer's arguments."""


@dataclass(frozen=True)
class _Call:
    """What a layer was called with besides the stream."""

    args: Any
    options: Any

    @classmethod
    def of(cls, args: tuple[Any, ...], options: dict[str, Any]) -> _Call:
        stream = the_tensor(args, options)
        return cls(_swapped(args, stream, _STREAM), _swapped(options, stream, _STREAM))

    def again(self, layer: nn.Module, x: Tensor) -> Tensor:
        """Call the layer with another stream [row, position, width], everything else repeated for each row."""

        def given(value: Any) -> Any:
            if value is _STREAM:
                return x
            per_row = isinstance(value, Tensor) and value.dim() > 1 and value.shape[0] == 1
            return value.expand(len(x), *value.shape[1:]) if per_row else value

        return the_tensor(layer(*_mapped(self.args, given), **_mapped(self.options, given)))


@dataclass(frozen=True)
class _Cells:
    """The edited cells of one layer in a batch of `shape` (rows, tokens): cell i is at row `rows[i]`, `positions[i]`."""

    shape: tuple[int, int]
    rows: list[int]
    positions: list[int]
    values: Tensor

    @classmethod
    def of(cls, patches: Sequence[Patch], layer: int, tokens: int) -> _Cells:
        here = [(row, patch) for row, patch in enumerate(patches) if patch.layer == layer]
        rows = [row for row, patch in here for _ in patch.positions]
        positions = [position for _, patch in here for position in patch.positions]
        return cls((len(patches), tokens), rows, positions, torch.cat([patch.values for _, patch in here]))

    def put_into(self, x: Tensor, share: float) -> Tensor:
        """A copy of x, of whatever shape, with `share` of the values in place of its own."""
        whole = x.reshape(*self.shape, -1).clone()
        whole[self.rows, self.positions] = (self.values * share).to(whole)
        return whole.reshape(x.shape)


@contextmanager
def _edited(layer: Layer, site: Site, cells: _Cells) -> Iterator[None]:
    """The cells hold other values inside the block."""

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
        x = the_tensor(args, options)
        new = cells.put_into(x, 1.0)
        return _swapped(args, x, new), _swapped(options, x, new)

    with ExitStack() as hooks:
        if site == "resid_pre":
            hooks.enter_context(_hooked(layer.module.register_forward_pre_hook(enters, with_kwargs=True)))
        for part, share in _writers(layer, site):
            hooks.enter_context(_hooked(part.register_forward_hook(_writing(cells, share))))
        yield


def _writing(cells: _Cells, share: float) -> Any:
    """A hook behind a part that writes `share` of the cells' values in place of its own."""

    def writes(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        x = the_tensor(output)
        return _swapped(output, x, cells.put_into(x, share))

    return writes


def _writers(layer: Layer, site: Site) -> list[tuple[nn.Module, float]]:
    """The modules whose sum, times the multiplier, is the value at a site, each with its share of a new one.

    Where several parts add up, the first writes the value and the others nothing.
    """
    if site == "resid_pre":
        return []
    if site == "attn_out":
        attention = layer.attention_output
        return [(attention, 1.0 / layer.attention_multiplier)] if attention is not None else []
    first, *others = layer.mlp_outputs
    return [(first, 1.0 / layer.mlp_multiplier), *((part, 0.0) for part in others)]


def _swapped(value: Any, old: Any, new: Any) -> Any:
    """Arguments or an output with one part replaced, found by identity."""
    return _mapped(value, lambda part: new if part is old else part)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Arguments or an output with every part changed."""
    if isinstance(value, dict):
        return {name: _mapped(part, change) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_mapped(part, change) for part in value)
    return change(value)


@contextmanager
def _hooked(handle: Any) -> Iterator[None]:
    """A hook that is removed at the end."""
    try:
        yield
    finally:
        handle.remove()
