"""A job leaves the network as it found it, and stops when nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from stratascope.jobs.desk import Watch

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")

State = tuple[int, int, int]
"""Hooks, changes to parameters, modules in training mode."""


def state(network: nn.Module) -> State:
    """What one job could leave behind for the next. Equal before and after a clean one."""
    modules = list(network.modules())
    hooks = sum(len(getattr(module, name)) for module in modules for name in _HOOKS)
    parameters = [parameter for parameter in network.parameters() if not parameter.is_inference()]
    hooks += sum(len(parameter._backward_hooks or ()) for parameter in parameters)
    training = sum(module.training for module in modules)
    return hooks, sum(parameter._version for parameter in parameters), training


@contextmanager
def interruptible(watch: Watch) -> Iterator[None]:
    """Inside, every module of every network asks before it runs whether anyone still waits."""

    def ask(module: nn.Module, arguments: Any) -> None:
        watch.check()

    handle = register_module_forward_pre_hook(ask)
    try:
        yield
    finally:
        handle.remove()
