"""Random controls: changes of a given size in directions that mean nothing, and the band their effects lie in.

Imports no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

DRAWS = 8
"""Random changes per cell."""

_T_QUANTILE = 2.364624
"""The 97.5 % point of Student's t with DRAWS − 1 degrees of freedom."""


def step_toward(start: Tensor, goal: Tensor, length: Tensor) -> Tensor:
    """From `start` so far toward `goal`: [..., width], [..., width], [...] -> [..., width], float32."""
    start, direction = start.float(), goal.float() - start.float()
    found: Tensor = start + direction * (length / direction.norm(dim=-1).clamp(min=1e-12))[..., None]
    return found


def prediction_band(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) that one more draw lies between with 95 % probability: [draw, ...] of DRAWS draws -> [...].

    Mean ± t·s·√(1 + 1/n): that the draws are few is paid for by the t distribution and by the uncertainty of their mean.
    """
    reach = _T_QUANTILE * draws.std(0, ddof=1) * (1 + 1 / DRAWS) ** 0.5
    return draws.mean(0) - reach, draws.mean(0) + reach
