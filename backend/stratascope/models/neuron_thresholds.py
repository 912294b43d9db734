"""Thresholds under which the neurons of each layer are left out: what is lost of the MLPs, and of the prediction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.method import Progress, PromptsParams
from stratascope.models.neuron_checks import changed_nll, mean_nll, only_at, sum_error
from stratascope.models.neurons import Change, neuron_writes, neurons_of, stream_before
from stratascope.models.prompts import prompt_runs, read_prompts
from stratascope.numerics.cett import Truncation, written_lengths
from stratascope.numerics.vectors import counted
from stratascope.problem import Problem, not_enough_samples

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

LEAST_TOKENS, ENOUGH_TOKENS, MOST_TOKENS = 64, 256, 2048
"""Fewer tokens are refused, fewer than enough give a warning, and what lies beyond the most is left out."""


@dataclass(frozen=True)
class _Prompt:
    """One run: its counted positions, the stream [position, width] before each MLP, and its mean −ln p."""

    ids: Tensor
    kept: list[int]
    streams: list[Tensor]
    nll: float


class NeuronThresholds:
    """The MLPs of some runs, of which only the stream before each MLP is kept."""

    def __init__(self, model: Model, runs: Iterable[tuple[Run, list[int]]]) -> None:
        self._model, self.error = model, 0.0
        self._prompts: list[_Prompt] = []
        for run, kept in runs:
            streams = [stream_before(run, layer) for layer in range(model.layers)]
            self._prompts.append(_Prompt(run.ids, kept, streams, mean_nll(run)))
            errors = (sum_error(model, run, layer, neurons_of(model, layer, x)) for layer, x in enumerate(streams))
            self.error = max(self.error, *errors)

    def truncation(self, layer: int) -> Truncation:
        """One layer on all counted tokens."""
        values = [self._values(prompt, layer)[prompt.kept] for prompt in self._prompts]
        return Truncation(torch.cat(values), neuron_writes(self._model, layer))

    def ratios(self, taus: Sequence[float]) -> list[Tensor]:
        """Share of the neurons of every layer whose write is longer than its τ, of each prompt: [layer, position]."""
        writes = [neuron_writes(self._model, layer) for layer in range(len(taus))]

        def shares(prompt: _Prompt, layer: int) -> Tensor:
            lengths = written_lengths(self._values(prompt, layer), writes[layer])
            return (lengths > taus[layer]).float().mean(-1).cpu()

        return [torch.stack([shares(prompt, layer) for layer in range(len(taus))]) for prompt in self._prompts]

    def means(self, taus: Sequence[float]) -> list[Tensor]:
        """The same, the mean over the counted tokens of each prompt: [layer]."""
        return [each[:, prompt.kept].mean(-1) for each, prompt in zip(self.ratios(taus), self._prompts, strict=True)]

    def increase(self, taus: Sequence[float]) -> float:
        """Growth of the mean −ln p of the next token when every layer leaves out the writes of at most its τ, in nats.

        The mean over a prompt's tokens, then over prompts. Tokens that are not counted stay whole.
        """
        changes = [self._leaving_out(layer, tau) for layer, tau in enumerate(taus)]
        found = []
        for prompt in self._prompts:
            here = {layer: only_at(prompt.kept, change) for layer, change in enumerate(changes)}
            found.append(changed_nll(self._model, prompt.ids, here) - prompt.nll)
        return float(torch.tensor(found).nanmean())

    def _leaving_out(self, layer: int, tau: float) -> Change:
        lengths = neuron_writes(self._model, layer).norm(dim=-1)
        return lambda values: values * (values.abs() * lengths > tau)

    def _values(self, prompt: _Prompt, layer: int) -> Tensor:
        return neurons_of(self._model, layer, prompt.streams[layer])


def read_thresholds(
    model: Model, params: PromptsParams, include_bos: bool, method: str, progress: Progress
) -> tuple[NeuronThresholds, list[Tokens], list[list[int]], list[str]]:
    """(the MLPs, the prompts read, the positions of each that count, warnings). Raises `not_enough_samples`."""
    prompts = read_prompts(model, params)
    kept = [counted([token.special for token in prompt.tokens], include_bos) for prompt in prompts]
    if all(len(prompt.ids) < 2 for prompt in prompts):
        raise not_enough_samples(method, 2, "tokens in a prompt", 1)
    read, warnings = _affordable(method, kept)
    prompts, kept = prompts[:read], kept[:read]
    runs = prompt_runs(model, params, progress, prompts)
    return NeuronThresholds(model, zip(runs, kept, strict=True)), prompts, kept, warnings


def _affordable(method: str, kept: Sequence[list[int]]) -> tuple[int, list[str]]:
    """(how many of the prompts are read, warnings)."""
    totals = list(accumulate(len(one) for one in kept))
    if totals[-1] < LEAST_TOKENS:
        raise Problem(
            "not_enough_samples",
            f"{method} needs at least {LEAST_TOKENS} tokens; got {totals[-1]}.",
            field="prompts",
            remedy="Read the bundled in-context learning prompts",
            changes={"prompts": [], "prompts_from": "icl"},
        )
    read = max(1, sum(total <= MOST_TOKENS for total in totals))
    found = totals[read - 1]
    warnings = []
    if read < len(kept):
        warnings.append(f"Only the first {read} of {len(kept)} prompts are read, which have {found:,} tokens.")
    if found < ENOUGH_TOKENS:
        warnings.append(f"The thresholds rest on {found} tokens; at least {ENOUGH_TOKENS} are advised.")
    return read, warnings
