"""Residual patching, every layer × position: our sweep against one hooked pass per cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks import networks
from benchmarks.timing import interleave, peak_memory, table

SAMPLED = 12
"""Cells that the one-pass-per-cell loop runs; its time is scaled to all of them."""


@torch.no_grad()
def naive(network: Any, ids: torch.Tensor, cells: list[tuple[int, int]], given: torch.Tensor) -> torch.Tensor:
    """Logits of the last position, one whole pass with one hook per cell: [cell, vocabulary]."""
    found = []
    for layer, position in cells:

        def put(module: Any, args: tuple[Any, ...], layer: int = layer, position: int = position) -> tuple[Any, ...]:
            x = args[0].clone()
            x[:, position] = given[layer, position]
            return x, *args[1:]

        handle = network.transformer.h[layer].register_forward_pre_hook(put)
        try:
            found.append(network(ids[None], use_cache=False, logits_to_keep=1).logits[0, -1])
        finally:
            handle.remove()
    return torch.stack(found)


def run(folder: Path, rounds: int) -> None:
    """Print the tables for 32 and 64 tokens, for unlike prompts and for prompts that differ in one token."""
    network, model = networks.bare(folder), networks.ours(folder)
    for length in (32, 64):
        base, other = networks.ids(length), networks.ids(length, seed=2)
        pair = base.clone()
        pair[length // 4] = other[length // 4]
        for name, source in (("every cell", other), ("prompts that differ in one token", pair)):
            _table(network, model, base, source, f"{name}, {length} tokens", rounds)


def _table(network: Any, model: Any, base: torch.Tensor, source: torch.Tensor, title: str, rounds: int) -> None:
    from stratascope.models.capture import capture

    given = capture(model, source).resid[:-1]
    layers, length = given.shape[:2]
    every = [(layer, position) for layer in range(layers) for position in range(length)]
    some = every[:: len(every) // SAMPLED | 1]
    contenders: dict[str, Callable[[], Any]] = {
        "bare forward": lambda: network(base[None], use_cache=False, logits_to_keep=1),
        "one hooked pass per cell": lambda: naive(network, base, some, given),
        "ours, both runs captured": lambda: swept(model, base, source),
    }
    with torch.no_grad():
        seconds = interleave(contenders, rounds)
        scale = len(every) / len(some)
        seconds["one hooked pass per cell"] = [each * scale for each in seconds["one hooked pass per cell"]]
        exact, (found, cells) = naive(network, base, some, given), swept(model, base, source)
    place = {cell: number for number, cell in enumerate(cells)}
    own = network(base[None], use_cache=False, logits_to_keep=1).logits[0, -1]
    ours = torch.stack([found[place[cell]] if cell in place else own for cell in some])
    peak = peak_memory(lambda: swept(model, base, source))
    notes = {
        "one hooked pass per cell": f"{len(some)} of {len(every)} cells timed, scaled",
        "ours, both runs captured": f"{len(cells)} cells run; logits within {(ours - exact).abs().max():.0e}"
        + ("" if peak is None else f"; peak +{peak / 1e6:.0f} MB"),
    }
    table(f"Residual patching, {title}, 1 thread", seconds, "one hooked pass per cell", {}, notes)


@torch.no_grad()
def swept(model: Any, base: torch.Tensor, source: torch.Tensor) -> tuple[torch.Tensor, list[tuple[int, int]]]:
    """Logits [cell, vocabulary] of the last position for each cell that differs, with both runs captured before."""
    from stratascope.models.capture import capture
    from stratascope.models.edit import Patch, values_at
    from stratascope.models.sweep import Sweep

    run, other = capture(model, base), capture(model, source)
    own, given = values_at(run, "resid_pre"), values_at(other, "resid_pre")
    cells = (own != given).any(-1).nonzero().tolist()
    patches = [Patch(layer, [position], given[layer, position][None]) for layer, position in cells]
    stream = torch.empty(len(cells), own.shape[-1])
    for numbers, found in Sweep(model, run).outcomes("resid_pre", patches, len(base) - 1):
        stream[numbers] = found
    return model.unembedding.logits(stream), [(layer, position) for layer, position in cells]
