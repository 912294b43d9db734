"""The vectors at one site of every layer: of a run, or of a batch of texts while it passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

from stratascope.problem import Problem

if TYPE_CHECKING:
    from torch import Tensor, nn

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.structure import Layer

Site = Literal["resid_pre", "resid_mid", "attn_out", "mlp_out"]
NAMES: dict[Site, str] = {
    "resid_pre": "the stream entering each layer",
    "resid_mid": "the stream between attention and MLP",
    "attn_out": "what attention adds",
    "mlp_out": "what the MLP adds",
}


def site_rows(model: Model, site: Site) -> list[str]:
    """What the rows at a site are called: one per layer, and of the stream entering layers the output as last."""
    from stratascope.numerics.lens import row_labels

    return row_labels(model.layers) if site == "resid_pre" else [str(layer) for layer in range(model.layers)]


def site_stream(model: Model, run: Run, site: Site) -> Tensor:
    """[row, position, width]: the stream entering each layer with the output as last row, or one row per layer.

    Raises `no_middle_stream` for resid_mid where attention and MLP read the same stream.
    """
    import torch

    if site == "resid_pre":
        return run.resid
    if site in ("attn_out", "mlp_out"):
        return run.attn_out if site == "attn_out" else run.mlp_out
    require_site(model, site)
    return torch.stack([x for x in map(run.resid_mid, range(model.layers)) if x is not None])


def require_site(model: Model, site: Site) -> None:
    """Raises `no_middle_stream` for resid_mid where attention and MLP read the same stream, and
    `residual_contract_failed` where the part that writes could not be found.
    """
    layers = model.structure.layers
    if site == "resid_mid" and not all(layer.sequential for layer in layers):
        raise Problem(
            "no_middle_stream",
            f"{model.id} adds attention and MLP to the same stream; there is nothing between them.",
            field="site",
            remedy="Read the stream entering each layer",
            changes={"site": "resid_pre"},
        )
    if site != "resid_pre" and not all(_writers(layer, site) for layer in layers):
        raise Problem(
            "residual_contract_failed",
            f"{NAMES[site].capitalize()} could not be told apart in this architecture.",
            status=409,
            field="site",
            remedy="Read the stream entering each layer",
            changes={"site": "resid_pre"},
        )


def batch_vectors(model: Model, ids: Tensor, rows: Sequence[int], site: Site) -> tuple[list[Tensor], Tensor]:
    """What stands at a site of these layers, and the stream that leaves the last one: each [token, width].

    `ids` [row, position] are a batch of texts without padding, read in one pass; its tokens follow one another.
    """
    import torch

    from stratascope.models.trace import the_tensor

    entering: dict[int, Tensor] = {}
    written: dict[int, Tensor] = {}
    leaving: list[Tensor] = []

    def enters(row: int) -> Callable[..., None]:
        def note(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
            entering[row] = the_tensor(args, options).flatten(0, 1)

        return note

    def writes(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        written[id(module)] = the_tensor(output)

    def leaves(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        leaving.append(the_tensor(output).flatten(0, 1))

    def found(row: int) -> Tensor:
        parts = _writers(layers[row], site)
        shape = entering[row].shape
        added = [written[id(part)].reshape(shape) * multiplier for part, multiplier in parts]
        return sum(added, entering[row]) if site in ("resid_pre", "resid_mid") else sum(added[1:], added[0])

    layers, keep = model.structure.layers, {"logits_to_keep": 1} if model.keeps_logits else {}
    with torch.no_grad(), model.lock, ExitStack() as hooks:
        for row in rows:
            handle = layers[row].module.register_forward_pre_hook(enters(row), with_kwargs=True)
            hooks.callback(handle.remove)
            for part, _ in _writers(layers[row], site):
                hooks.callback(part.register_forward_hook(writes).remove)
        hooks.callback(layers[-1].module.register_forward_hook(leaves).remove)
        model.network(input_ids=ids.to(model.device), use_cache=False, **keep)
    model.runs.forwards += len(ids)
    return [found(row) for row in rows], leaving[0]


def _writers(layer: Layer, site: Site) -> list[tuple[nn.Module, float]]:
    """The modules whose outputs, times these multipliers, add up to what is written at a site or before it."""
    if site == "resid_pre":
        return []
    if site == "mlp_out":
        return [(part, layer.mlp_multiplier) for part in layer.mlp_outputs]
    return [] if layer.attention_output is None else [(layer.attention_output, layer.attention_multiplier)]
