"""How much of an MLP's output is lost when its weakest neurons are left out, and how many may be at a given loss.

The cumulative error of tail truncation, CETT, of a set of neurons is the length of what they write together over the
length of what all write, averaged over tokens. The set is always that of the values whose own write is at most τ long.
"""

from __future__ import annotations

import torch
from torch import Tensor

_SHORT = 1e-12


class Truncation:
    """The neurons of one layer on some tokens: values [token, neuron] and what each neuron writes, [neuron, width]."""

    def __init__(self, values: Tensor, writes: Tensor) -> None:
        self._values, self._writes = values, writes
        self.lengths = written_lengths(values, writes)
        self._whole = (values @ writes).norm(dim=-1).clamp(min=_SHORT)
        self._sorted = self.lengths.flatten().sort().values

    def error(self, tau: float) -> float:
        """CETT of the values whose writes are at most `tau` long."""
        return self._error(self.lengths <= tau)

    def at_random(self, tau: float, generator: torch.Generator) -> float:
        """CETT of as many neurons of each token, drawn at random."""
        order = torch.rand(self.lengths.shape, generator=generator).argsort(-1).to(self.lengths.device)
        return self._error((self.lengths <= tau).gather(-1, order))

    def threshold(self, cett: float, between: tuple[int, int] | None = None) -> tuple[float, int]:
        """(τ, its rank among all lengths): a largest τ whose CETT is at most `cett`, by bisection over the ranks.

        CETT can fall again as τ rises, when writes cancel, so it is a crossing that is found. τ is 0 and the rank −1 where
        the shortest write alone is too much. `between` are ranks known to lie on either side, or on it.
        """
        low, high = between or (-1, len(self._sorted))
        if cett >= 1.0:
            low = len(self._sorted) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.error(self._tau(middle)) <= cett else (low, middle)
        return self._tau(low), low

    @property
    def ranks(self) -> int:
        """How many lengths there are."""
        return len(self._sorted)

    def _tau(self, rank: int) -> float:
        return float(self._sorted[rank]) if rank >= 0 else 0.0

    def _error(self, off: Tensor) -> float:
        return float((((self._values * off) @ self._writes).norm(dim=-1) / self._whole).mean())


def written_lengths(values: Tensor, writes: Tensor) -> Tensor:
    """Length of what each neuron writes on its own, |value| · ‖write‖: [..., neuron], [neuron, width] -> [..., neuron]."""
    lengths: Tensor = torch.linalg.vector_norm(writes, dim=-1)
    return values.abs() * lengths
