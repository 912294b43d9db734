"""How a lens's probability divides over groups of tokens, and how much of a vector the unembedding can see."""

from __future__ import annotations

import torch
from torch import Tensor

from stratascope.numerics.decoding import logit_chunks
from stratascope.numerics.divergence import entropy
from stratascope.numerics.lens import Head
from stratascope.numerics.vectors import TINY

_TILE = 16384


@torch.no_grad()
def group_mass(head: Head, x: Tensor, groups: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """(probability of each group of tokens [row, position, group], entropy in nats [row, position]) of a stream.

    `groups` [vocabulary] names the group of a token, from 0 to `count`, the last of which is that of tokens without one.
    """
    member = torch.nn.functional.one_hot(groups.to(x.device), count + 1).float()
    mass, spread = torch.empty(*x.shape[:2], count + 1), torch.empty(x.shape[:2])
    for here, z in logit_chunks(head, x):
        log_p = z.log_softmax(-1)
        mass[:, here], spread[:, here] = (log_p.exp() @ member).cpu(), entropy(log_p).cpu()
    return mass, spread


class Sight:
    """How much of a vector the rows of an unembedding see, 1 being as much as they see of one another on average.

    With Û the rows, each of length one, and G = ÛᵀÛ: energy(x) = sqrt(mean_v (û_v·x̂)²) / (‖G‖_F / V). Source: "Do Llamas
    Work in English? On the Latent Language of Multilingual Transformers".
    """

    @torch.no_grad()
    def __init__(self, weight: Tensor, gain: Tensor, centred: bool) -> None:
        """`weight` [vocabulary, width]; `gain` [width] of the norm before it, and whether that takes the mean away."""
        self._count, self._centred = len(weight), centred
        self._gram = torch.zeros(weight.shape[1], weight.shape[1], device=weight.device)
        for rows in torch.split(weight, _TILE):
            seen = self._unit(rows.float() * gain)
            self._gram += seen.T @ seen

    def energy(self, x: Tensor) -> Tensor:
        """[..., width] -> float32 [...]; NaN for a vector shorter than 1e-8."""
        unit = self._unit(x.float())
        seen = ((unit @ self._gram) * unit).sum(-1).clamp(min=0.0) / self._count
        found: Tensor = seen.sqrt() / (torch.linalg.matrix_norm(self._gram) / self._count)
        return torch.where(torch.linalg.vector_norm(x.float(), dim=-1) < TINY, float("nan"), found)

    def _unit(self, x: Tensor) -> Tensor:
        x = x - x.mean(-1, keepdim=True) if self._centred else x
        unit: Tensor = torch.nn.functional.normalize(x, dim=-1)
        return unit
