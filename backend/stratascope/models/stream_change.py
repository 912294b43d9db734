"""How far one model's stream is from another's, layer by layer, over the same tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from stratascope.models.pair import refuse_other_tokens, refuse_unlike
from stratascope.models.prompts import prompt_runs, read_prompts
from stratascope.numerics.similarity import FEWEST_SAMPLES, linear_cka, shared_components
from stratascope.numerics.vectors import counted
from stratascope.problem import Problem, not_enough_samples

if TYPE_CHECKING:
    from stratascope.method import PromptsParams
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

MOST_COMPARED = 2048
"""Tokens whose streams are kept of two models at once."""
MOST_COMPONENTS = 64


class Changed(NamedTuple):
    """`change` [layer] is 1 − debiased CKA of the streams entering each layer, NaN where one does not vary.

    `variance` is the share of both streams' variance that the components keep, at the layer where they keep least.
    """

    other: str
    change: np.ndarray
    tokens: int
    components: int
    variance: float

    @property
    def facts(self) -> dict[str, Any]:
        """What the result says of the comparison."""
        return {
            "model": self.other,
            "tokens": self.tokens,
            "components": self.components,
            "variance_kept": self.variance,
        }


def stream_change(method: str, model: Model, other: Model, params: PromptsParams, prompts: Sequence[Tokens]) -> Changed:
    """Compare two models over the prompts of a request, at most 2048 of their tokens, a special one in front left out.

    Raises `pair_incompatible`, `tokenizer_mismatch` and `not_enough_samples`, each with the remedy to do without `other`.
    """
    try:
        refuse_unlike(method, model, other)
        theirs = read_prompts(other, params)
        for one, two in zip(prompts, theirs, strict=True):
            refuse_other_tokens(model, other, one, two)
        tokens = min(MOST_COMPARED, sum(len(_kept(one)) for one in prompts))
        if tokens < FEWEST_SAMPLES:
            raise not_enough_samples(method, FEWEST_SAMPLES, "tokens to compare two models", tokens)
    except Problem as problem:
        problem.field, problem.remedy, problem.changes = "other", "Leave the second model out", {"other": None}
        raise
    return _changed(other.id, _streams(model, params, prompts), _streams(other, params, theirs))


def _kept(tokens: Tokens) -> list[int]:
    return counted([token.special for token in tokens.tokens], False)


def _streams(model: Model, params: PromptsParams, prompts: Sequence[Tokens]) -> Tensor:
    """The streams entering the layers: float32 [layer, token, width] on the CPU."""
    found: list[Tensor] = []
    room = MOST_COMPARED
    for run in prompt_runs(model, params, prompts=prompts):
        found.append(_stream(run)[:, :room])
        room -= found[-1].shape[1]
        if not room:
            break
    return torch.cat(found, 1)


def _stream(run: Run) -> Tensor:
    return run.resid[:-1, _kept(run.tokens)].float().cpu()


def _changed(other: str, one: Tensor, two: Tensor) -> Changed:
    """Layers are compared one by one: [layer, token, width] of each model."""
    tokens = one.shape[1]
    components = min(MOST_COMPONENTS, tokens // 4, one.shape[2])
    change, variance = [], []
    for ours, theirs in zip(one, two, strict=True):
        *sides, kept = shared_components(ours, theirs, components)
        change.append(1.0 - float(linear_cka(*sides)))
        variance.append(kept)
    return Changed(other, np.array(change), tokens, components, min(variance))
