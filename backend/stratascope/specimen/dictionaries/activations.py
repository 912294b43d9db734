"""Activations of the model on rows of the corpus mixture.

The marker that starts every document is left out everywhere: it says nothing about the text and its activations lie
far from all others, so dictionaries are neither fitted to it nor judged by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from stratascope.specimen.dictionaries.sites import Edit, Site, edited
from stratascope.specimen.families import FAMILIES, Family
from stratascope.specimen.packing import batch
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import END_OF_TEXT_ID

#: Streams of their own, disjoint from the one the model was trained on and from each other.
TRAINING_SEED = 4101
HELD_OUT_SEED = 4102
#: The mixture without documents of arbitrary ids, which only exact knowledge of every token can predict.
WORDED_FAMILIES = {name: family for name, family in FAMILIES.items() if family.write is not None}


def rows(
    tokenizer: Tokenizer, seed: int, batches: int, families: Mapping[str, Family] = FAMILIES
) -> list[torch.Tensor]:
    """Batches of token ids [row, position] with the shapes the model was trained on, short and long rows in turn."""
    return [torch.tensor(batch(tokenizer, seed, step, (), families)) for step in range(batches)]


@dataclass(frozen=True)
class Text:
    """The rows behind each other as one sequence of token ids, and the places in it that are no markers."""

    stream: torch.Tensor  #: [length]
    places: torch.Tensor  #: [token]

    @classmethod
    def of(cls, batches: Iterable[torch.Tensor]) -> "Text":
        """The text of some batches of token ids [row, position]."""
        stream = torch.cat([ids.flatten() for ids in batches])
        return cls(stream, (stream != END_OF_TEXT_ID).nonzero().flatten())

    @property
    def ids(self) -> torch.Tensor:
        """The token ids that activations belong to, [token]."""
        return self.stream[self.places]


def _keeper(kept: list[torch.Tensor], ordinary: torch.Tensor) -> Edit:
    def keep(activation: torch.Tensor) -> torch.Tensor:
        kept.append(activation[ordinary])
        return activation

    return keep


@torch.no_grad()
def harvest(subject: Subject, batches: Sequence[torch.Tensor], sites: Iterable[Site]) -> dict[Site, torch.Tensor]:
    """Activations [token, width] at every site, in the order of `Text.of(batches)`, from one pass over the batches."""
    kept: dict[Site, list[torch.Tensor]] = {site: [] for site in sites}
    for ids in batches:
        with ExitStack() as stack:
            for site, parts in kept.items():
                stack.enter_context(edited(subject, site, _keeper(parts, ids != END_OF_TEXT_ID)))
            subject.model(input_ids=ids)
    return {site: torch.cat(parts) for site, parts in kept.items()}
