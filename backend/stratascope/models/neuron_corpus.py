"""One neuron on many texts: its value at every token, read in batches, and what the prediction loses without it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from stratascope.method import Progress, PromptsParams
from stratascope.models.capture import capture
from stratascope.models.generate import by_length
from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.models.neuron_checks import sum_error
from stratascope.models.neurons import Change, changed_logits, neuron_activations, neurons_changed
from stratascope.models.prompts import many, read_prompts
from stratascope.numerics.contexts import Place
from stratascope.numerics.divergence import kl
from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import list_sets
from stratascope.specimen.prompts import bundle_path

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

_BATCH = 32


class CorpusText(NamedTuple):
    """A text as the model reads it, with the bundled set it is of, or "prompts"."""

    source: str
    tokens: Tokens


class Corpus(NamedTuple):
    """Texts, and how many were left out because the model cannot read so many tokens."""

    texts: list[CorpusText]
    too_long: int


def read_corpus(model: Model, params: PromptsParams, count: int) -> Corpus:
    """The texts of a request, or else about `count` of the bundled sets, spread evenly over and within them.

    Raises `no_texts` if the model can read none of the bundled ones, and problems of single texts that were given.
    """
    if many(params):
        source = params.prompts_from or "prompts"
        return Corpus([CorpusText(source, tokens) for tokens in read_prompts(model, params)], 0)
    found, too_long = [], 0
    for source, text in bundled_texts(count):
        try:
            found.append(CorpusText(source, model.tokenize(text)))
        except Problem as problem:
            if problem.code != "prompt_too_long":
                raise
            too_long += 1
    if not found:
        raise Problem(
            "no_texts",
            f"{model.id} reads {model.facts.context} tokens at most; every text of the bundled corpus is longer.",
            field="prompts",
            remedy="Give shorter texts of your own",
        )
    return Corpus(found, too_long)


@cache
def bundled_texts(count: int) -> tuple[tuple[str, str], ...]:
    """(set id, text) of about so many prompts of the bundled sets, as many of each, spread evenly from its first to its last."""
    sets = [entry.id for entry in list_sets(bundle_path())]
    each = max(1, round(count / max(1, len(sets))))
    found = []
    for set_id in sets:
        items = labelled_prompts(set_id, "prompts_from")
        chosen = sorted({number * len(items) // each for number in range(each)})
        found += [(set_id, items[number].prompt) for number in chosen]
    return tuple(dict.fromkeys(found))


class _Enough(Exception):
    """Ends a pass once what was looked for has been noted."""


@torch.no_grad()
def values_on(model: Model, layer: int, neuron: int, texts: Sequence[Tokens], progress: Progress) -> list[Tensor]:
    """The neuron's value at every token of each text: float32 [position] each. No pass goes beyond the layer."""
    found: list[Tensor] = [torch.empty(0)] * len(texts)
    done = 0
    for batch in by_length([text.ids for text in texts], _BATCH):
        progress(done, len(texts), "reading the corpus")
        ids = torch.tensor([texts[number].ids for number in batch], device=model.device)
        for number, row in zip(batch, _one_neuron(model, layer, neuron, ids), strict=True):
            found[number] = row
        done += len(batch)
    return found


def _one_neuron(model: Model, layer: int, neuron: int, ids: Tensor) -> Tensor:
    """[row, position] of a batch of ids [row, position]."""
    noted: list[Tensor] = []

    def note(values: Tensor) -> Tensor:
        noted.append(values[..., neuron].reshape(ids.shape).float().cpu())
        raise _Enough

    try:
        with model.lock, neurons_changed(model, {layer: note}):
            model.network(input_ids=ids, use_cache=False)
    except _Enough:
        pass
    model.runs.forwards += len(ids)
    return noted[0]


class Without(NamedTuple):
    """What setting a neuron to 0 in a whole text changes at one of its tokens, in nats: each [2, place].

    The rows are the neuron and the `control`, that other neuron of the layer whose mean value at the places is nearest.
    `kl` is KL(own‖changed) of the next token, `nll` the growth of −ln p of the token that follows, NaN where none does.
    `gap` is the largest difference from the values read in batches, relative; `error` that of the neurons' sum.
    """

    kl: np.ndarray
    nll: np.ndarray
    control: int
    gap: float
    error: float


def without_it(
    model: Model, layer: int, neuron: int, texts: Sequence[Tokens], read: Sequence[Tensor], places: Sequence[Place]
) -> Without:
    """Run the text of each place as it is, without the neuron, and without the control. `read` are `values_on` the texts."""
    runs = [capture(model, texts[place.text].ids) for place in places]
    values = [neuron_activations(model, run, layer) for run in runs]
    there = torch.stack([each[place.position] for each, place in zip(values, places, strict=True)])
    control = _nearest(there, neuron)
    losses = np.zeros((2, len(places), 2), dtype=np.float32)
    for number, (run, place) in enumerate(zip(runs, places, strict=True)):
        before = run.logits([place.position])[0].log_softmax(-1)
        for row, each in enumerate((neuron, control)):
            losses[row, number] = _lost(model, {layer: _zeroing(each)}, run.ids, place.position, before)
    batched = torch.stack([read[place.text][place.position] for place in places])
    gap = float((there[:, neuron].cpu() - batched).abs().max() / batched.abs().max().clamp(min=1e-6))
    return Without(losses[..., 0], losses[..., 1], control, gap, sum_error(model, runs[0], layer, values[0]))


def _nearest(values: Tensor, neuron: int) -> int:
    """The other neuron whose mean over values [place, neuron] is nearest."""
    distance = (values.mean(0) - values[:, neuron].mean()).abs()
    distance[neuron] = float("inf")
    return int(distance.argmin())


def _zeroing(neuron: int) -> Change:
    def zeroed(values: Tensor) -> Tensor:
        values = values.clone()
        values[..., neuron] = 0
        return values

    return zeroed


def _lost(model: Model, changes: dict[int, Change], ids: Tensor, position: int, before: Tensor) -> tuple[float, float]:
    """(KL, growth of −ln p) at one position whose own log-probabilities [vocabulary] are `before`."""
    after = changed_logits(model, ids, changes)[position].log_softmax(-1)
    if position + 1 == len(ids):
        return float(kl(before, after)), float("nan")
    following = int(ids[position + 1])
    return float(kl(before, after)), float(before[following] - after[following])
