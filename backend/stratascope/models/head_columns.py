"""Which columns of a linear map became the queries, keys or values of heads, found by comparing numbers.

Nothing is read off names or shapes: some tokens are run, each alone at position 0, and every entry of a head's vector is
looked for among the outputs of the maps inside the attention module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from transformers import Conv1D

from stratascope.models.norms import norm_facts
from stratascope.models.trace import Call

READABLE = 1e-3
"""Largest error with which what a norm does counts as known."""


@dataclass(frozen=True)
class Columns:
    """Where a kind of vector comes from: columns [head, head width] of a linear map, times `factor` of the same shape."""

    map: nn.Linear | Conv1D
    columns: Tensor
    factor: Tensor
    divided: bool

    def matrix(self) -> tuple[Tensor, Tensor]:
        """(weight [head, width, head width], bias [head, head width]), float32."""
        flat = self.columns.flatten()
        weight = matrix_of(self.map)[:, flat].float().reshape(-1, *self.columns.shape).permute(1, 0, 2)
        bias = self.map.bias
        own = torch.zeros_like(self.factor) if bias is None else bias[flat].float().view_as(self.factor)
        return weight * self.factor[:, None], own * self.factor


def find_columns(wanted: Tensor, calls: Sequence[Call], scales: set[float]) -> Columns | None:
    """The columns that gave the wanted vectors [row, head, head width], looked for also in front of a norm."""
    for call in reversed(calls):
        for scale in scales:
            at = _lookup(wanted, _flat(call.result, len(wanted)) * scale)
            if at is None:
                continue
            factor = torch.full(at.shape, scale, device=wanted.device)
            if isinstance(call.module, (nn.Linear, Conv1D)):
                return Columns(call.module, at, factor, divided=False)
            before = [other for other in calls if other.began < call.began] if call.input is not None else []
            inner = find_columns(_flat(call.given, len(wanted))[:, at], before, {1.0}) if before else None
            gain = _gain(call, at) if inner is not None else None
            if inner is not None and gain is not None:
                return replace(inner, factor=inner.factor * factor * gain, divided=True)
    return None


def _gain(call: Call, at: Tensor) -> Tensor | None:
    """The gain of a norm of queries or keys for the entries `at` of its flattened output; None if it is no norm."""
    width = call.result.shape[-1]
    facts = norm_facts(call.module, width, at.device)
    return facts.gain[at % width] if facts.error <= READABLE and facts.epsilon is not None else None


def _lookup(wanted: Tensor, given: Tensor) -> Tensor | None:
    """For each entry of wanted [row, head, head width] the equal column of given [row, column]; None if one is missing."""
    names = {column.tobytes(): number for number, column in enumerate((given.T.float() + 0.0).cpu().numpy())}
    columns = (wanted.flatten(1).T.float() + 0.0).cpu().numpy()
    found = [names.get(column.tobytes(), -1) for column in columns]
    return None if -1 in found else torch.tensor(found, device=wanted.device).view(wanted.shape[1:])


def _flat(tensor: Tensor, rows: int) -> Tensor:
    return tensor.reshape(rows, -1)


def matrix_of(module: nn.Linear | Conv1D) -> Tensor:
    """[in, out]."""
    weight: Tensor = module.weight
    return weight.T if isinstance(module, nn.Linear) else weight
