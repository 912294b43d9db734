"""A linear classifier of vectors, and the labels and directions that mean nothing, to hold it against."""

from __future__ import annotations

import torch
from torch import Tensor

_RIDGE = 1e-2


def probe_accuracy(train: Tensor, train_labels: Tensor, test: Tensor, test_labels: Tensor) -> float:
    """Share of test vectors [item, width] on the right side of a plane fitted to the training vectors.

    The plane is a ridge regression of the labels (0 or 1) on the standardised vectors; its constant is the mean of
    the training labels.
    """
    mean, spread = train.mean(0), train.std(0).clamp_min(1e-6)
    inputs, asked = (train - mean) / spread, (test - mean) / spread
    targets = train_labels.float() - train_labels.float().mean()
    penalty = _RIDGE * len(train) * torch.eye(train.shape[1])
    plane = torch.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)
    return float(((asked @ plane > 0) == test_labels.bool()).float().mean())


def shuffled(labels: Tensor, seed: int = 0) -> Tensor:
    """The same labels in a random order that is always the same."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return labels[order]


def random_direction(like: Tensor, seed: int = 0) -> Tensor:
    """A random vector, or one per row, of the length of the given one."""
    drawn = torch.randn(like.shape, generator=torch.Generator().manual_seed(seed))
    scaled: Tensor = drawn / drawn.norm(dim=-1, keepdim=True) * like.norm(dim=-1, keepdim=True)
    return scaled
