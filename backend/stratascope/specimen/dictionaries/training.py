"""Fitting a TopK autoencoder to a buffer of activations.

Loss and auxiliary loss follow Gao et al., "Scaling and evaluating sparse autoencoders": latents that have not fired
for a while learn to explain what the active ones leave over.  Small batches are drawn from a buffer again and again,
because a dictionary of this size needs many optimizer steps more than it needs many tokens.
"""

import logging
import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from stratascope.specimen.dictionaries.autoencoder import Autoencoder, weighted_rows

_log = logging.getLogger(__name__)

_BATCH = 1024
_WARM_UP_STEPS = 20
_DECAY_SHARE = 0.2
_IDLE_STEPS = 30  # a latent that has not fired for so many steps counts as dead
_AUXILIARY_ACTIVE = 32
_AUXILIARY_WEIGHT = 1 / 32
_REPORT_EVERY = 500


@dataclass(frozen=True)
class Recipe:
    """Everything besides the data that decides the outcome of a training."""

    latents: int
    active: int
    steps: int
    learning_rate: float = 2e-3
    seed: int = 0


def normalising_scale(x: torch.Tensor) -> float:
    """What activations [token, width] are divided by for training, so that a coordinate has a mean square near one."""
    mean_norm = float(x.norm(dim=1).mean())
    return mean_norm / math.sqrt(x.shape[1])


def _start(x: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> Autoencoder:
    """Random unit directions, the encoder the transposed decoder, the output bias the median of the data."""
    decoder = F.normalize(torch.randn(recipe.latents, x.shape[1], generator=generator), dim=1)
    weights = (decoder.T.contiguous(), torch.zeros(recipe.latents), decoder, x.median(0).values)
    return Autoencoder.of([tensor.clone().requires_grad_() for tensor in weights], recipe.active)


def _learning_rate_factor(step: int, steps: int) -> float:
    warm_up = min(1.0, (step + 1) / _WARM_UP_STEPS)
    return warm_up * min(1.0, (steps - step) / (_DECAY_SHARE * steps))


def auxiliary_loss(
    autoencoder: Autoencoder, scores: torch.Tensor, dead: torch.Tensor, error: torch.Tensor
) -> torch.Tensor:
    """Squared distance between `error` [token, width] and what the strongest dead latents would add up to.

    `scores` are the preactivations [token, latent] and `dead` marks latents (booleans [latent]).
    """
    count = min(_AUXILIARY_ACTIVE, int(dead.sum()))
    values, indices = scores.masked_fill(~dead, -torch.inf).topk(count, dim=-1)
    return (error.detach() - weighted_rows(values.relu(), indices, autoencoder.decoder)).square().sum()


class _Run:
    """The state of one training run."""

    def __init__(self, x: torch.Tensor, recipe: Recipe) -> None:
        self.recipe = recipe
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.autoencoder = _start(x[: 64 * _BATCH], recipe, self.generator)
        self.optimizer = torch.optim.Adam(self.autoencoder.parameters, lr=recipe.learning_rate)
        self.idle_steps = torch.zeros(recipe.latents)

    def _losses(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss to minimise, and its main part, the fraction of variance unexplained."""
        scores = self.autoencoder.preactivations(x)
        values, indices = scores.topk(self.recipe.active, dim=-1)
        values = values.relu()
        error = x - self.autoencoder.decode(values, indices)
        variance = (x - x.mean(0)).square().sum()
        unexplained = error.square().sum() / variance
        self.idle_steps += 1
        self.idle_steps[indices[values > 0]] = 0
        dead = self.idle_steps > _IDLE_STEPS
        if not dead.any():
            return unexplained, unexplained
        auxiliary = auxiliary_loss(self.autoencoder, scores, dead, error) / variance
        return unexplained + _AUXILIARY_WEIGHT * auxiliary, unexplained

    def advance(self, x: torch.Tensor, step: int) -> float:
        """One step on a batch; returns the fraction of its variance that was unexplained."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * _learning_rate_factor(step, self.recipe.steps)
        loss, unexplained = self._losses(x)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        decoder = self.autoencoder.decoder.data
        decoder.copy_(F.normalize(decoder, dim=1))
        return float(unexplained.detach())


def fit(activations: torch.Tensor, recipe: Recipe) -> Autoencoder:
    """The autoencoder for activations [token, width] as they are: the scale used in training is folded into it.

    Rows of its decoder have length one, so a latent's activation is a distance in the units of the model.
    """
    scale = normalising_scale(activations)
    run = _Run(activations / scale, recipe)
    for step in range(recipe.steps):
        chosen = torch.randint(len(activations), (_BATCH,), generator=run.generator)
        unexplained = run.advance(activations[chosen] / scale, step)
        if (step + 1) % _REPORT_EVERY == 0:
            _log.info("step %d of %d: unexplained variance %.4f", step + 1, recipe.steps, unexplained)
    weights = [tensor.detach() for tensor in run.autoencoder.parameters]
    return Autoencoder.of(weights, recipe.active).rescaled(scale)
