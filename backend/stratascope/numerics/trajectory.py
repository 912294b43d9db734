"""How a prediction forms along depth: measures of every row of a stream against the final distribution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from stratascope.numerics import divergence
from stratascope.numerics.lens import Head, best, project

Metric = Literal[
    "entropy", "kl", "reverse_kl", "js", "tv", "overlap", "target_logprob", "target_rank", "margin",
]  # fmt: skip

CHUNK_BYTES = 24 << 20
_TARGETED = ("target_logprob", "target_rank")


@torch.no_grad()
def trajectory(
    head: Head,
    x: Tensor,
    *,
    metrics: Sequence[Metric],
    targets: Tensor | None,
    k: int = 5,
    own: Tensor,
    report: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Tensor], float]:
    """Measures of every row of a stream x [row, position, width] against its last row, the output.

    `targets` [position] are token ids, −1 where there is none; None follows the last row's best token. `own` [vocabulary]
    are the model's logits at the last position. Answers ({metric: [row, position] float32 on the CPU}, gap), gap being the
    largest difference between `own` and the last row's logits at that position; measures of a missing target are NaN.
    Works through a bounded number of positions at a time, all rows together.
    """
    rows, positions, _ = x.shape
    found: dict[str, Tensor] = {name: torch.full((rows, positions), float("nan")) for name in metrics}
    gap = float("nan")
    step = max(1, CHUNK_BYTES // (4 * head.weight.shape[0] * rows))
    for start in range(0, positions, step):
        here = slice(start, min(start + step, positions))
        z = project(head, head.norm(x[:, here]))
        if here.stop == positions:
            gap = float((z[-1, -1] - own).abs().max())
        for name, values in _measure(
            z, z[-1].argmax(-1) if targets is None else targets[here].to(z.device), metrics, k
        ).items():
            found[name][:, here] = values.float().cpu()
        if report is not None:
            report(here.stop, positions)
    return found, gap


def violation(found: dict[str, Tensor]) -> float:
    """By how much the measures break what must hold: entropy, KL, JS and TV not below 0, JS ≤ ln 2, TV ≤ 1, 2·TV² ≤ KL."""
    broken = [0.0]
    for name in ("entropy", "kl", "reverse_kl", "js", "tv"):
        if name in found:
            broken.append(float(-found[name].min()))
    for name, most in (("js", divergence.LN2), ("tv", 1.0), ("overlap", 1.0)):
        if name in found:
            broken.append(float(found[name].max()) - most)
    if "tv" in found and "kl" in found:
        broken.append(float((2 * found["tv"] ** 2 - found["kl"]).max()))
    return max(broken)


def _measure(z: Tensor, targets: Tensor, metrics: Sequence[Metric], k: int) -> dict[str, Tensor]:
    """The chosen measures of logits z [row, position, vocabulary] against those of the last row."""
    log_p = z.log_softmax(-1)
    log_q = log_p[-1]
    compute: dict[str, Callable[[], Tensor]] = {
        "entropy": lambda: divergence.entropy(log_p),
        "kl": lambda: divergence.kl(log_q, log_p),
        "reverse_kl": lambda: divergence.kl(log_p, log_q),
        "js": lambda: divergence.jensen_shannon(log_p, log_q),
        "tv": lambda: divergence.total_variation(log_p, log_q),
        "overlap": lambda: _overlap(best(z, min(k, z.shape[-1]))[1]),
        "target_logprob": lambda: _at(log_p, targets),
        "target_rank": lambda: 1 + (z > _at(z, targets)[..., None]).sum(-1),
        "margin": lambda: best(z, 2)[0].diff(dim=-1).neg().squeeze(-1),
    }
    found = {name: compute[name]() for name in metrics}
    missing = targets < 0
    return {n: torch.where(missing, float("nan"), v.float()) if n in _TARGETED else v for n, v in found.items()}


def _overlap(ids: Tensor) -> Tensor:
    return divergence.overlap(ids, ids[-1])


def _at(values: Tensor, targets: Tensor) -> Tensor:
    """values [row, position, vocabulary] at one id per position -> [row, position]; id 0 stands in for a missing one."""
    return values.gather(-1, targets.clamp(min=0).expand(values.shape[0], -1)[..., None]).squeeze(-1)
