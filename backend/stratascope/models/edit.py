"""Edits: a captured run once more, with single values replaced, many such runs as rows of one batch.

A run is repeated from the first layer that an edit touches: the library's own layers are called again, one after the
other, with the arguments they were called with before. Only at the edited place a hook hands on other values. So an
edited run is exact wherever the stream is what its layers make of it, which is measured when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.replay import hooked, note_calls, swapped
from stratascope.models.run import Run
from stratascope.models.structure import Layer
from stratascope.models.trace import the_tensor

if TYPE_CHECKING:
    from stratascope.models.model import Model

Site = Literal["resid_pre", "attn_out", "mlp_out", "z"]
"""Where values are replaced: the stream entering a layer, what attention or the MLP adds to it, or what the heads of a layer
read before the output projection, one head behind the other."""

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
    """A run's own values at a site: [layer, position, width], of z as wide as all heads of a layer together."""
    if site == "resid_pre":
        return run.resid[:-1]
    if site == "z":
        return torch.stack([run.z(layer).flatten(1) for layer in range(len(run.resid) - 1)])
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
        self._calls, self._layer_passes = note_calls(model, run), 0

    def outcomes(self, site: Site, patches: Sequence[Patch], position: int) -> Iterator[tuple[list[int], Tensor]]:
        """The stream that leaves the last layer at a position under each patch: (which patches, [patch, width]), in groups."""
        order = sorted(range(len(patches)), key=lambda number: patches[number].layer)
        for batch in batches((patches[number] for number in order), len(self._run.ids)):
            yield order[: len(batch)], self.patched(site, batch, position)
            order = order[len(batch) :]

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
                x = self._calls[number].on_prompts(self._layers[number].module, x)
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
            found = self._calls[number].on_prompts(self._layers[number].module, x)
        self._count(len(x))
        return found

    def _count(self, layer_passes: int) -> None:
        """Add to the model's forwards what so many rows through single layers amount to."""
        whole, self._layer_passes = divmod(self._layer_passes + layer_passes, len(self._layers))
        self._model.runs.forwards += whole


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


def edited_rows(layer: Layer, site: Site, values: Tensor) -> AbstractContextManager[None]:
    """Inside, every row of a call of the layer on single rows holds other values [row, width] at the site."""
    rows = len(values)
    return _edited(layer, site, _Cells((1, rows), [0] * rows, list(range(rows)), values))


@contextmanager
def _edited(layer: Layer, site: Site, cells: _Cells) -> Iterator[None]:
    """The cells hold other values inside the block."""

    def enters(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
        x = the_tensor(args, options)
        new = cells.put_into(x, 1.0)
        return swapped(args, x, new), swapped(options, x, new)

    with ExitStack() as hooks:
        entered = {"resid_pre": layer.module, "z": layer.projection}.get(site)
        if entered is not None:
            hooks.enter_context(hooked(entered.register_forward_pre_hook(enters, with_kwargs=True)))
        for part, share in _writers(layer, site):
            hooks.enter_context(hooked(part.register_forward_hook(_writing(cells, share))))
        yield


def _writing(cells: _Cells, share: float) -> Any:
    """A hook behind a part that writes `share` of the cells' values in place of its own."""

    def writes(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        x = the_tensor(output)
        return swapped(output, x, cells.put_into(x, share))

    return writes


def _writers(layer: Layer, site: Site) -> list[tuple[nn.Module, float]]:
    """The modules whose sum, times the multiplier, is the value at a site, each with its share of a new one.

    Where several parts add up, the first writes the value and the others nothing.
    """
    if site in ("resid_pre", "z"):
        return []
    if site == "attn_out":
        attention = layer.attention_output
        return [(attention, 1.0 / layer.attention_multiplier)] if attention is not None else []
    first, *others = layer.mlp_outputs
    return [(first, 1.0 / layer.mlp_multiplier), *((part, 0.0) for part in others)]
