"""Logits of a stream, a bounded number of positions at a time, all rows together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from stratascope.numerics.lens import Head, project

CHUNK_BYTES = 24 << 20


@torch.no_grad()
def logit_chunks(head: Head, x: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """(positions, float32 logits [row, position, vocabulary]) of a stream x [row, position, width], from the first on.

    Nothing of size [row, position, vocabulary] exists for more than one chunk at a time.
    """
    rows, positions, _ = x.shape
    step = max(1, CHUNK_BYTES // (4 * head.weight.shape[0] * rows))
    for start in range(0, positions, step):
        here = slice(start, min(start + step, positions))
        yield here, project(head, head.norm(x[:, here]))


def token_logprobs(head: Head, x: Tensor, tokens: Sequence[int]) -> Tensor:
    """Log-probabilities in nats of some tokens at every row and position: float32 [row, position, token] on the CPU."""
    found = torch.empty(*x.shape[:2], len(tokens))
    wanted = torch.tensor(list(tokens), device=x.device)
    for here, z in logit_chunks(head, x):
        found[:, here] = (z.index_select(-1, wanted) - z.logsumexp(-1, keepdim=True)).cpu()
    return found


def output_gap(head: Head, x: Tensor, own: Tensor) -> float:
    """Largest difference between the last position's logits decoded from the last row and `own` [vocabulary]."""
    return float((project(head, head.norm(x[-1:, -1:]))[0, 0] - own).abs().max())
