"""What a sequence of next-token distributions leaves behind without the vocabulary's names: sorted values and places."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from stratascope.numerics.decoding import logit_chunks
from stratascope.numerics.divergence import entropy
from stratascope.numerics.lens import Head, best


@dataclass(frozen=True)
class Signature:
    """Of each prediction, float32 on the CPU: `sorted` [position, rank] the largest log-probabilities in nats, descending;
    `actual` [position] that of the token that came; `place` [position] int, how many were larger; `entropy` [position].
    """

    sorted: Tensor
    actual: Tensor
    place: Tensor
    entropy: Tensor


@torch.no_grad()
def signature(head: Head, x: Tensor, came: Tensor, k: int) -> Signature:
    """The signature of vectors x [position, width] of one row, each followed by the token `came` [position]."""
    parts = []
    for here, z in logit_chunks(head, x[None]):
        log_p = z[0].log_softmax(-1)
        own = log_p.gather(-1, came[here].to(z.device)[:, None])
        values = best(log_p, min(k, log_p.shape[-1]))[0]
        parts.append((values.cpu(), own[:, 0].cpu(), (log_p > own).sum(-1).cpu(), entropy(log_p).cpu()))
    return Signature(*(torch.cat(each) for each in zip(*parts, strict=True)))


def least_likely(actual: Tensor, share: float) -> float:
    """Mean of the lowest `share` of log-probabilities [position], of one at least: the min-k% score."""
    count = max(1, int(len(actual) * share))
    return float(actual.sort().values[:count].double().mean())
