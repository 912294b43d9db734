"""A traced forward pass: every module call with the tensor that went in and the one that came out.

Used once, on a few tokens, when a model is loaded: what the parts of a decoder are is found by watching it run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from stratascope.models.attention import AttentionRecord, recording


@dataclass(eq=False)
class Call:
    """One call of a module: its first tensor argument, its first output, and when it began and ended."""

    module: nn.Module
    input: Tensor | None
    began: int
    output: Tensor | None = None
    ended: int = -1

    @property
    def given(self) -> Tensor:
        """Its input. Raises `LookupError` if it was called without a tensor."""
        return _present(self.input)

    @property
    def result(self) -> Tensor:
        """Its output. Raises `LookupError` if it returned no tensor."""
        return _present(self.output)

    def feeds(self, other: Call) -> bool:
        """Whether the other call reads exactly what this one returned."""
        return self.ended < other.began and same(self.output, other.input)


@dataclass
class Trace:
    """All module calls of one forward pass in order of beginning, with the attention calls among them."""

    calls: list[Call] = field(default_factory=list)
    attention: list[AttentionRecord] = field(default_factory=list)
    logits: Tensor | None = None

    def of(self, module: nn.Module) -> list[Call]:
        """Every call of this module."""
        return self._by_module.get(id(module), [])

    def outermost(self, parent: nn.Module) -> list[Call]:
        """Calls of the parts of a module, not of the parts of those parts, in order."""
        modules = _outermost_called(parent, self._by_module)
        calls = [call for module in modules for call in self.of(module)]
        return sorted(calls, key=lambda call: call.began)

    @cached_property
    def _by_module(self) -> dict[int, list[Call]]:
        found: dict[int, list[Call]] = {}
        for call in self.calls:
            found.setdefault(id(call.module), []).append(call)
        return found


def same(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether two tensors are the same memory, whatever their shapes."""
    if one is None or other is None:
        return False
    return one.data_ptr() == other.data_ptr() and one.numel() == other.numel()


def first_tensor(*values: Any) -> Tensor | None:
    """The tensor a module call is about: the first one given, looking into tuples, lists and dicts."""
    for value in values:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, dict):
            value = (value.get("hidden_states"), *value.values())
        if isinstance(value, (tuple, list)):
            found = next((part for part in value if isinstance(part, Tensor)), None)
            if found is not None:
                return found
    return None


def the_tensor(*values: Any) -> Tensor:
    """The same where there must be one. Raises `LookupError`."""
    return _present(first_tensor(*values))


def _present(tensor: Tensor | None) -> Tensor:
    if tensor is None:
        raise LookupError("a part of the network was called without a tensor or returned none")
    return tensor


@torch.no_grad()
def trace(network: nn.Module, ids: Tensor) -> Trace:
    """Run the network on token ids [1, position] and write every module call down."""
    found, running, clock = Trace(), [Call(network, None, -1)], iter(range(1 << 60))

    def before(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        running.append(Call(module, first_tensor(args, options), next(clock)))
        found.calls.append(running[-1])

    def after(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        call = running.pop()
        call.output, call.ended = first_tensor(output), next(clock)

    with ExitStack() as stack, recording() as found.attention:
        for module in network.modules():
            if module is not network:
                stack.enter_context(_removed(module.register_forward_pre_hook(before, with_kwargs=True)))
                stack.enter_context(_removed(module.register_forward_hook(after)))
        found.logits = network(input_ids=ids, use_cache=False).logits
    return found


class _removed:  # noqa: N801  (reads as a context, like contextlib's own)
    """Removes a hook on the way out."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        self._handle.remove()


def _outermost_called(parent: nn.Module, called: Collection[int]) -> Iterator[nn.Module]:
    for child in parent.children():
        if id(child) in called:
            yield child
        else:
            yield from _outermost_called(child, called)
