"""Pairs of indirect-object sentences that differ in the repeated name alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.specimen.behaviours.circuits import indirect_object_items
from stratascope.specimen.evidence.editing import restored

if TYPE_CHECKING:
    from stratascope.specimen.subject import Subject


@dataclass(frozen=True)
class IndirectObjectPairs:
    """Ids [prompt, position] of clean and corrupted sentences, and the ids [prompt] of the two names."""

    subject: Subject
    clean: Tensor
    corrupted: Tensor
    receiver: Tensor
    acting: Tensor

    @property
    def length(self) -> int:
        """Tokens of a sentence."""
        return self.clean.shape[1]

    @property
    def repeated(self) -> int:
        """The position of the repeated name, where the two sentences differ."""
        return int((self.clean != self.corrupted).any(0).nonzero()[0])

    def difference(self, logits: Tensor) -> Tensor:
        """Logit of the receiver minus that of the acting person, [prompt]."""
        rows = torch.arange(len(self.receiver))
        return logits[rows, self.receiver] - logits[rows, self.acting]

    def restored(self, positions: Sequence[int], layers: Sequence[int] | None = None) -> Tensor:
        """Share of the difference that one vector of the clean run restores, [layer, position]."""
        return restored(self.subject, self.clean, self.corrupted, self.difference, positions, layers)


def indirect_object_pairs(subject: Subject, items: int) -> IndirectObjectPairs:
    """The sentences of one template and one length, out of so many seeded items."""
    chosen = [item for item in indirect_object_items(items) if item.prompt.startswith("When")]
    clean, corrupted = (
        torch.tensor([subject.prompt(text) for text in texts])
        for texts in ([item.prompt for item in chosen], [item.corrupted for item in chosen])
    )
    receiver, acting = (
        subject.words([item.receiver for item in chosen]),
        subject.words([item.subject for item in chosen]),
    )
    return IndirectObjectPairs(subject, clean, corrupted, receiver, acting)
