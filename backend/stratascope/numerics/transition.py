"""From a vector that means the token read to one that means the token to come: directions, ranks and a bigram reference."""

from __future__ import annotations

import torch
from torch import Tensor

from stratascope.numerics import divergence
from stratascope.numerics.decoding import logit_chunks
from stratascope.numerics.lens import Head, project
from stratascope.numerics.vectors import cosine


def best_tokens(head: Head, x: Tensor) -> Tensor:
    """The best token of vectors x [position, width]: ids [position]."""
    return torch.cat([z[0].argmax(-1) for _, z in logit_chunks(head, x[None])])


def direction_cosines(x: Tensor, centre: Tensor, current: Tensor, following: Tensor) -> Tensor:
    """Cosines of x − centre with the two directions of each position: float32 [2, row, position] on the CPU.

    `x` [row, position, width], `centre` [row, width], `current` and `following` [position, width]. NaN where a vector is
    shorter than 1e-8.
    """
    rows = [(row.float() - middle) for row, middle in zip(x, centre, strict=True)]
    return torch.stack([torch.stack([cosine(row, toward) for row in rows]) for toward in (current, following)]).cpu()


@torch.no_grad()
def token_probabilities(head: Head, x: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """(probability, rank) of one token per position and series, ids [series, position], −1 for none: float32 [series, row,
    position] on the CPU, NaN where there is none. Rank 1 is the most likely."""
    shape = (len(ids), *x.shape[:2])
    probability, rank = torch.empty(shape), torch.empty(shape)
    for here, z in logit_chunks(head, x):
        log_p = z.log_softmax(-1)
        for series, wanted in enumerate(ids.to(z.device)):
            own = log_p.gather(-1, wanted[here].clamp(min=0).expand(len(x), -1)[..., None])
            probability[series, :, here] = own[..., 0].exp().cpu()
            rank[series, :, here] = 1 + (log_p > own).sum(-1).float().cpu()
    missing = (ids < 0)[:, None].expand(shape).cpu()
    return probability.masked_fill(missing, float("nan")), rank.masked_fill(missing, float("nan"))


@torch.no_grad()
def reference_divergence(head: Head, x: Tensor, reference: Tensor) -> Tensor:
    """Jensen–Shannon divergence in nats of every row of x [row, position, width] from the prediction of one reference
    vector per position, [position, width]: float32 [row, position] on the CPU."""
    found = torch.empty(x.shape[:2])
    for here, z in logit_chunks(head, x):
        log_q = project(head, head.norm(reference[here])).log_softmax(-1)
        found[:, here] = divergence.jensen_shannon(z.log_softmax(-1), log_q).cpu()
    return found


def switch_row(current: Tensor, following: Tensor) -> int | None:
    """The first row from which on `following` [row] stays above `current` [row]; None if it is not above at the end."""
    above = (following > current).tolist()
    if not above[-1]:
        return None
    return next(row for row in range(len(above)) if all(above[row:]))
