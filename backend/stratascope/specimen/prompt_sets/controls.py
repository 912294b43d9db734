"""The control of labelled sets: a linear probe of the embeddings must find nothing, one of a deeper layer may.

The probe is a logistic regression with a weak penalty, fitted to convergence on sixty per cent of the blocks of a set and
tested on the rest.  Items of one block differ in their label only as far as the embedding at the last position is concerned,
so blocks are never divided between the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject

TRAINED_SHARE = 0.6
_PENALTY = 1e-3
_ITERATIONS = 60

Items = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class ProbeAccuracy:
    """Accuracy on items not fitted, with the stream before the first layer (row 0) and with the best row."""

    chance: float
    row_0: float
    best: float
    best_row: int


def labelled(items: Items) -> list[dict[str, Any]]:
    """The items that have a label."""
    return [item for item in items if item["label"] is not None]


def _division(blocks: int, size: int) -> tuple[list[int], list[int]]:
    """Indices of the items fitted and of those tested, by whole blocks in seeded order."""
    order = seeded("prompt set/probe").sample(range(blocks), blocks)
    cut = round(blocks * TRAINED_SHARE)
    fitted, tested = ([b * size + k for b in some for k in range(size)] for some in (order[:cut], order[cut:]))
    return fitted, tested


def probe_accuracy(states: Tensor, classes: Tensor) -> float:
    """Accuracy of a probe of states [item, width] for classes [item] that come in blocks of one item each."""
    count = int(classes.max()) + 1
    fitted, tested = _division(len(classes) // count, count)
    centre, scale = states[fitted].mean(0), states[fitted].std(0).mean().clamp_min(1e-6)
    inputs = (states - centre) / scale
    weights = torch.zeros(states.shape[1], count, requires_grad=True)
    biases = torch.zeros(count, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, biases], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        misfit = torch.nn.functional.cross_entropy(inputs[fitted] @ weights + biases, classes[fitted])
        total = misfit + _PENALTY * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        found = (inputs[tested] @ weights + biases).argmax(-1)
    return float((found == classes[tested]).float().mean())


def layer_zero_accuracy(subject: Subject, items: Items) -> ProbeAccuracy:
    """How well the label of a set's items can be read at the last position: from the embeddings, and at best."""
    some = labelled(items)
    names = list(dict.fromkeys(item["label"] for item in some))
    classes = torch.tensor([names.index(item["label"]) for item in some])
    rows = subject.residuals([item["prompt"] for item in some])
    accuracies = [probe_accuracy(row, classes) for row in rows]
    best = max(range(len(accuracies)), key=accuracies.__getitem__)
    return ProbeAccuracy(1 / len(names), accuracies[0], accuracies[best], best)
