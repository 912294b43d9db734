"""Fitting the translators of a tuned lens: gradients by hand, one row apart from all others, and the two optimizers.

The head is frozen, so the gradient of a prediction's loss is taken through softmax, cap, scale and unembedding by their
formulas, and only through the final norm by automatic differentiation. Nothing of size [row, token, vocabulary] exists:
tokens are taken in chunks, and within a chunk one row after the other uses the same space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from stratascope.numerics.lens import Head, project

Optimizer = Literal["sgd", "adam"]
Loss = Literal["kl", "ce"]

MOMENTUM = 0.9
"""Of Nesterov's method, and of Adam's mean."""
CLIP = 1.0
"""Length that the gradient of one row is cut to."""
CHUNK_BYTES = 32 << 20
"""Of logits at a time: so many tokens that reading the unembedding from memory is the smaller part of multiplying by it."""
_SQUARES, _EPSILON = 0.999, 1e-8
_MOST_WARM_UP = 1000


@dataclass(frozen=True)
class Recipe:
    """How translators are fitted. The learning rate rises over the warm-up and then falls to 0 in a straight line."""

    steps: int
    optimizer: Optimizer
    learning_rate: float
    weight_decay: float
    loss: Loss

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        warm_up = min(_MOST_WARM_UP, self.steps // 5) if self.optimizer == "adam" else 0
        if step < warm_up:
            return self.learning_rate * (step + 1) / warm_up
        return self.learning_rate * (self.steps - step) / max(1, self.steps - warm_up)


@dataclass(frozen=True)
class Weights:
    """Numbers for the translators of some rows: `matrices` float32 [row, width, width], `biases` float32 [row, width]."""

    matrices: Tensor
    biases: Tensor

    @classmethod
    def zero(cls, rows: int, width: int, device: torch.device | None = None) -> Weights:
        """Translators that change nothing, and so the logit lens."""
        return cls(torch.zeros(rows, width, width, device=device), torch.zeros(rows, width, device=device))

    def translate(self, row: int, x: Tensor) -> Tensor:
        """x + A x + b of vectors [token, width]."""
        return x + torch.addmm(self.biases[row], x, self.matrices[row].T)

    @property
    def parts(self) -> tuple[Tensor, Tensor]:
        """Matrices and biases."""
        return self.matrices, self.biases


def losses(head: Head, weights: Weights, streams: Sequence[Tensor], target: Tensor, loss: Loss = "kl") -> Tensor:
    """Loss of each row, summed over tokens in nats: [row]. `streams` [row][token, width]; `target` as for `gradients`."""
    return _walk(head, weights, streams, target, loss, None)


def gradients(
    head: Head, weights: Weights, streams: Sequence[Tensor], target: Tensor, loss: Loss, into: Weights
) -> Tensor:
    """Add the gradient of the summed loss to `into` and return the loss of each row, summed over tokens: [row].

    kl is KL(p_final‖p_row) and `target` the last stream [token, width]; ce is −log p_row of `target`, token ids [token].
    """
    return _walk(head, weights, streams, target, loss, into)


def _walk(
    head: Head, weights: Weights, streams: Sequence[Tensor], target: Tensor, loss: Loss, into: Weights | None
) -> Tensor:
    vocabulary = head.weight.shape[0]
    step = max(1, CHUNK_BYTES // (4 * vocabulary))
    total = torch.zeros(len(streams), dtype=torch.float64)
    for start in range(0, len(target), step):
        here = slice(start, start + step)
        goal = _Goal.of(head, target[here], loss)
        space = torch.empty(len(target[here]), vocabulary, device=head.weight.device)
        for row, stream in enumerate(streams):
            x = stream[here].float()
            total[row] += _one(head, weights, row, x, goal, space, into)
    return total


@dataclass(frozen=True)
class _Goal:
    """What is to be predicted: a distribution [token, vocabulary] with minus its entropies, summed, or token ids."""

    probability: Tensor | None
    negative_entropy: float
    ids: Tensor | None

    @classmethod
    def of(cls, head: Head, target: Tensor, loss: Loss) -> _Goal:
        if loss == "ce":
            return cls(None, 0.0, target)
        with torch.no_grad():
            log_p = project(head, head.norm(target)).log_softmax(-1)
        p = log_p.exp()
        return cls(p, float(torch.linalg.vecdot(p, log_p).sum()), None)

    def score(self, z: Tensor) -> Tensor:
        """Expected logit of what is to be predicted, summed over tokens."""
        if self.ids is not None:
            return z.gather(-1, self.ids[:, None]).sum()
        assert self.probability is not None  # noqa: S101  # one of the two is there
        score: Tensor = torch.linalg.vecdot(self.probability, z).sum()
        return score

    def take_from(self, q: Tensor) -> None:
        """Subtract the probabilities of what is to be predicted, in place."""
        if self.ids is not None:
            q.scatter_add_(-1, self.ids[:, None], q.new_full((len(q), 1), -1.0))
        else:
            q.sub_(self.probability)  # type: ignore[arg-type]  # one of the two is there


def _one(head: Head, weights: Weights, row: int, x: Tensor, goal: _Goal, space: Tensor, into: Weights | None) -> float:
    """The summed loss of one row over x [token, width], its gradient added to `into`."""
    h = weights.translate(row, x)
    with torch.set_grad_enabled(into is not None):
        h.requires_grad_(into is not None)
        y = head.norm(h)
    with torch.no_grad():
        z = project(head, y.detach(), out=space)
        score, peak = goal.score(z), z.amax(-1, keepdim=True)
        slope = None if into is None or head.softcap is None else 1 - (z / head.softcap).square()
        q = z.sub_(peak).exp_()
        mass = q.sum(-1, keepdim=True)
        loss = goal.negative_entropy - float(score) + float((mass.log() + peak).sum())
        if into is None:
            return loss
        goal.take_from(q.div_(mass))
        if slope is not None:
            q *= slope
        back = _into_width(head, q)
    (pull,) = torch.autograd.grad(y, h, back.to(y.dtype))
    into.matrices[row].addmm_(pull.T, x)
    into.biases[row] += pull.sum(0)
    return loss


def _into_width(head: Head, q: Tensor) -> Tensor:
    """Gradients of logits [token, vocabulary] as gradients of what the unembedding reads: [token, width]."""
    weight = head.weight
    if weight.dtype == torch.float32:
        back = q @ weight
    else:
        tiles = zip(torch.split(q, 8192, 1), torch.split(weight, 8192), strict=True)
        back = torch.stack([part @ tile.float() for part, tile in tiles]).sum(0)
    return back if head.scale == 1.0 else back * head.scale


def slots(recipe: Recipe, like: Weights) -> list[Weights]:
    """What the optimizer remembers: the momentum, and for Adam the mean square."""
    count = 1 if recipe.optimizer == "sgd" else 2
    return [Weights(*(torch.zeros_like(part) for part in like.parts)) for _ in range(count)]


def clip(gradient: Weights) -> None:
    """Cut the gradient of every row to length 1 by itself, so that no row feels another, in place."""
    square = gradient.matrices.square().sum((1, 2)) + gradient.biases.square().sum(1)
    factor = (CLIP / (square.sqrt() + 1e-6)).clamp(max=1.0)
    gradient.matrices.mul_(factor[:, None, None])
    gradient.biases.mul_(factor[:, None])


def update(recipe: Recipe, step: int, weights: Weights, gradient: Weights, memory: Sequence[Weights]) -> None:
    """One step of stochastic gradient descent with Nesterov momentum, or of Adam, in place."""
    rate = recipe.rate(step)
    for part, (weight, slope) in enumerate(zip(weights.parts, gradient.parts, strict=True)):
        slope = slope.add_(weight, alpha=recipe.weight_decay)
        mean = memory[0].parts[part]
        if recipe.optimizer == "sgd":
            mean.mul_(MOMENTUM).add_(slope)
            weight.sub_(slope.add_(mean, alpha=MOMENTUM), alpha=rate)
            continue
        square = memory[1].parts[part]
        mean.lerp_(slope, 1 - MOMENTUM)
        square.mul_(_SQUARES).addcmul_(slope, slope, value=1 - _SQUARES)
        size = (square / (1 - _SQUARES ** (step + 1))).sqrt_().add_(_EPSILON)
        weight.addcdiv_(mean, size, value=-rate / (1 - MOMENTUM ** (step + 1)))
