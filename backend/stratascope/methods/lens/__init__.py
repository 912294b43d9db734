"""What each layer would predict, and who wrote the prediction.

The parameters that say which cells of the grid are decoded, and how, are the same for every lens that draws one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from stratascope.method import Cost, Field, Indices, ModelFacts, PromptParams, TokenText
from stratascope.models.sites import Site

MOST_TARGETS = 32
MOST_NEW_TOKENS = 256


class LensGridParams(PromptParams):
    """Which cells to decode, which tokens to follow, and how far the model continues the prompt first."""

    top_k: int = Field(5, ge=1, le=50, title="Tokens per cell", description="Best tokens kept for every cell.")
    site: Site = Field(
        "resid_pre",
        title="What is read",
        description="The stream entering each layer (with the model's output as last row), the stream between attention "
        "and MLP, or what one of the two adds.",
    )
    layers: Indices = Field(
        "all",
        description="Rows to decode: row l enters layer l, and the row after the last layer is the model's output.",
    )
    positions: Indices = Field("all", description="Positions to decode.")
    targets: Annotated[list[TokenText], Field(max_length=MOST_TARGETS)] = Field(
        default_factory=list, description="Tokens to follow through every cell, by text, leading space included."
    )
    target_ids: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=MOST_TARGETS)] = Field(
        default_factory=list, title="Target ids", description="Tokens to follow through every cell, by id."
    )
    precision: Literal["exact", "screen"] = Field(
        "exact",
        description="exact multiplies in full precision. screen multiplies in half precision and computes the best tokens "
        "again in full: about twice as fast, entropy and KL within 0.01 nats.",
    )
    new_tokens: int = Field(
        0,
        ge=0,
        le=MOST_NEW_TOKENS,
        title="New tokens",
        description="Tokens by which the model continues the prompt, always taking the likeliest, before everything is "
        "decoded. Fewer come where it ends the text.",
    )


def grid_cost(model: ModelFacts, params: LensGridParams, tokens: int) -> Cost:
    """One captured pass, then the share of a forward that the rows' unembedding amounts to. Continuing adds its own."""
    whole = tokens + params.new_tokens
    rows = _many(params.layers, model.layers + 1) * _many(params.positions, whole)
    decoding = rows * model.width * model.vocabulary / max(1, whole * model.parameters)
    passes = 1 + decoding + (2 * decoding + 1 if params.new_tokens else 0)
    stream = 4 * whole * model.width * 5 * model.layers
    return Cost(forwards=passes, bytes=stream + (64 << 20) + rows * (16 + 24 * params.top_k))


def _many(chosen: Indices, all_there_are: int) -> int:
    return all_there_are if chosen == "all" else min(len(set(chosen)), all_there_are)
