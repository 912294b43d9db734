"""How alike two sets of vectors of the same samples are: centred kernel alignment without its bias."""

from __future__ import annotations

import torch
from torch import Tensor

FEWEST_SAMPLES = 4
"""Below these the unbiased estimate does not exist."""
_NOTHING = 1e-24


def linear_cka(x: Tensor, y: Tensor) -> Tensor:
    """Debiased linear CKA of samples x [sample, feature] and y [sample, other feature]: float64, at most 1.

    HSIC₁(X, Y)/√(HSIC₁(X, X)·HSIC₁(Y, Y)) with the unbiased estimate of Song et al., “Feature Selection via Dependence
    Maximization” (2012), of which linear kernels need no matrix of samples. Independent samples give 0 on average, which
    the biased estimate does not; below 0 is chance. Rotating or scaling either side changes nothing. NaN where a side has
    no variance. Raises `ValueError` for fewer than four samples.
    """
    if len(x) < FEWEST_SAMPLES or len(x) != len(y):
        raise ValueError(f"needs the same four samples or more on both sides; got {len(x)} and {len(y)}")
    x, y = _centred(x), _centred(y)
    both, one, other = _hsic(x, y), _hsic(x, x), _hsic(y, y)
    # Both are sums of squares, but near 0 they are what rounding leaves of the difference of two larger numbers.
    size = x.square().sum() * y.square().sum()
    found = both / (one.clamp(min=0) * other.clamp(min=0)).sqrt()
    known = (one > 0) & (other > 0) & (size > _NOTHING)
    return torch.where(known, found.clamp(-1.0, 1.0), float("nan"))


def shared_components(x: Tensor, y: Tensor, count: int) -> tuple[Tensor, Tensor, float]:
    """Both sides on one basis: x, y [sample, width] to ([sample, count], [sample, count], share of the variance kept).

    The basis are the first `count` principal components of both sides together, each centred by its own mean. The share
    is 1 where there is no variance.
    """
    x, y = _centred(x), _centred(y)
    together = torch.cat([x, y])
    values, vectors = torch.linalg.eigh(together.T @ together)
    basis = vectors[:, -count:]
    total = float(values.clamp(min=0).sum())
    kept = float(values[-count:].clamp(min=0).sum()) / total if total > 0 else 1.0
    return x @ basis, y @ basis, kept


def _centred(x: Tensor) -> Tensor:
    x = x.double()
    return x - x.mean(0)


def _hsic(x: Tensor, y: Tensor) -> Tensor:
    """HSIC₁ of centred samples up to a factor of their number: K = XXᵀ and L = YYᵀ without their diagonals."""
    n = len(x)
    own, others = x.square().sum(1), y.square().sum(1)  # the diagonals; rows of the whole kernels sum to 0
    diagonals = (own * others).sum()  # also 1ᵀKL1 without them, as K1 is then −own
    trace = (x.T @ y).square().sum() - diagonals
    return trace + own.sum() * others.sum() / ((n - 1) * (n - 2)) - 2 * diagonals / (n - 2)
