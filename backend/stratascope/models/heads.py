"""Attention output, head by head: each head's own share of what its layer adds to the stream."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import Conv1D

from stratascope.models.norms import FrozenNorm, NormFacts
from stratascope.models.run import Run
from stratascope.models.structure import Layer
from stratascope.problem import Problem


class HeadSplitter:
    """Splits attn_out over heads: z_h · W_O^h, through the layer's post norms at frozen statistics, times multipliers.

    `norms` holds the facts of every post norm by module id.
    """

    def __init__(self, layers: tuple[Layer, ...], norms: Mapping[int, NormFacts]) -> None:
        self._layers, self._norms = layers, norms

    @torch.no_grad()
    def outputs(self, run: Run, layer: int) -> Tensor:
        """Float32 [head, position, width]. With `bias` they add up to the run's attn_out of this layer."""
        heads = self._projected(run, layer)
        for frozen in self._frozen(run, layer):
            heads = frozen.apply(heads)
        return heads * self._layers[layer].attention_multiplier

    @torch.no_grad()
    def bias(self, layer: int, run: Run | None = None) -> Tensor | None:
        """What the layer's attention adds besides its heads: float32 [width], None if nothing.

        Behind a post norm it depends on the frozen statistics: then `run` is needed and it is [position, width].
        """
        bias = _bias(self._projection(layer))
        if self._layers[layer].post_norms:
            return self._normed_bias(bias, layer, run)
        return None if bias is None else bias * self._layers[layer].attention_multiplier

    @torch.no_grad()
    def reading(self, run: Run, layer: int, position: int, direction: Tensor) -> Tensor:
        """What one unit of each entry of what a head read at a position adds along a direction [width] of the stream:
        [head, head width], in the direction's dtype. Post norms are frozen at the run's statistics."""
        for frozen in reversed(self._frozen(run, layer)):
            at = FrozenNorm(frozen.facts, frozen.inverse_deviation[position])
            direction = at.pull_back(direction)
        _, heads, width = run.z(layer).shape
        weight = _matrix(self._projection(layer)).to(direction.dtype).view(heads, width, -1)
        return weight @ direction * self._layers[layer].attention_multiplier

    def _normed_bias(self, bias: Tensor | None, layer: int, run: Run | None) -> Tensor | None:
        constants = [self._norms[id(norm)].constant for norm in self._layers[layer].post_norms]
        if bias is None and not any(bool(constant.any()) for constant in constants):
            return None
        if run is None:
            raise ValueError("the bias behind a post norm depends on the run: pass it")
        total = torch.zeros_like(constants[0]) if bias is None else bias
        for frozen in self._frozen(run, layer):
            total = frozen.apply(total) + frozen.constant
        return total * self._layers[layer].attention_multiplier

    def _projected(self, run: Run, layer: int) -> Tensor:
        z = run.z(layer).float()
        weight = _matrix(self._projection(layer)).float().view(z.shape[1], z.shape[2], -1)
        return torch.einsum("thd,hdw->htw", z, weight)

    def _frozen(self, run: Run, layer: int) -> list[FrozenNorm]:
        """The layer's post norms, each frozen at what entered it."""
        norms = self._layers[layer].post_norms
        if not norms:
            return []
        x: Tensor = self._projection(layer)(run.z(layer).flatten(1)).float()
        frozen = []
        for norm in norms:
            frozen.append(self._norms[id(norm)].freeze(x))
            x = frozen[-1].apply(x) + frozen[-1].constant
        return frozen

    def _projection(self, layer: int) -> nn.Linear | Conv1D:
        projection = self._layers[layer].projection
        if projection is None:
            raise Problem(
                "no_heads",
                f"The heads of layer {layer} cannot be separated: something lies between them and the output projection.",
                remedy="Choose another layer or another model",
            )
        return projection


def _matrix(projection: nn.Linear | Conv1D) -> Tensor:
    """[heads · head width, width]."""
    weight: Tensor = projection.weight
    return weight.T if isinstance(projection, nn.Linear) else weight


def _bias(projection: nn.Linear | Conv1D) -> Tensor | None:
    bias: Tensor | None = projection.bias
    return None if bias is None else bias.float()
