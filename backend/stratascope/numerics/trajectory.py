"""How a prediction forms along depth: measures of every row of a stream against the final distribution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from stratascope.numerics import divergence
from stratascope.numerics.lens import Head, best, project

Metric = Literal[
    "entropy", "kl", "reverse_kl", "js", "tv", "overlap", "target_logprob", "target_rank", "margin", "ce", "delta_logprob",
]  # fmt: skip

CHUNK_BYTES = 24 << 20
TARGETED = ("target_logprob", "target_rank", "ce", "delta_logprob")
"""Measures of one token."""
_NEVER = -1e4
"""Log-probability of what cannot be predicted: finite, so that 0 times it is 0, and far below what an exponential holds."""


@torch.no_grad()
def trajectory(
    head: Head,
    x: Tensor,
    *,
    metrics: Sequence[Metric],
    targets: Tensor | None,
    k: int = 5,
    own: Tensor,
    final: Tensor | None = None,
    report: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Tensor], float]:
    """Measures of every row of a stream x [row, position, width] against the output: `final` [position, width], or without
    one the last row.

    `targets` [position] are token ids, −1 where there is none; None follows the output's best token. `own` [vocabulary]
    are the model's logits at the last position. Answers ({metric: [row, position] float32 on the CPU}, gap), gap being the
    largest difference between `own` and the output's logits at that position; measures of a missing target are NaN, and so is
    the change of the target's log-probability at the first row.
    Works through a bounded number of positions at a time, all rows together.
    """
    rows, positions, _ = x.shape
    found: dict[str, Tensor] = {name: torch.full((rows, positions), float("nan")) for name in metrics}
    gap = float("nan")
    step = max(1, CHUNK_BYTES // (4 * head.weight.shape[0] * rows))
    for start in range(0, positions, step):
        here = slice(start, min(start + step, positions))
        z = project(head, head.norm(x[:, here]))
        output = z[-1] if final is None else project(head, head.norm(final[here]))
        if here.stop == positions:
            gap = float((output[-1] - own).abs().max())
        followed = output.argmax(-1) if targets is None else targets[here].to(z.device)
        for name, values in _measure(z, output, followed, metrics, k).items():
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


def _measure(z: Tensor, output: Tensor, targets: Tensor, metrics: Sequence[Metric], k: int) -> dict[str, Tensor]:
    """The chosen measures of logits z [row, position, vocabulary] against those of the output [position, vocabulary]."""
    log_p, log_q = (each.log_softmax(-1).clamp_(min=_NEVER) for each in (z, output))
    p, q = log_p.exp(), log_q.exp()
    dot = torch.linalg.vecdot
    compute: dict[str, Callable[[], Tensor]] = {
        "entropy": lambda: -dot(p, log_p),
        "kl": lambda: dot(q, log_q - log_p).clamp(min=0.0),
        "reverse_kl": lambda: dot(p, log_p - log_q).clamp(min=0.0),
        "js": lambda: _jensen_shannon(p, q, log_p, log_q),
        "tv": lambda: 0.5 * torch.linalg.vector_norm(p - q, ord=1, dim=-1),
        "overlap": lambda: divergence.overlap(*(best(each, min(k, z.shape[-1]))[1] for each in (z, output))),
        "target_logprob": lambda: _at(log_p, targets),
        "target_rank": lambda: 1 + (z > _at(z, targets)[..., None]).sum(-1),
        "margin": lambda: best(z, 2)[0].diff(dim=-1).neg().squeeze(-1),
        "ce": lambda: -_at(log_p, targets),
        "delta_logprob": lambda: _steps(_at(log_p, targets)),
    }
    found = {name: compute[name]() for name in metrics}
    missing = targets < 0
    return {n: torch.where(missing, float("nan"), v.float()) if n in TARGETED else v for n, v in found.items()}


def _jensen_shannon(p: Tensor, q: Tensor, log_p: Tensor, log_q: Tensor) -> Tensor:
    log_m = (p + q).mul_(0.5).log_().clamp_(min=_NEVER)
    both: Tensor = torch.linalg.vecdot(p, log_p - log_m) + torch.linalg.vecdot(q, log_q - log_m)
    return (0.5 * both).clamp(min=0.0)


def _steps(values: Tensor) -> Tensor:
    """Change from the row before, [row, ...]; NaN at the first."""
    return torch.cat([torch.full_like(values[:1], float("nan")), values.diff(dim=0)])


def _at(values: Tensor, targets: Tensor) -> Tensor:
    """values [row, position, vocabulary] at one id per position -> [row, position]; id 0 stands in for a missing one."""
    return values.gather(-1, targets.clamp(min=0).expand(values.shape[0], -1)[..., None]).squeeze(-1)
