"""The lens trajectory at every layer: our chunks of positions against the loop over layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import torch
from torch import Tensor

from benchmarks import networks
from benchmarks.timing import interleave, peak_memory, table

TOP_K = 5
NAIVE = "naive loop per layer"
Measures = dict[str, Tensor]


@torch.no_grad()
def naive(network: torch.nn.Module, resid: Tensor, following: Tensor) -> Measures:
    """Per layer: log-softmax of all positions, and every measure from it; [row, position] each, −1 standing for no token."""
    norm, head = network.transformer.ln_f, network.lm_head
    final = head(norm(resid[-1])).log_softmax(-1)
    top = final.topk(TOP_K).indices
    rows: dict[str, list[Tensor]] = {}
    for x in resid:
        z = head(norm(x))
        for name, values in _measures(z, z.log_softmax(-1), final, top, following).items():
            rows.setdefault(name, []).append(values)
    found = {name: torch.stack(values) for name, values in rows.items()}
    found["delta_logprob"] = found["target_logprob"].diff(dim=0, prepend=torch.full_like(found["ce"][:1], math.nan))
    return found


def _measures(z: Tensor, logp: Tensor, final: Tensor, top: Tensor, following: Tensor) -> Measures:
    p, q = logp.exp(), final.exp()
    middle = ((p + q) / 2).log()
    at = following.clamp(min=0)[:, None]
    target = logp.gather(-1, at)[:, 0].masked_fill(following < 0, math.nan)
    two = z.topk(2).values
    return {
        "entropy": -(p * logp).sum(-1),
        "kl": (q * (final - logp)).sum(-1),
        "reverse_kl": (p * (logp - final)).sum(-1),
        "js": ((p * (logp - middle)).sum(-1) + (q * (final - middle)).sum(-1)) / 2,
        "tv": (p - q).abs().sum(-1) / 2,
        "overlap": (z.topk(TOP_K).indices[..., None] == top[:, None]).any(-1).float().mean(-1),
        "target_logprob": target,
        "target_rank": (1.0 + (z > z.gather(-1, at)).sum(-1)).masked_fill(following < 0, math.nan),
        "margin": two[:, 0] - two[:, 1],
        "ce": -target,
    }


def run(folder: Path, rounds: int) -> None:
    """Print the tables for 32 and 128 tokens, with agreement and peak memory."""
    from stratascope.models.capture import capture
    from stratascope.numerics.trajectory import Metric, trajectory

    network, model = networks.bare(folder), networks.ours(folder)
    metrics = get_args(Metric)
    for length in (32, 128):
        captured = capture(model, networks.ids(length))
        resid, own = captured.resid.float(), captured.own_logits
        following = torch.tensor([*captured.tokens.ids[1:], -1])

        def ours(resid: Tensor = resid, own: Tensor = own, following: Tensor = following) -> Measures:
            return trajectory(model.unembedding, resid, metrics=metrics, targets=following, k=TOP_K, own=own)[0]

        def loop(resid: Tensor = resid, following: Tensor = following) -> Measures:
            return naive(network, resid, following)

        contenders: dict[str, Callable[[], Measures]] = {NAIVE: loop, "ours": ours}
        seconds = interleave(contenders, rounds)
        notes = {name: _megabytes(contender) for name, contender in contenders.items()}
        notes["ours"] += f"; {_agreement(loop(), ours())}"
        title = f"Lens trajectory, {model.layers + 1} rows × {length} tokens, {len(metrics)} measures, 1 thread"
        table(title, seconds, NAIVE, {"ours": 1.0} if length >= 128 else {}, notes)


def _megabytes(contender: Callable[[], Measures]) -> str:
    peak = peak_memory(contender)
    return "" if peak is None else f"peak +{peak / 1e6:.0f} MB"


def _agreement(expected: Measures, found: Measures) -> str:
    """How far our arrays are from the loop's, over every measure; ranks and overlaps as the share that is equal."""
    counted = ("overlap", "target_rank")
    same = [(found[name].nan_to_num() == expected[name].nan_to_num()).float().mean() for name in counted]
    worst = max(float((found[name] - expected[name]).nan_to_num().abs().max()) for name in found if name not in counted)
    return f"same arrays: ranks and overlaps equal {min(map(float, same)):.2%}, the others within {worst:.0e}"
