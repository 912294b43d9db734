"""Where the heads look.

What says how the heads of a layer become one mixture of positions is the same for every method that follows attention
through the layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stratascope.method import Cost, Field, ModelFacts, PromptParams, PromptsParams
from stratascope.result import Check

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from stratascope.models.run import Run


class MixingParams(PromptParams):
    """Which position is traced back, and what one layer does to the positions."""

    position: int = Field(
        -1, ge=-1_000_000, le=1_000_000, description="Position that is traced back to the prompt; −1 is the last."
    )
    head_reduce: Literal["mean", "max", "min"] = Field(
        "mean",
        title="Heads",
        description="How the weights of a layer's heads become one: their mean, largest or smallest.",
    )
    residual: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        title="Residual share",
        description="Share of a token that stays where it is at every layer, 0 to 1; attention moves the rest.",
    )
    drop_sink: bool = Field(
        False,
        title="Without the first token",
        description="Whether attention on the first token is left out and the rest of the row scaled up, since heads "
        "park there what they do not use.",
    )


class Mixed:
    """The mixtures of all layers, each [query, key] float32, the model's own and those of attention spread evenly.

    `row_mass` is the smallest sum of a head's row, below 1 in models that can look at nothing.
    """

    def __init__(self, run: Run, layers: int, params: MixingParams) -> None:
        from stratascope.numerics.attention import seen, visible_keys
        from stratascope.numerics.rollout import even_pattern, mixture, one_pattern, without_first

        def mixed(pattern: Tensor) -> Tensor:
            kept = without_first(pattern) if params.drop_sink else pattern
            return mixture(one_pattern(kept, params.head_reduce), params.residual)

        self.own: list[Tensor] = []
        self.even: list[Tensor] = []
        self.row_mass = 1.0
        for layer in range(layers):
            pattern = run.pattern(layer)
            keys = visible_keys(run.record(layer).additive_mask, pattern.shape[-1]).to(pattern.device)
            self.own.append(mixed(pattern))
            self.even.append(mixed(even_pattern(seen(keys))[None]))
            self.row_mass = min(self.row_mass, float(pattern.sum(-1).min()))

    def warnings(self) -> list[str]:
        """What the rows' scaling hides."""
        if self.row_mass > 0.99:
            return []
        return [
            f"Rows sum to as little as {self.row_mass:.2f}: this model can look at nothing, which is left out here."
        ]


def unlike_even(own: np.ndarray, even: np.ndarray) -> Check:
    """How far shares [position] that sum to 1 are from those of attention spread evenly."""
    return Check(
        name="unlike_even",
        label="unlike even attention",
        value=0.5 * float(abs(own - even).sum()),
        explanation="Share that would have to move to make this what attention spread evenly gives, 0 to 1. Near 0 the "
        "picture tells of the order of the tokens only: what comes early is passed on most often.",
    )


def patterns_cost(model: ModelFacts, params: PromptsParams, tokens: int) -> Cost:
    """A captured pass over every prompt, with the patterns of one layer at a time."""
    stored = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1.2 * params.most_prompts, bytes=stored + 16 * model.heads * tokens * tokens)
