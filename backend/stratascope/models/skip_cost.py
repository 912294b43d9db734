"""What leaving parts out costs: how far the predictions move, averaged over a prompt's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.skip import Row, Skipping, row_batches
from stratascope.numerics.output_change import output_change

if TYPE_CHECKING:
    from stratascope.models.model import Model


@dataclass(frozen=True)
class SkipCost:
    """Float32 [row] in nats: `kl` is KL(own‖without), `delta_nll` by how much less likely the prompt's next tokens become.

    `delta_nll` is NaN where no counted token has a next one.
    """

    kl: Tensor
    delta_nll: Tensor


def skip_cost(model: Model, skipping: Skipping, rows: Sequence[Row], kept: list[int]) -> SkipCost:
    """The cost of every row, as a mean over the positions `kept`."""
    run = skipping.run
    order = sorted(range(len(rows)), key=lambda i: min((skip.layer for skip in rows[i]), default=model.layers))
    values = torch.empty(2, len(rows))
    done = 0
    for batch in row_batches([rows[i] for i in order], len(run.ids)):
        change = output_change(model.unembedding.logits, run.resid[-1], skipping.stream(batch), run.ids)
        here = order[done : done + len(batch)]
        values[0, here], values[1, here] = change.kl[:, kept].mean(-1), change.delta_nll[:, kept].nanmean(-1)
        done += len(batch)
    return SkipCost(values[0], values[1])
