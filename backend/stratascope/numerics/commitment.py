"""From which row on a prediction stays what it is: our definitions, with what rows in random order would give."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from stratascope.numerics.decoding import logit_chunks
from stratascope.numerics.divergence import overlap
from stratascope.numerics.lens import Head, best

Mode = Literal["top1", "topk", "margin"]
LEAST_OVERLAP = 0.8


def holding(head: Head, x: Tensor, mode: Mode, k: int = 5, margin: float = 0.0) -> Tensor:
    """Whether each row of a stream x [row, position, width] already answers as the last one does: bool [row, position].

    top1: the same best token. topk: at least 0.8 of the k best in common. margin: the last row's best token is ahead of
    every other token by more than `margin` nats.
    """
    found = [_holds(z, mode, k, margin).cpu() for _, z in logit_chunks(head, x)]
    return torch.cat(found, dim=1)


def _holds(z: Tensor, mode: Mode, k: int, margin: float) -> Tensor:
    """The same for logits z [row, position, vocabulary]."""
    if mode == "topk":
        ids = best(z, min(k, z.shape[-1]))[1]
        return overlap(ids, ids[-1]) >= LEAST_OVERLAP - 1e-6
    if mode == "top1":
        top = z.argmax(-1)
        return top == top[-1]
    values, ids = best(z, 2)
    answer = ids[-1, :, 0]
    own = z.gather(-1, answer.expand(z.shape[0], -1)[..., None]).squeeze(-1)
    rival = torch.where(ids[..., 0] == answer, values[..., 1], values[..., 0])
    return own - rival > margin


def settled(held: Tensor, stable: int = 1) -> Tensor:
    """The first row from which on every row holds, of bool [row, ...] -> float32 [...].

    NaN where the last row does not hold itself; the last row where fewer than `stable` rows hold in the end.
    """
    last = held.shape[0] - 1
    run = held.flip(0).int().cumprod(0).sum(0)
    row = torch.where(run < stable, last, last + 1 - run).float()
    return torch.where(run == 0, float("nan"), row)


def settled_by(held: Tensor, stable: int = 1) -> Tensor:
    """Whether each of [row, position] is settled: float32 0 or 1."""
    rows = torch.arange(held.shape[0], dtype=torch.float32)
    return (settled(held, stable)[None] <= rows[:, None]).float()


def settled_by_chance(held: Tensor, stable: int = 1) -> Tensor:
    """What `settled_by` would be on average if the rows before the last stood in random order: float32 [row, position].

    With m of the L earlier rows holding, the last n of them all hold with probability C(m, n) / C(L, n).
    """
    last = held.shape[0] - 1
    m = held[:-1].sum(0).double()
    chance = torch.ones(last + 1, held.shape[1], dtype=torch.float64)
    for row in range(last - 1, -1, -1):
        n = last - row
        chance[row] = chance[row + 1] * ((m - n + 1) / (last - n + 1)).clamp(min=0.0)
    # an end of fewer than `stable` rows counts as settled at the output only
    short = torch.arange(last + 1) > last + 1 - stable
    short[last] = False
    chance[short] = chance[max(0, last + 1 - stable)].clone()
    return (chance * held[-1]).float()


def crossing(gap: Tensor, margin: float = 0.0) -> int | None:
    """The first row from which on `gap` [row] stays above `margin`; None if the last row is not."""
    row = settled((gap > margin)[:, None])[0]
    return None if bool(row.isnan()) else int(row)
