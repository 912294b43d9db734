"""Attention of many edited rows to one shared run: the part of a sweep that mixes positions.

All cells restarted at position p read the same keys and values before p, those of the base run. Either these are put in
front of each cell's own and the library's attention is called, or scores against them are one product over all cells,
without a copy per cell; the second is faster while a cell has few rows behind a long prefix. Both are exact.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from stratascope.models.attention import AttentionRecord, native

SHARE_FROM = 3
"""A prefix so many times as long as a cell's rows is not copied."""
_ROWWISE = frozenset({"position_ids"})
"""Tensors among an attention function's options that say nothing of the scores."""


class BaseAttention:
    """The keys, values and mask of one layer in the base run."""

    def __init__(self, record: AttentionRecord) -> None:
        self._record = record
        tokens = record.query.shape[2]
        mask = record.additive_mask
        self._mask = torch.zeros(tokens, tokens).to(record.query) if mask is None else mask[0, 0]
        tensors = {name for name, option in record.options.items() if isinstance(option, Tensor)}
        self._plain = not tensors - _ROWWISE

    @property
    def z(self) -> Tensor:
        """What each head read in the base run: [position, head, width]."""
        return self._record.z[0]

    def of(self, query: Tensor, key: Tensor, value: Tensor, start: int) -> Tensor:
        """What the heads of cells restarted at `start` read: [cell, query, head, width].

        `key`, `value` [key-value head, cell, row, width] stand at the positions from `start` on; `query` [head, cell, query,
        width] belongs to the last of them. Earlier positions are the base run's.
        """
        queries, end = query.shape[2], start + key.shape[2]
        mask = self._mask[end - queries : end, :end]
        if self._plain and queries * SHARE_FROM < start:
            return self._shared(query, key, value, start, mask)
        return self._joined(query, key, value, start, mask)

    def _joined(self, query: Tensor, key: Tensor, value: Tensor, start: int, mask: Tensor) -> Tensor:
        """The library's attention over prefix and own rows put together for each cell."""

        def whole(prefix: Tensor, own: Tensor) -> Tensor:
            repeated = prefix[0][:, None, :start].expand(-1, own.shape[1], -1, -1)
            return torch.cat([repeated, own], 2).transpose(0, 1)

        keys, values = whole(self._record.key, key), whole(self._record.value, value)
        options = {name: option for name, option in self._record.options.items() if name != "is_causal"}
        z, _ = native(self._record.module, query.transpose(0, 1), keys, values, mask[None, None], **options)
        return z

    def _shared(self, query: Tensor, key: Tensor, value: Tensor, start: int, mask: Tensor) -> Tensor:
        """Scores against the prefix as one product over all cells; query heads of a group lie beside one another."""
        heads, cells, queries, width = query.shape
        groups, rows, out = len(key), key.shape[2], value.shape[3]
        prefix_key, prefix_value = self._record.key[0, :, :start], self._record.value[0, :, :start]
        options: dict[str, Any] = self._record.options
        scaling = options.get("scaling")
        grouped = query.reshape(groups, heads // groups, cells, queries, width).transpose(1, 2)
        q = grouped.reshape(groups, -1, width) * (width**-0.5 if scaling is None else scaling)
        k, v = key.reshape(groups * cells, rows, width), value.reshape(groups * cells, rows, out)
        own = torch.bmm(q.reshape(groups * cells, -1, width), k.transpose(1, 2)).view(groups, -1, rows)
        scores = torch.cat([torch.bmm(q, prefix_key.transpose(1, 2)), own], 2)
        cap = options.get("softcap")
        if cap is not None:
            scores = torch.tanh(scores / cap) * cap
        weights = torch.softmax(scores.view(-1, queries, start + rows) + mask, -1, dtype=torch.float32).to(value.dtype)
        weights = weights.view(groups, -1, start + rows)
        read = torch.bmm(weights[..., start:].reshape(groups * cells, -1, rows), v).view(groups, -1, out)
        read = torch.baddbmm(read, weights[..., :start], prefix_value)
        return read.view(groups, cells, -1, queries, out).permute(1, 3, 0, 2, 4).reshape(cells, queries, heads, out)
