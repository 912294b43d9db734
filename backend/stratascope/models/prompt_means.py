"""Values of one prompt or several as the arrays of a result: the mean, one standard error around it, and every prompt."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from stratascope.numerics.vectors import standard_error
from stratascope.result import Array

ONE_VALUE = "one value has no standard error"


def band(samples: Tensor, dims: tuple[str, ...], name: str = "mean", undefined: str | None = None) -> dict[str, Array]:
    """`name`, `low` and `high` [*dims]: the mean of samples [*dims, sample] and one standard error below and above it.

    `undefined` says why the mean of no values is undefined, where that can happen.
    """
    mean, error = samples.nanmean(-1), standard_error(samples)
    alone = ONE_VALUE if bool(error.isnan().any()) else None
    return {
        name: Array(values=mean.numpy(), dims=dims, undefined=undefined),
        "low": Array(values=(mean - error).numpy(), dims=dims, undefined=undefined or alone),
        "high": Array(values=(mean + error).numpy(), dims=dims, undefined=undefined or alone),
    }


def prompt_band(
    by_prompt: Tensor, dims: tuple[str, ...], name: str = "mean", undefined: str | None = None
) -> dict[str, Array]:
    """The same of several prompts, [prompt, *dims], with `by_prompt` itself."""
    found = band(by_prompt.movedim(0, -1), dims, name, undefined)
    return {**found, "by_prompt": Array(values=by_prompt.numpy(), dims=("prompt", *dims), undefined=undefined)}


def prompt_arrays(
    values: Sequence[Tensor],
    dims: tuple[str, ...],
    several: bool,
    name: str = "value",
    undefined: str | None = None,
    prefix: str = "",
) -> dict[str, Array]:
    """One measure of every prompt, each [*dims], as arrays: those of `prompt_band` if several were asked for, or `name` alone.

    A second measure's further arrays are told apart by a `prefix`.
    """
    each = torch.stack(list(values)).float().cpu()
    if not several:
        return {name: Array(values=each[0].numpy(), dims=dims, undefined=undefined)}
    found = prompt_band(each, dims, name, undefined)
    return {key if key == name else f"{prefix}{key}": array for key, array in found.items()}
