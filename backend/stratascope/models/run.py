"""A captured run: everything one forward pass over one prompt left behind.

The tensors are the pass's own, kept by reference. Stacks over layers are made when first asked for and then replace the
tensors they were made of; attention patterns and logits are computed on demand and not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.attention import AttentionRecord, pattern
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.tokens import Tokens
    from stratascope.models.unembedding import Unembedding


class Stack:
    """Tensors of equal shape, held apart until somebody wants them as one."""

    def __init__(self, parts: Sequence[Tensor]) -> None:
        self._parts = list(parts)

    def __getitem__(self, index: int) -> Tensor:
        return self._parts[index]

    @cached_property
    def whole(self) -> Tensor:
        """All of them along a new first axis. Afterwards the parts are views of it, so nothing is held twice."""
        whole = torch.stack(self._parts)
        self._parts = list(whole.unbind(0))
        return whole

    @property
    def tensors(self) -> Sequence[Tensor]:
        """What it keeps alive."""
        return self._parts


@dataclass(frozen=True)
class Written:
    """What the parts of one layer added to the stream, each [position, width]; None where the part was not found."""

    attention: Tensor | None
    mlp: Tensor | None


class Run:
    """One captured forward pass. Shapes are given per attribute; everything is in the model's dtype unless said.

    `own_logits` [vocabulary] are the logits that the network itself returned for the last position.
    """

    def __init__(
        self,
        tokens: Tokens,
        ids: Tensor,
        stream: Sequence[Tensor],
        written: Sequence[Written],
        attention: Sequence[AttentionRecord | None],
        sequential: Sequence[bool],
        own_logits: Tensor,
        unembedding: Unembedding,
    ) -> None:
        self.tokens, self.ids, self.own_logits = tokens, ids, own_logits
        self._stream = Stack(stream)
        self._attention_out = _complete([part.attention for part in written])
        self._mlp_out = _complete([part.mlp for part in written])
        self._records, self._sequential, self._unembedding = tuple(attention), tuple(sequential), unembedding

    def read_as(self, tokens: Tokens) -> Run:
        """This run of the same ids, with what another text says of them: where its tokens stand in it."""
        if tokens == self.tokens:
            return self
        found = copy(self)
        found.tokens = tokens
        return found

    @property
    def resid(self) -> Tensor:
        """The residual stream [row, position, width]: row l enters layer l, the last row leaves the last layer un-normed."""
        return self._stream.whole

    @property
    def attn_out(self) -> Tensor:
        """What attention adds to the stream, post norms and multipliers included: [layer, position, width]."""
        return _found(self._attention_out, "attention").whole

    @property
    def mlp_out(self) -> Tensor:
        """What the MLP adds to the stream, post norms and multipliers included: [layer, position, width]."""
        return _found(self._mlp_out, "the MLP").whole

    def resid_mid(self, layer: int) -> Tensor | None:
        """The stream between attention and MLP [position, width]; None where both read the same stream."""
        if not self._sequential[layer]:
            return None
        return self._stream[layer] + _found(self._attention_out, "attention")[layer]

    def z(self, layer: int) -> Tensor:
        """What each head read, before the output projection: [position, head, head width]."""
        return self.record(layer).z[0]

    def value(self, layer: int) -> Tensor:
        """The value vectors, as stored: [key-value head, position, head width]. Query head h reads h · kv // heads."""
        return self.record(layer).value[0]

    def pattern(self, layer: int) -> Tensor:
        """Attention weights float32 [head, query, key], computed by the family's own eager attention."""
        with torch.no_grad():
            return pattern(self.record(layer))

    def record(self, layer: int) -> AttentionRecord:
        """The attention call of a layer with its queries, keys, values and mask. Raises `no_heads` if it made none."""
        record = self._records[layer]
        if record is None:
            raise Problem(
                "no_heads",
                f"Layer {layer} is not an attention layer whose heads can be read.",
                remedy="Choose another layer or another model",
            )
        return record

    def logits(self, positions: Sequence[int] | None = None) -> Tensor:
        """The model's logits float32 [position, vocabulary], for all positions or those named. Computed at each call."""
        last = self._stream[-1]
        with torch.no_grad():
            return self._unembedding.logits(last if positions is None else last[list(positions)])

    @property
    def nbytes(self) -> int:
        """Bytes of memory it keeps alive, tensors that share memory counted once."""
        storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in self._held()}
        return sum(storages.values())

    def _held(self) -> list[Tensor]:
        stacks = [self._stream, self._attention_out, self._mlp_out]
        held = [tensor for stack in stacks if stack is not None for tensor in stack.tensors]
        held += [
            tensor for record in self._records if record is not None for tensor in record.tensors if tensor is not None
        ]
        return [*held, self.ids, self.own_logits]


def _complete(parts: Sequence[Tensor | None]) -> Stack | None:
    found = [part for part in parts if part is not None]
    return Stack(found) if len(found) == len(parts) else None


def _found(stack: Stack | None, what: str) -> Stack:
    if stack is None:
        raise Problem(
            "residual_contract_failed",
            f"What {what} adds to the stream could not be told apart in this architecture.",
            status=409,
            remedy="Choose another model",
        )
    return stack
