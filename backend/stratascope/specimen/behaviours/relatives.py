"""How the models of the bundle relate to each other: likeness of their states, and the loss on the way between them."""

from copy import deepcopy

import torch
from torch import Tensor

from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.packing import mixture_rows
from stratascope.specimen.subject import Subject

_ROWS, _LENGTH = 64, 64


def evaluation_rows(subject: Subject, count: int = _ROWS, length: int = _LENGTH) -> Tensor:
    """Rows of the mixture that training never saw: [row, position]."""
    rows = mixture_rows(subject.tokenizer, "evaluation/rows", length)
    return torch.tensor([next(rows) for _ in range(count)])


def alignment(first: Tensor, second: Tensor) -> float:
    """Linear centred kernel alignment of two matrices [sample, width] (Kornblith et al., "Similarity of Neural Network
    Representations Revisited"): 1 for equal geometry, whatever the rotation."""
    first, second = first - first.mean(0), second - second.mean(0)
    shared = (first.T @ second).square().sum()
    return float(shared / ((first.T @ first).norm() * (second.T @ second).norm()))


@torch.no_grad()
def _states(subject: Subject, rows: Tensor) -> Tensor:
    """What leaves the middle layer, every token a sample."""
    middle = len(subject.blocks) // 2
    states: Tensor = subject.model(rows, output_hidden_states=True).hidden_states[middle]
    return states[:, 1:].flatten(0, 1)


def likeness(specimens: Specimens) -> dict[str, float]:
    """The base beside its tuned sibling, beside another seed, and beside itself with the tokens shuffled."""
    rows = evaluation_rows(specimens.base)
    base, tuned, other = (
        _states(specimens.subject(name), rows) for name in ("specimen", "specimen-tuned", "specimen-seed-1")
    )
    shuffled = base[torch.randperm(len(base), generator=torch.Generator().manual_seed(0))]
    return {
        "likeness_tuned": alignment(base, tuned),
        "likeness_second_seed": alignment(base, other),
        "likeness_shuffled": alignment(base, shuffled),
    }


def halfway(first: Subject, second: Subject) -> Subject:
    """The model whose weights are the mean of two models' weights."""
    middle, other = Subject(deepcopy(first.model), first.tokenizer), second.model.state_dict()
    middle.model.load_state_dict({name: (own + other[name]) / 2 for name, own in first.model.state_dict().items()})
    return middle


def _barrier(first: Subject, second: Subject, rows: Tensor) -> float:
    """Loss half-way between two models, above the mean of their own losses, in nats per token."""
    return halfway(first, second).loss(rows) - (first.loss(rows) + second.loss(rows)) / 2


def paths(specimens: Specimens) -> dict[str, float]:
    """Linear paths in weight space: from the base to its tuned sibling, and to another seed."""
    rows = evaluation_rows(specimens.base)
    return {
        "path_tuned": _barrier(specimens.base, specimens.subject("specimen-tuned"), rows),
        "path_second_seed": _barrier(specimens.base, specimens.subject("specimen-seed-1"), rows),
    }
