"""Training a tuned lens: our gradients against the loops everybody writes."""

from __future__ import annotations

import statistics
from pathlib import Path

import torch
from torch.nn import functional as F

from benchmarks import networks
from benchmarks.timing import interleave, peak_memory, ratio, table

TOKENS, LENGTH = 128, 64
"""Of one step: two rows of text."""


def _translators() -> list[torch.nn.Linear]:
    found = [torch.nn.Linear(networks.WIDTH, networks.WIDTH) for _ in range(networks.LAYERS)]
    for translator in found:
        torch.nn.init.zeros_(translator.weight)
        torch.nn.init.zeros_(translator.bias)
    return found


def _loss(network: torch.nn.Module, translator: torch.nn.Linear, x: torch.Tensor, final: torch.Tensor) -> torch.Tensor:
    log_q = network.lm_head(network.transformer.ln_f(x + translator(x))).log_softmax(-1)
    return F.kl_div(log_q.flatten(0, 1), final.flatten(0, 1), reduction="batchmean", log_target=True)


def naive(network: torch.nn.Module, translators: list[torch.nn.Linear], ids: torch.Tensor) -> list[torch.Tensor]:
    """For every layer a pass of its own, with automatic differentiation through everything, the model included."""
    network.requires_grad_(True)
    slopes = []
    for row, translator in enumerate(translators):
        output = network(input_ids=ids, output_hidden_states=True)
        final = output.logits.detach().log_softmax(-1)
        _loss(network, translator, output.hidden_states[row], final).backward()
        slopes.append(translator.weight.grad)
        translator.zero_grad(set_to_none=True)
        network.zero_grad(set_to_none=True)
    network.requires_grad_(False)
    return slopes


def shared_pass(network: torch.nn.Module, translators: list[torch.nn.Linear], ids: torch.Tensor) -> list[torch.Tensor]:
    """One pass without gradients, then automatic differentiation of every layer's loss: what lens libraries do."""
    with torch.no_grad():
        output = network(input_ids=ids, output_hidden_states=True)
        final = output.logits.log_softmax(-1)
    slopes = []
    for row, translator in enumerate(translators):
        _loss(network, translator, output.hidden_states[row], final).backward()
        slopes.append(translator.weight.grad)
        translator.zero_grad(set_to_none=True)
    return slopes


def run(folder: Path, rounds: int) -> None:
    """Print the table, with agreement, tokens a second and peak memory."""
    from stratascope.models.sites import batch_vectors
    from stratascope.numerics.lens_training import Weights, gradients

    network, model = networks.bare(folder), networks.ours(folder)
    ids, translators = networks.ids(TOKENS).view(-1, LENGTH), _translators()

    def ours() -> list[torch.Tensor]:
        streams, last = batch_vectors(model, ids, range(model.layers), "resid_pre")
        zero, slope = (Weights.zero(model.layers, model.width) for _ in range(2))
        gradients(model.unembedding, zero, streams, last, "kl", slope)
        return list(slope.matrices / TOKENS)

    contenders = {
        "naive loop per layer": lambda: naive(network, translators, ids),
        "one pass, autograd per layer": lambda: shared_pass(network, translators, ids),
        "ours": ours,
    }
    notes = {name: _megabytes(step) for name, step in contenders.items()}
    exact, found = naive(network, translators, ids), ours()
    worst = max(float((a - b).norm() / b.norm()) for a, b in zip(found, exact, strict=True))
    notes["ours"] += f"; gradients within {worst:.0e} of the naive loop's, relative"
    seconds = interleave(contenders, max(5, rounds))
    for name, values in seconds.items():
        notes[name] = f"{TOKENS / statistics.median(values):.0f} tokens/s; {notes[name]}"
    title = f"Tuned lens, one training step of {networks.LAYERS} rows on {TOKENS} tokens, 1 thread"
    table(title, seconds, "naive loop per layer", {"ours": 0.6}, notes)
    print(
        f"\nOurs against one pass with autograd per layer: × {ratio(seconds, 'ours', 'one pass, autograd per layer'):.2f}."
    )


def _megabytes(step: object) -> str:
    peak = peak_memory(step)  # type: ignore[arg-type]
    return "" if peak is None else f"peak +{peak / 1e6:.0f} MB"
