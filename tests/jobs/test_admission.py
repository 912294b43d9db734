"""What does not fit is refused with two sizes that do."""

from __future__ import annotations

from typing import Any

import pytest

from stratascope.jobs.admission import Request, admit, alternatives, estimate, out_of_memory
from stratascope.method import Cost, Guide, Indices, Method, ModelFacts, PromptParams
from stratascope.problem import Problem
from stratascope.result import Token, TokenGrid

FACTS = ModelFacts(layers=12, heads=4, width=64, vocabulary=1000, context=512, parameters=1_000_000)
PER_CELL = 1 << 20


class PlainParams(PromptParams):
    """A prompt and nothing else."""


class LayerParams(PromptParams):
    """A prompt and layers."""

    layers: Indices = "all"


def cost(model: ModelFacts, params: Any, tokens: int) -> Cost:
    """One megabyte per token and layer."""
    layers = getattr(params, "layers", "all")
    return Cost(1.0, PER_CELL * tokens * (model.layers if layers == "all" else len(layers)))


def request(params: PromptParams, tokens: int | None = None) -> Request:
    """A request over a prompt of one-letter tokens behind a marker."""

    def measured(model: Any, params: Any) -> TokenGrid:
        raise AssertionError("admission never runs the method")

    text = params.prompt
    letters = [Token(id=i, text=c, bytes=c.encode().hex(), offset=(i, i + 1)) for i, c in enumerate(text)]
    marker = Token(id=0, text="<s>", bytes="3c733e", special=True)
    method = Method(measured, "Measured", 1, Guide("", "", ""), (), (), cost)
    return Request(method, FACTS, params, text, [marker, *letters])


TEXT = "abcdefghijklmnopqrstuvwxyz" * 4


def test_what_fits_is_let_in() -> None:
    whole = request(LayerParams(prompt=TEXT))
    admit(whole, limit=12 * 105 * PER_CELL)
    facts = estimate(whole, limit=12 * 105 * PER_CELL)
    assert (facts["fits"], facts["alternatives"], facts["tokens"]) == (True, [], 105)


def test_one_byte_less_is_refused_with_two_sizes_that_fit() -> None:
    whole, limit = request(LayerParams(prompt=TEXT)), 12 * 105 * PER_CELL - 1
    with pytest.raises(Problem) as problem:
        admit(whole, limit)
    assert (problem.value.code, problem.value.status) == ("too_large", 413)
    fewer_tokens, fewer_layers = alternatives(whole, limit)
    assert fewer_tokens.changes == {"prompt": TEXT[-103:]}
    assert fewer_layers.changes == {"layers": list(range(1, 12))}
    assert max(fewer_tokens.bytes, fewer_layers.bytes) <= limit
    assert problem.value.changes == fewer_tokens.changes
    assert problem.value.remedy == fewer_tokens.label


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.05])
@pytest.mark.parametrize("kind", [PlainParams, LayerParams])
def test_every_size_offered_fits_and_is_the_largest(kind: type[PromptParams], share: float) -> None:
    whole = request(kind(prompt=TEXT))
    limit = int(share * 12 * 105 * PER_CELL)
    found = alternatives(whole, limit)
    assert len(found) == 2
    for each in found:
        smaller = request(kind.model_validate({"prompt": TEXT, **each.changes}))
        assert smaller.bytes_for(len(smaller.tokens)) <= limit
    largest = request(kind(prompt=found[0].changes["prompt"]))
    assert largest.bytes_for(len(largest.tokens) + 2) > limit


def test_only_the_layers_asked_for_are_offered() -> None:
    few = request(LayerParams(prompt=TEXT, layers=[2, 5, 7]))
    offered = alternatives(few, limit=2 * 105 * PER_CELL)
    assert offered[1].changes == {"layers": [5, 7]}


def test_where_nothing_fits_nothing_is_offered() -> None:
    with pytest.raises(Problem) as problem:
        admit(request(LayerParams(prompt=TEXT)), limit=10)
    assert problem.value.changes is None
    assert problem.value.status == 413


def test_memory_that_was_not_there_offers_half() -> None:
    problem = out_of_memory(request(PlainParams(prompt=TEXT)))
    assert (problem.code, problem.status) == ("out_of_memory", 503)
    assert problem.changes is not None
    assert len(problem.changes["prompt"]) <= len(TEXT) / 2
