"""Attention as the library calls it: one function, registered once, that can write down what passes through it.

Modeling files look their attention function up by name. Under the name "stratascope" they find `attend`, which hands on
to the library's own attention, so that an ordinary forward pass costs the same, and which inside `recording` also keeps
references to the queries, keys and values (after rotary embedding), the mask and the heads' outputs.

Attention patterns are not computed during a pass. `pattern` asks the modeling file's own eager function for them later,
from the recorded tensors, so that scale, softcap, sinks and windows are exact for every family.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "stratascope"

EagerAttention = Callable[..., tuple[Tensor, Tensor]]
Instead = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From query [1, head, position, width], key and value [1, key-value head, position, width] to z as in a record."""

_here = threading.local()


@dataclass(frozen=True)
class AttentionRecord:
    """One call of an attention function. All tensors have a leading batch axis of one.

    `query` [1, head, position, width]; `key`, `value` [1, key-value head, position, width]; `mask` as the library made
    it: None (plainly causal), boolean or additive; `z` [1, position, head, width]: what each head read, before the
    output projection.
    """

    module: nn.Module
    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    options: dict[str, Any]
    z: Tensor

    @property
    def tensors(self) -> tuple[Tensor | None, ...]:
        """Everything it keeps alive."""
        return (self.query, self.key, self.value, self.mask, self.z)

    @property
    def additive_mask(self) -> Tensor | None:
        """The mask as numbers added to the scores, [1, 1, query, key]; None if every position sees every other."""
        return _additive(self.module, self.query, self.key, self.mask, self.options)


@cache
def register() -> None:
    """Make the name known to the library. The mask function is the fused kernel's own, so masks cost nothing extra."""
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)


def attend(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **options: Any
) -> tuple[Tensor, Tensor | None]:
    """The function the library calls: its own attention, written down if this thread is recording, or what stands in."""
    instead: Instead | None = getattr(_here, "instead", None)
    if instead is not None:
        return instead(query, key, value), None
    z, weights = native(module, query, key, value, mask, **options)
    records: list[AttentionRecord] | None = getattr(_here, "records", None)
    if records is not None:
        records.append(AttentionRecord(module, query, key, value, mask, options, z))
    return z, weights


@contextmanager
def recording() -> Iterator[list[AttentionRecord]]:
    """Collect every attention call this thread makes inside the block, in order."""
    records: list[AttentionRecord] = []
    _here.records = records
    try:
        yield records
    finally:
        _here.records = None


@contextmanager
def replaced(instead: Instead) -> Iterator[None]:
    """Every attention call this thread makes inside the block gives what `instead` makes of queries, keys and values."""
    _here.instead = instead
    try:
        yield
    finally:
        _here.instead = None


def native(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **options: Any
) -> tuple[Tensor, Tensor | None]:
    """The library's attention without us: the fused kernel, or the family's own function where that cannot express it."""
    special = options.get("softcap") is not None or options.get("s_aux") is not None
    if special or _needs_eager(type(module).__module__):
        mask = _additive(module, query, key, mask, options)
        return eager_function(module)(module, query, key, value, mask, **options)
    fused: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, mask, **options)
    return fused


def pattern(record: AttentionRecord) -> Tensor:
    """Attention weights float32 [head, query, key] of a recorded call, by the family's own eager function.

    Rows sum to one, except in families with sinks, whose rows may hold less.
    """
    attention = eager_function(record.module)
    given = (record.query, record.key, record.value, record.additive_mask)
    _, weights = attention(record.module, *given, **record.options)
    return weights[0].float()


def eager_function(module: nn.Module) -> EagerAttention:
    """The attention function of the modeling file a module comes from. Raises `LookupError` if it has none."""
    function: EagerAttention | None = getattr(sys.modules[type(module).__module__], "eager_attention_forward", None)
    if function is None:
        raise LookupError(f"{type(module).__name__} comes without an eager attention function")
    return function


@cache
def _needs_eager(modeling_file: str) -> bool:
    """Whether a modeling file declares that the fused kernel cannot compute its attention."""
    found = [kind for kind in vars(sys.modules[modeling_file]).values() if isinstance(kind, type)]
    own = [kind for kind in found if kind.__module__ == modeling_file and issubclass(kind, PreTrainedModel)]
    return any(not kind._supports_sdpa for kind in own)


def _additive(
    module: nn.Module, query: Tensor, key: Tensor, mask: Tensor | None, options: dict[str, Any]
) -> Tensor | None:
    """A mask in the form eager functions add: what the fused kernel reads from None or from booleans, spelled out."""
    if mask is None:
        causal = options.get("is_causal")
        if not (getattr(module, "is_causal", True) if causal is None else causal):
            return None
        earlier = key.shape[2] - query.shape[2]  # keys that a cached step remembers from before its queries
        mask = torch.ones(query.shape[2], key.shape[2], dtype=torch.bool, device=query.device).tril(earlier)[None, None]
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros_like(mask, dtype=query.dtype).masked_fill_(~mask, torch.finfo(query.dtype).min)
