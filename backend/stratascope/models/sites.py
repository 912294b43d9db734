"""The vectors at one site of every layer of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stratascope.problem import Problem

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Site = Literal["resid_pre", "resid_mid", "attn_out", "mlp_out"]


def site_stream(model: Model, run: Run, site: Site) -> Tensor:
    """[row, position, width]: the stream entering each layer with the output as last row, or one row per layer.

    Raises `no_middle_stream` for resid_mid where attention and MLP read the same stream.
    """
    import torch

    if site == "resid_pre":
        return run.resid
    if site in ("attn_out", "mlp_out"):
        return run.attn_out if site == "attn_out" else run.mlp_out
    middle = [x for x in map(run.resid_mid, range(model.layers)) if x is not None]
    if len(middle) == model.layers:
        return torch.stack(middle)
    raise Problem(
        "no_middle_stream",
        f"{model.id} adds attention and MLP to the same stream; there is nothing between them.",
        field="site",
        remedy="Read the stream entering each layer",
        changes={"site": "resid_pre"},
    )
