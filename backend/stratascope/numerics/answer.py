"""How much a model favours an answer: one number from logits. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Metric = Literal["logit_diff", "logprob", "prob"]


@dataclass(frozen=True)
class Favour:
    """`logit_diff` is the answer's mean logit minus the foil's; `prob` the answer's summed probability, `logprob` its log."""

    metric: Metric
    answer: Sequence[int]
    foil: Sequence[int]

    def of(self, logits: Tensor) -> Tensor:
        """Logits [..., vocabulary] -> [...], float64."""
        logits = logits.double()
        if self.metric == "logit_diff":
            return logits[..., list(self.answer)].mean(-1) - logits[..., list(self.foil)].mean(-1)
        total = logits.log_softmax(-1)[..., list(self.answer)].logsumexp(-1)
        return total.exp() if self.metric == "prob" else total
