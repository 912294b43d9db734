"""Training a tuned lens for a model: streams are captured once per step, and every row learns from them by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.lens_store import Checkpoint, Workshop
from stratascope.models.lens_texts import Texts, rows_of_step
from stratascope.models.sites import Site, batch_vectors
from stratascope.numerics.lens_training import Loss, Recipe, Weights, clip, gradients, losses, slots, update

if TYPE_CHECKING:
    from stratascope.models.model import Model

CHECKPOINT_EVERY = 50
GROUP_BYTES = 2 << 30
"""Of translators, their gradients and what the optimizer remembers: what is more is trained one group after the other."""
_STREAM_BYTES = 64 << 20
MOST_MEASURED = 16_384
"""Held-out tokens that are measured at most."""

Report = Callable[[int, int, Tensor], None]
"""Is told, after every step, how many are done, how many there are, and the losses so far [step, row]."""


def row_groups(layers: int, width: int, optimizer: str) -> list[range]:
    """The rows in groups that fit into memory together; what a row learns does not depend on its group."""
    copies = 3 if optimizer == "sgd" else 4
    most = max(1, GROUP_BYTES // (4 * copies * width * (width + 1)))
    return [range(start, min(start + most, layers)) for start in range(0, layers, most)]


def fit(
    model: Model,
    texts: Texts,
    site: Site,
    recipe: Recipe,
    tokens_per_step: int,
    seed: int,
    workshop: Workshop,
    report: Report,
) -> tuple[Weights, Tensor]:
    """The translators of all rows, and the loss of every step and row in nats per token: [step, row].

    Goes on from the workshop's checkpoint, and leaves one every 50 steps; the end is the same, bit for bit on a CPU,
    however often it was interrupted.
    """
    groups = row_groups(model.layers, model.width, recipe.optimizer)
    count = max(1, tokens_per_step // texts.training.shape[1])
    state = workshop.resume(len(slots(recipe, Weights.zero(0, 0)))) or _beginning(model, recipe, groups[0])
    weights, history = _on(state.weights, model.device), state.losses
    for number in range(state.group, len(groups)):
        rows = groups[number]
        own = Weights(*(part[rows.start : rows.stop] for part in weights.parts))
        resumed = number == state.group
        memory = [_on(each, model.device) for each in state.memory] if resumed else slots(recipe, own)
        for step in range(state.step if resumed else 0, recipe.steps):
            loss, slope = _step(model, rows_of_step(texts, step, count, seed), site, rows, own, recipe.loss)
            clip(slope)
            update(recipe, step, own, slope, memory)
            history[step, rows.start : rows.stop] = loss
            report(number * recipe.steps + step + 1, len(groups) * recipe.steps, history)
            if (step + 1) % CHECKPOINT_EVERY == 0 and step + 1 < recipe.steps:
                workshop.save(Checkpoint(number, step + 1, weights, memory, history))
        if number + 1 < len(groups):
            following = Weights.zero(len(groups[number + 1]), model.width)
            workshop.save(Checkpoint(number + 1, 0, weights, slots(recipe, following), history))
    return weights, history


def held_out(
    model: Model,
    ids: Tensor,
    weights: Weights,
    heard: Callable[[int, int], None],
    loss: Loss = "kl",
    site: Site = "resid_pre",
) -> list[float]:
    """The loss of every row in nats per token, over rows of token ids [row, position]: KL(final‖row), or that of ce."""
    ids = ids[: max(1, MOST_MEASURED // ids.shape[1])]
    total, tokens, done = torch.zeros(model.layers, dtype=torch.float64), 0, 0
    for batch in _batches(model, ids):
        streams, target = _pair(model, batch, site, range(model.layers), loss)
        total += losses(model.unembedding, weights, streams, target, loss)
        tokens, done = tokens + len(target), done + len(batch)
        heard(done, len(ids))
    found: list[float] = (total / tokens).tolist()
    return found


def _step(model: Model, ids: Tensor, site: Site, rows: range, own: Weights, loss: Loss) -> tuple[Tensor, Weights]:
    """Mean loss [row] and its gradient over all tokens of a step."""
    slope = Weights(*(torch.zeros_like(part) for part in own.parts))
    total, tokens = torch.zeros(len(rows), dtype=torch.float64), 0
    for batch in _batches(model, ids):
        streams, target = _pair(model, batch, site, rows, loss)
        total += gradients(model.unembedding, own, streams, target, loss, slope)
        tokens += len(target)
    for part in slope.parts:
        part.div_(tokens)
    return (total / tokens).float(), slope


def _pair(model: Model, batch: Tensor, site: Site, rows: Sequence[int], loss: Loss) -> tuple[list[Tensor], Tensor]:
    """What stands at the site in these rows [token, width], and what it is to predict: the last stream or the next token."""
    streams, last = batch_vectors(model, batch, rows, site)
    if loss == "kl":
        return streams, last
    return [_but_last(x, batch) for x in streams], batch[:, 1:].flatten().to(model.device)


def _but_last(stream: Tensor, batch: Tensor) -> Tensor:
    """The stream [token, width] without the last position of each row, behind which no token is known."""
    return stream.view(*batch.shape, -1)[:, :-1].flatten(0, 1)


def _batches(model: Model, ids: Tensor) -> Iterator[Tensor]:
    """Rows of token ids, as many at a time as their streams take little memory."""
    most = _STREAM_BYTES // (4 * model.width * (model.layers + 1) * ids.shape[1])
    yield from torch.split(ids, max(1, most))


def _beginning(model: Model, recipe: Recipe, first: range) -> Checkpoint:
    weights = Weights.zero(model.layers, model.width)
    memory = slots(recipe, Weights.zero(len(first), model.width))
    return Checkpoint(0, 0, weights, memory, torch.full((recipe.steps, model.layers), float("nan")))


def _on(weights: Weights, device: torch.device) -> Weights:
    return replace(weights, matrices=weights.matrices.to(device), biases=weights.biases.to(device))
