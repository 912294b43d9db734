"""Edits along directions: a push for every row of a batch, none of them too strong to mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.generate import Edit, Positions
from stratascope.numerics.steering import MOST_NORMS, Mode, moved
from stratascope.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stratascope.models.contrast import Reading
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens


def row_edit(
    model: Model,
    reading: Reading,
    directions: Tensor,
    strengths: Sequence[float],
    mode: Mode,
    positions: Positions,
    tokens: Tokens,
) -> Edit:
    """Row r of a batch is moved along `directions` [row, width] by `strengths`[r], behind the layer that was read.

    The beginning-of-sequence token is never edited: its stream is unlike that of any other token.
    """
    along = directions.float().to(model.device)[:, None, :]
    centre = reading.contrast.centre.float().to(model.device)
    size = torch.tensor(strengths, dtype=torch.float32, device=model.device)[:, None]
    return Edit(
        reading.layer,
        lambda h: moved(h, along, size, mode, centre),
        positions,
        prompt=len(tokens.ids),
        first=int(tokens.tokens[0].special),
    )


def refuse_too_strong(reading: Reading, strength: float, mode: Mode, force: bool, field: str = "strength") -> float:
    """The size of an edit in typical norms of the stream. Raises `too_strong` beyond `MOST_NORMS` unless forced.

    `field` is the request field that the strength came from.
    """
    size = reading.contrast.edit_size(strength, mode)
    if size > MOST_NORMS and not force:
        raise Problem(
            "too_strong",
            f"Strength {strength:g} makes the edit {size:.1f} times the typical norm of the stream behind layer "
            f"{reading.layer}; beyond {MOST_NORMS:g} little but the edit is left.",
            field=field,
            remedy="Do it all the same",
            changes={"force": True},
        )
    return size
