"""Ablations: a run again with one part after the other taken away, and how much worse the answer gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from stratascope.models.donors import random_donors
from stratascope.models.edit import Patch, Site, values_at
from stratascope.models.stand_ins import PARTS, Part, StandIn
from stratascope.models.sweep_tiers import sweeper
from stratascope.numerics.answer import Favour
from stratascope.numerics.control import DRAWS, prediction_band, step_toward
from stratascope.numerics.divergence import kl

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

NEGLIGIBLE = 0.02
"""Effects up to this share of the metric, or of the largest effect, count as nothing, whatever a random control does."""
Heard = Callable[[int, int], None]


@dataclass(frozen=True)
class Taken:
    """What taking parts away does, by part: `effect`, the metric's fall, and `kl`, KL(own‖ablated) in nats.

    Of heads both are [layer, head], of the other parts [layer]; float64 on the CPU.
    """

    effect: dict[Part, Tensor]
    kl: dict[Part, Tensor]


class Ablation:
    """One run whose parts are replaced at some positions, and measured at one."""

    def __init__(self, model: Model, run: Run, favour: Favour, position: int, replaced: Sequence[int]) -> None:
        self.model, self.run, self.favour = model, run, favour
        self._position, self._replaced = position, list(replaced)
        self._sweeper = sweeper(model, run)
        self._values = {part: values_at(run, part)[:, self._replaced] for part in PARTS}
        own = run.logits([position])[0]
        self.metric = float(favour.of(own))
        self._own = own.float().log_softmax(-1)

    def taken(self, stand_in: StandIn, heard: Heard) -> Taken:
        """Every head, and the attention and MLP of every layer, each taken away alone."""
        found: dict[Part, list[Tensor]] = {part: [] for part in PARTS}
        for layer in range(self.model.layers):
            heard(layer, self.model.layers)
            for part in PARTS:
                count = self.model.heads if part == "z" else 1
                each = self._measured(part, list(self._patches(part, layer, stand_in(part, layer))))
                found[part].append(each.view(2, -1, count).mean(1))
        by_part = {part: torch.stack(each, 1) for part, each in found.items()}  # [2, layer, head or 1]
        by_part = {part: each if part == "z" else each[..., 0] for part, each in by_part.items()}
        return Taken(
            {part: self.metric - it[0] for part, it in by_part.items()}, {p: it[1] for p, it in by_part.items()}
        )

    def control(self, effect: Tensor, stand_in: StandIn, seed: int, heard: Heard) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) [layer, head] that the effect of random changes of the same size lies between with 95 % probability.

        Heads of next to no effect [layer, head] get no draws, and the band of what is negligible.
        """
        least = NEGLIGIBLE * max(abs(self.metric), float(effect.abs().max()))
        low, high = np.full(effect.shape, -least), np.full(effect.shape, least)
        heads = [(layer, head) for layer, head in (effect.abs() > least).nonzero().tolist()]
        if not heads:
            return low, high
        draws = []
        for number, donor in enumerate(random_donors(self.model, self.run, DRAWS, seed)):
            draws.append(self._moved(heads, stand_in, donor).numpy())
            heard(number + 1, DRAWS)
        ends = prediction_band(np.stack(draws))
        at = tuple(np.array(heads).T)
        low[at], high[at] = np.minimum(ends[0], -least), np.maximum(ends[1], least)
        return low, high

    def _moved(self, heads: Sequence[tuple[int, int]], stand_in: StandIn, donor: Run) -> Tensor:
        """Fall of the metric [head] when heads are moved toward a donor, as far as taking them away moved them."""
        goal, patches = values_at(donor, "z")[:, self._replaced], []
        for layer, head in heads:
            columns, values = self._columns(head), self._values["z"][layer].float().clone()
            start, away = values[:, columns], stand_in("z", layer)[0].to(values)
            distance = (start - (away[:, columns] if away.shape[-1] > 1 else away)).norm(dim=-1)
            values[:, columns] = step_toward(start, goal[layer][:, columns], distance)
            patches.append(Patch(layer, self._replaced, values))
        return self.metric - self._measured("z", patches)[0]

    def identity_error(self) -> float:
        """Change of the metric, relative to it where it is above 1, when every part of a layer is replaced by itself."""
        worst = 0.0
        for part in PARTS:
            patches = [Patch(layer, self._replaced, values) for layer, values in enumerate(self._values[part])]
            worst = max(worst, float((self._measured(part, patches)[0] - self.metric).abs().max()))
        return worst / max(1.0, abs(self.metric))

    def _patches(self, part: Part, layer: int, given: Tensor) -> Iterator[Patch]:
        """One patch per donor and head, or per donor."""
        own = self._values[part][layer]
        for donor in given.to(own):
            whole = donor.expand(len(self._replaced) if len(donor) == 1 else -1, own.shape[-1])
            if part != "z":
                yield Patch(layer, self._replaced, whole)
                continue
            for head in range(self.model.heads):
                values = own.clone()
                values[:, self._columns(head)] = whole[:, self._columns(head)]
                yield Patch(layer, self._replaced, values)

    def _columns(self, head: int) -> slice:
        width = self.run.z(0).shape[-1]
        return slice(head * width, (head + 1) * width)

    def _measured(self, site: Site, patches: Sequence[Patch]) -> Tensor:
        """The metric and KL from the run's own prediction under each patch: [2, patch]."""
        found = torch.empty(2, len(patches), dtype=torch.float64)
        for numbers, stream in self._sweeper.outcomes(site, patches, self._position):
            logits = self.model.unembedding.logits(stream)
            found[0, numbers] = self.favour.of(logits).cpu()
            found[1, numbers] = kl(self._own, logits.float().log_softmax(-1)).double().cpu()
        return found
