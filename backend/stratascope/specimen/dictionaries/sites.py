"""Where in the model a dictionary reads, and how to read or replace the activation there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch

from stratascope.specimen.subject import Subject

#: Gets an activation [batch, position, width] and returns what takes its place.
Edit = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Site:
    """A residual stream behind a block, or the attention-weighted values (all heads side by side) inside one."""

    kind: Literal["resid-post", "attn-z"]
    layer: int

    @property
    def hook_name(self) -> str:
        """The site's name in TransformerLens."""
        return f"blocks.{self.layer}." + ("hook_resid_post" if self.kind == "resid-post" else "attn.hook_z")


@contextmanager
def edited(subject: Subject, site: Site, edit: Edit) -> Iterator[None]:
    """While open, every forward pass goes on with `edit(activation)` at the site."""
    if site.kind == "resid-post":
        with subject.edited(site.layer, edit):
            yield
        return

    def before(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (edit(inputs[0]), *inputs[1:])

    block: Any = subject.blocks[site.layer]
    hook = block.attn.c_proj.register_forward_pre_hook(before)
    try:
        yield
    finally:
        hook.remove()
