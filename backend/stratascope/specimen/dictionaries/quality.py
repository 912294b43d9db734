"""What a dictionary was measured to be worth, on text it was not fitted to.

Unexplained variance says how far reconstructions are from the activations; the share of the loss recovered says how
much of the model survives when it has to go on with the reconstructions (1) instead of one mean activation (0).
"""

from collections.abc import Sequence
from typing import Any

import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.firings import Firings, peak_shares, pure_latents
from stratascope.specimen.dictionaries.sites import Edit, Site, edited
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import END_OF_TEXT_ID

_DIGITS = 5
_TOKENS_AT_ONCE = 8192


def unexplained_variance(autoencoder: Autoencoder, x: torch.Tensor) -> float:
    """Squared error of the reconstructions over the squared distance to the mean, for activations [token, width]."""
    parts = torch.split(x, _TOKENS_AT_ONCE)
    errors = [float((part - autoencoder.reconstruct(part)).double().square().sum()) for part in parts]
    return sum(errors) / float((x - x.mean(0)).double().square().sum())


def loss(subject: Subject, batches: Sequence[torch.Tensor]) -> float:
    """Mean loss in nats per predicted token over batches of token ids [row, position]."""
    predicted = [ids[:, 1:].numel() for ids in batches]
    return sum(subject.loss(ids) * count for ids, count in zip(batches, predicted, strict=True)) / sum(predicted)


def _spare_markers(ids: torch.Tensor, edit: Edit) -> Edit:
    """`edit` applied to the activations [token, width] of all of `ids` [row, position] but the markers."""
    ordinary = ids != END_OF_TEXT_ID

    def edit_ordinary(activation: torch.Tensor) -> torch.Tensor:
        result = activation.clone()
        result[ordinary] = edit(activation[ordinary])
        return result

    return edit_ordinary


def edited_loss(subject: Subject, batches: Sequence[torch.Tensor], site: Site, edit: Edit) -> float:
    """The same when `edit` replaces the activations [token, width] of all tokens but the markers."""
    total = 0.0
    for ids in batches:
        with edited(subject, site, _spare_markers(ids, edit)):
            total += loss(subject, [ids]) * ids[:, 1:].numel()
    return total / sum(ids[:, 1:].numel() for ids in batches)


def recovered_loss(
    subject: Subject, batches: Sequence[torch.Tensor], site: Site, autoencoder: Autoencoder, mean: torch.Tensor
) -> dict[str, float]:
    """Loss of the model as it is, with reconstructions, and with the mean activation [width]; and the share recovered."""
    clean = loss(subject, batches)
    with_dictionary = edited_loss(subject, batches, site, autoencoder.reconstruct)
    ablated = edited_loss(subject, batches, site, lambda x: mean.expand_as(x))
    return {
        "ce_clean": clean,
        "ce_dictionary": with_dictionary,
        "ce_mean_ablated": ablated,
        "ce_recovered": (ablated - with_dictionary) / (ablated - clean),
    }


def sparsity(firings: Firings) -> dict[str, float]:
    """Mean number of active latents, share of dead ones, and the median density of the others."""
    return {
        "l0": firings.mean_active,
        "dead": firings.dead,
        "median_density": float(firings.density[firings.counts > 0].median()),
    }


def purity(firings: Firings, ids: torch.Tensor, classes: Sequence[str], members: torch.Tensor) -> dict[str, int]:
    """How many latents have nearly all of their strongest firings in one class, for the classes that have any."""
    counts: list[int] = pure_latents(peak_shares(firings, ids, members)).tolist()
    return {name: count for name, count in zip(classes, counts, strict=True) if count}


def rounded(numbers: dict[str, Any]) -> dict[str, Any]:
    """The numbers with as many digits as a reader can use."""
    return {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in numbers.items()}
