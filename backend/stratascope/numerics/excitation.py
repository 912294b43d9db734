"""Tokens that stand higher in a middle row than in the output: ranks of groups of tokens along depth."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from stratascope.numerics.decoding import logit_chunks
from stratascope.numerics.lens import Head, best

NONE = -1


@dataclass(frozen=True)
class Standing:
    """Where tokens [position, token] stand at each row: `ids`, −1 where there is none.

    float32 on the CPU: `log_rank` ln of the rank, 1 being the most likely, and `logprob` in nats, both [row, position,
    token]; `window_log_rank` [position, token], the same for the mean of the last rows' logits. NaN where there is no
    token. `miscounted` is the largest difference of a rank from one counted token by token, at the last position.
    """

    ids: Tensor
    log_rank: Tensor
    logprob: Tensor
    window_log_rank: Tensor
    miscounted: int


@torch.no_grad()
def standing(head: Head, x: Tensor, group: Tensor | None, k: int, first: int, window: int) -> Standing:
    """Ranks of a group of token ids in a stream x [row, position, width].

    Without a group they are, at each position, the tokens among the `k` best of a row from `first` on but not of the last.
    """
    parts: list[tuple[Tensor, ...]] = []
    wrong = 0
    for _, z in logit_chunks(head, x):
        ids = _rising(z, k, first) if group is None else group.to(z.device).expand(z.shape[1], -1)
        at = ids.clamp(min=0)
        logits = z.gather(-1, at.expand(z.shape[0], -1, -1))
        rank = _rank(z, logits)
        averaged = z[-window:].mean(0)
        last = _rank(averaged, averaged.gather(-1, at))
        counted = 1 + (z[:, -1, None, :] > logits[:, -1, :, None]).sum(-1)
        wrong = int((rank[:, -1] - counted).abs().max()) if at.shape[-1] else 0
        logprob = logits - z.logsumexp(-1, keepdim=True)
        parts.append((ids.cpu(), rank.float().log().cpu(), logprob.cpu(), last.float().log().cpu()))
    ids, log_rank, logprob, window_log_rank = (_joined(each) for each in zip(*parts, strict=True))
    missing = ids == NONE
    return Standing(
        ids,
        log_rank.masked_fill(missing, float("nan")),
        logprob.masked_fill(missing, float("nan")),
        window_log_rank.masked_fill(missing, float("nan")),
        wrong,
    )


def excitation(log_rank: Tensor, first: int) -> tuple[Tensor, Tensor]:
    """(row, gap) of the lowest mean log-rank [row, ...] from row `first` on, and how much higher the last row is, in nats.

    The first of equal rows; the gap is 0 where the last row is the lowest. NaN where nothing is followed.
    """
    filled = log_rank[first:].nan_to_num(nan=float("inf"))
    lowest, row = filled.min(0)
    missing = log_rank[-1].isnan()
    gap = (log_rank[-1] - lowest).masked_fill(missing, float("nan"))
    return (row + first).float().masked_fill(missing, float("nan")), gap


def slope(values: Tensor) -> float | None:
    """Change per step of values [step] along the straight line that fits best; None for fewer than two."""
    values = values[values.isfinite()].double()
    if len(values) < 2:
        return None
    steps = torch.arange(len(values), dtype=torch.float64)
    steps -= steps.mean()
    return float((steps * (values - values.mean())).sum() / steps.square().sum())


def _rank(z: Tensor, logits: Tensor) -> Tensor:
    """1 + how many of z [..., vocabulary] are larger than each of `logits` [..., token]."""
    ordered = z.sort(-1).values
    below = torch.searchsorted(ordered, logits.contiguous(), right=True)
    return z.shape[-1] - below + 1


def _rising(z: Tensor, k: int, first: int) -> Tensor:
    """Ids [position, token] among the best of a row of z from `first` on, each once, without the last row's best."""
    ids = best(z, min(k, z.shape[-1]))[1]
    found = ids[first:-1].permute(1, 0, 2).flatten(1).sort(-1).values
    again = torch.zeros_like(found, dtype=torch.bool)
    again[:, 1:] = found[:, 1:] == found[:, :-1]
    known = (found[..., None] == ids[-1][:, None]).any(-1)
    return found.masked_fill(again | known, NONE)


def _joined(parts: tuple[Tensor, ...]) -> Tensor:
    """Chunks along the positions, the last axis but one."""
    return torch.cat(parts, dim=-2)
