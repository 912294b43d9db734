"""What the stream looks like as it passes through the layers.

What several of these methods measure of their prompts and answer as a check is said once, here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stratascope.result import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens


def counted_tokens(run: Run, include_bos: bool) -> list[int]:
    """Positions of a run that enter a mean."""
    from stratascope.numerics.vectors import counted

    return counted([token.special for token in run.tokens.tokens], include_bos)


def prompt_facts(prompts: Sequence[Tokens], kept: Sequence[list[int]]) -> dict[str, Any]:
    """How many prompts and tokens the means are over; for a single prompt, which of its positions are left out."""
    facts: dict[str, Any] = {"n_prompts": len(prompts), "n_tokens": sum(map(len, kept))}
    if len(prompts) == 1:
        facts["left_out"] = sorted(set(range(len(prompts[0].ids))) - set(kept[0]))
    return facts


def output_gap(run: Run) -> float:
    """Largest difference between the last position's logits decoded from the last row and the network's own."""
    return float((run.logits([len(run.ids) - 1])[0] - run.own_logits).abs().max())


def matches_output(gap: float) -> Check:
    """Whether the last row is the stream that the model makes its prediction from, before the final norm."""
    return Check(
        name="matches_output",
        label="matches model output",
        value=gap,
        ok=1e-4,
        warn=1e-2,
        explanation="Largest difference between the last position's logits decoded from the stream that leaves the last "
        "layer and those that the model itself returned.",
    )


def same_without_skips(error: float) -> Check:
    """Whether running the layers again with nothing left out gives the run itself."""
    return Check(
        name="same_without_skips",
        label="same without skips",
        value=error,
        ok=1e-5,
        warn=2e-2,
        explanation="Largest change of the last layer's output, relative to its largest entry, when every layer is run "
        "again and nothing is left out.",
    )


def contract_error(run: Run) -> float:
    """Largest difference between what a layer adds and what its parts add, relative."""
    from stratascope.numerics.vectors import relative_error

    both = run.attn_out.float() + run.mlp_out.float()
    return max(relative_error(run.resid[i].float() + both[i], run.resid[i + 1]) for i in range(len(both)))


def adds_up(error: float) -> Check:
    """Whether the parts measured are all that a layer adds."""
    return Check(
        name="stream_adds_up",
        label="stream adds up",
        value=error,
        ok=1e-5,
        warn=2e-2,
        explanation="Largest difference between the stream leaving a layer and the stream entering it plus what attention "
        "and MLP add, relative to the stream's largest entry.",
    )
