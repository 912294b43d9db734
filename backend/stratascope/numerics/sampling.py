"""From logits to a token: greedy or sampled, with one random number that several rows can share."""

from __future__ import annotations

import torch
from torch import Tensor


def pick(logits: Tensor, uniform: float, temperature: float = 0.0, top_p: float = 1.0) -> Tensor:
    """Token ids [row] for logits [row, vocabulary]; at temperature 0 the likeliest token, `uniform` unused.

    Sampling inverts the cumulative distribution, in the order of ids, at the same `uniform` in [0, 1) for every row: rows
    with the same distribution get the same token, and rows with similar ones mostly do (common random numbers). `top_p`
    keeps the fewest likeliest tokens that hold so much probability together.
    """
    if temperature == 0.0:
        return logits.argmax(-1)
    probability = (logits.double() / temperature).softmax(-1)
    if top_p < 1.0:
        probability = _nucleus(probability, top_p)
    total = probability.cumsum(-1)
    found: Tensor = torch.searchsorted(total, uniform * total[..., -1:], right=True)[..., 0]
    return found.clamp(max=logits.shape[-1] - 1)


def _nucleus(probability: Tensor, top_p: float) -> Tensor:
    """The same [row, vocabulary] with 0 for the tokens outside the fewest that together reach `top_p`."""
    ranked, order = probability.sort(dim=-1, descending=True, stable=True)
    kept = ranked.cumsum(-1) - ranked < top_p
    return torch.zeros_like(probability).scatter(-1, order, ranked * kept)
