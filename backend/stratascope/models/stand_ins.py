"""What stands in for a part of a model that is taken away: nothing, its mean over texts, or what it writes in other texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from stratascope.models.capture import capture
from stratascope.models.edit import values_at
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

Part = Literal["z", "attn_out", "mlp_out"]
PARTS: tuple[Part, ...] = ("z", "attn_out", "mlp_out")
"""What heads read, all of a layer together, and what attention and the MLP add to the stream."""
StandIn = Callable[[Part, int], Tensor]
"""Of a part of a layer: [donor, position or 1, width or 1]; effects are averaged over donors."""

LEAST_DONORS, MOST_DONORS = 5, 10


@dataclass(frozen=True)
class Means:
    """What the parts of every layer write on average over reference texts: by part, [layer, width]."""

    by_part: dict[Part, Tensor]
    tokens: int

    def stand_in(self, part: Part, layer: int) -> Tensor:
        """The mean of a part, the same at every position: [1, 1, width]."""
        return self.by_part[part][layer][None, None]


_known: WeakKeyDictionary[Model, tuple[tuple[tuple[int, ...], ...], Means]] = WeakKeyDictionary()
"""The means each model was last asked for, and the texts they are of: every ablation of a session asks for the same."""


def reference_means(model: Model, texts: Sequence[Tokens], heard: Callable[[int, int], None]) -> Means:
    """Means over all tokens of the texts that are no markers; one pass for each text, and none for the same texts again."""
    key = tuple(tuple(text.ids) for text in texts)
    known = _known.get(model)
    if known is None or known[0] != key:
        known = _known[model] = (key, _means(model, texts, heard))
    return known[1]


def _means(model: Model, texts: Sequence[Tokens], heard: Callable[[int, int], None]) -> Means:
    total: dict[Part, Tensor] = {}
    tokens = 0
    for done, text in enumerate(texts):
        heard(done, len(texts))
        run = capture(model, text.ids, text)
        kept = [at for at, token in enumerate(text.tokens) if not token.special]
        for part in PARTS:
            here = values_at(run, part)[:, kept].double().sum(1)
            total[part] = total[part] + here if part in total else here
        tokens += len(kept)
    return Means({part: (each / max(1, tokens)).float() for part, each in total.items()}, tokens)


def zeros(part: Part, layer: int) -> Tensor:
    """Nothing in a part's place."""
    return torch.zeros(1, 1, 1)


def resampled(model: Model, prompt: Tokens, texts: Sequence[Tokens], positions: Sequence[int]) -> tuple[StandIn, int]:
    """What the parts write at these positions of up to ten other texts of the prompt's length, and of how many.

    Raises `not_enough_samples`.
    """
    same = [text for text in texts if len(text.ids) == len(prompt.ids) and text.ids != prompt.ids][:MOST_DONORS]
    if len(same) < LEAST_DONORS:
        raise Problem(
            "not_enough_samples",
            f"Resample needs at least {LEAST_DONORS} other prompts of the same length, {len(prompt.ids)} tokens; the "
            f"reference has {len(same)}.",
            field="reference",
            remedy="Use the mean instead",
            changes={"value": "mean"},
        )
    donors = [capture(model, text.ids, text) for text in same]
    at = list(positions)
    return (lambda part, layer: torch.stack([values_at(donor, part)[layer, at] for donor in donors])), len(same)
