"""What a changed last stream does to the predictions: distances between two runs over the same tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from stratascope.numerics.divergence import kl

_CHUNK_BYTES = 64 << 20


@dataclass(frozen=True)
class OutputChange:
    """Float32 [row, position] on the CPU. `l2` is the length of the difference of the probabilities, 0 to √2; `kl` is
    KL(own‖changed) in nats; `flip` is 1 where the likeliest token is another one; `delta_nll` in nats is by how much the
    prompt's next token became less likely, NaN at the last position.
    """

    l2: Tensor
    kl: Tensor
    flip: Tensor
    delta_nll: Tensor


@torch.no_grad()
def output_change(logits: Callable[[Tensor], Tensor], own: Tensor, changed: Tensor, ids: Tensor) -> OutputChange:
    """Compare the predictions from `changed` [row, position, width] with those from `own` [position, width], token by token.

    `logits` maps streams [..., width] to logits float32 [..., vocabulary]; `ids` [position] are the prompt's tokens.
    """
    following = torch.cat([ids[1:], ids[-1:]])
    size = 4 * logits(own[:1]).shape[-1]
    rows = [_row(logits, own, row, following, max(1, _CHUNK_BYTES // size)) for row in changed]
    l2, divergence, flip, delta = torch.stack(rows, 1)
    delta[:, -1] = float("nan")
    return OutputChange(l2, divergence, flip, delta)


def _row(logits: Callable[[Tensor], Tensor], own: Tensor, changed: Tensor, following: Tensor, positions: int) -> Tensor:
    """The four measures of one row, [measure, position], so many positions at a time."""
    found = []
    for start in range(0, len(own), positions):
        here = slice(start, start + positions)
        log_p, log_q = (logits(x[here]).log_softmax(-1) for x in (own, changed))
        l2 = torch.linalg.vector_norm(log_p.exp() - log_q.exp(), dim=-1)
        flip = (log_p.argmax(-1) != log_q.argmax(-1)).float()
        delta = (log_p - log_q).gather(-1, following[here, None])[:, 0]
        found.append(torch.stack([l2, kl(log_p, log_q), flip, delta]).cpu())
    return torch.cat(found, 1)
