"""Patched run: against passes with one hook, against itself, and on a model whose only path is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.method import Progress
from stratascope.methods.causal.patched_run import NOTICEABLE, patched_run
from stratascope.models.edit import values_at
from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import TokenGrid
from tests.families import FAMILIES, LAYERS, load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.methods.causal.test_activation_patching import JOHN, MARY, planted_difference
from tests.models.test_edit import naive
from tests.planted import connected, induction_model
from tests.prompts import SECOND

METHOD = "causal/patched-run"
CELL = ("row", "position")
families = pytest.mark.parametrize("family", FAMILIES)


def patched(model: Model, clean: str, corrupt: str = "", other: Model | None = None, **params: Any) -> TokenGrid:
    request = patched_run.request.model_validate({"model": model.id, "clean": clean, "corrupt": corrupt, **params})
    result = patched_run.function(model, patched_run.split(request)[1], other)
    assert isinstance(result, TokenGrid)
    return result


def divergence(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """KL(before‖after) of logits, in nats."""
    p, q = before.double().log_softmax(-1), after.double().log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1)


@families
def test_the_output_row_is_a_pass_with_one_hook(family: str) -> None:
    """From another layer and position of the other run, and the other way round."""
    model = load_tiny(family)
    runs = {side: model.run(model.tokenize(text).ids) for side, text in (("a", PROMPT), ("b", SECOND[PROMPT]))}
    last = len(runs["a"].ids) - 1
    for side, source_side, layer, at, source_layer, source_at in (
        ("a", "b", 1, last - 2, 2, last),
        ("b", "a", 0, 1, 1, 2),
        ("a", "a", LAYERS - 1, last, 1, 1),
    ):
        cells = {"layer": layer, "position": at, "source_layer": source_layer, "source_position": source_at}
        result = patched(
            model, PROMPT, SECOND[PROMPT], side=side, source_side=source_side, answer_id=30, foil_id=40, **cells
        )
        base, value = runs[side], values_at(runs[source_side], "resid_pre")[source_layer, source_at]
        after, before = naive(model, base.ids, "resid_pre", layer, at, value), base.logits()
        np.testing.assert_allclose(values(result, "change")[-1], divergence(before, after).numpy(), atol=1e-5)
        np.testing.assert_allclose(values(result, "probability")[-1], after.softmax(-1).amax(-1).numpy(), atol=1e-5)
        assert values(result, "topk_ids")[-1, :, 0].tolist() == after.argmax(-1).tolist()
        diff = result.facts["logit_diff"]
        assert diff["before"] == pytest.approx(float(before[-1, 30] - before[-1, 40]), abs=1e-5)
        assert diff["after"] == pytest.approx(float(after[-1, 30] - after[-1, 40]), abs=1e-5)


@families
def test_a_cell_replaced_by_itself_changes_nothing(family: str) -> None:
    result = patched(load_tiny(family), PROMPT, layer=1, position=2, source_side="a")
    assert values(result, "change").max() <= 1e-6
    assert check(result, "identity_patch").verdict == "ok"
    assert "replaced by itself" in result.warnings[0]
    assert result.facts["cone"]["changed"] == 0
    lens = call("lens/logit-lens", load_tiny(family))
    for name in ("probability", "entropy", "kl", "norm"):
        np.testing.assert_allclose(values(result, name), values(lens, name), atol=2e-5, err_msg=name)


def test_nothing_changes_outside_the_cone() -> None:
    result = patched(specimen(), MARY, JOHN, layer=2, position=10)
    change = values(result, "change")
    inside = np.zeros(change.shape, bool)
    inside[2:, 10:] = True
    assert (change[~inside] == 0.0).all()
    assert change[2, 10] > 1.0
    assert check(result, "unchanged_outside_cone").value == 0.0
    assert result.facts["cone"] == {
        "row": 2,
        "position": 10,
        "cells": int(inside.sum()),
        "changed": int((change > NOTICEABLE).sum()),
    }
    lens = call("lens/logit-lens", specimen(), MARY)
    for name in ("probability", "norm"):
        np.testing.assert_allclose(values(result, name)[~inside], values(lens, name)[~inside], atol=1e-5)


def test_the_induction_circuit_is_followed_to_the_end() -> None:
    """w5 w9 … w5 → w9. With w7's cell in the place of w9's the model answers w7; from layer 1 on the cell is not read."""
    prompts = ("w1 w5 w9 w2 w5", "w1 w5 w7 w2 w5")
    early = patched(induction_model(), *prompts, layer=0, position=3, answer="w9", foil="w7")
    diff = early.facts["logit_diff"]
    assert diff["before"] == pytest.approx(-diff["after"], abs=1e-3)
    assert values(early, "topk_text")[-1, -1, 0].strip() == "w7"
    assert np.argwhere(values(early, "change")[-1] > NOTICEABLE)[-1] == [5]
    assert early.facts["source"]["token"]["text"].strip() == "w7"
    assert early.facts["patched"]["token"]["text"].strip() == "w9"


def test_answer_and_foil_are_followed_through_every_cell() -> None:
    result = patched(specimen(), MARY, JOHN, layer=0, position=10, answer=" Mary", foil=" John")
    assert result.coords["target"] == [" Mary", " John"]
    last = values(result, "target_logprob")[-1, -1]
    assert last[0] - last[1] == pytest.approx(result.facts["logit_diff"]["after"], abs=1e-4)
    assert "logit difference “ Mary” − “ John”" in result.summary
    own = patched(specimen(), MARY, JOHN, layer=0, position=10).facts
    assert own["answer"][0]["text"] == " Mary"
    assert own["answer"] != own["foil"]


def test_the_sides_are_named_only_where_there_are_two() -> None:
    for sides in ({}, {"source_side": "a"}, {"corrupt": MARY}):
        one = patched(specimen(), MARY, layer=3, position=14, source_position=4, **sides)
        assert "With layer 3, position 4 “ John” in the place of layer 3, position 14 “ to”" in one.summary
        assert one.facts["source"]["side"] == one.facts["patched"]["side"] == "a"
    two = patched(specimen(), MARY, JOHN, side="b", source_side="a", layer=2, position=10)
    assert "With A’s layer 2, position 10 “ John” in the place of B’s" in two.summary
    assert document(two, METHOD).head["result"]["facts"]["patched"]["side"] == "b"


def test_two_models_on_one_prompt() -> None:
    """They differ in the MLP of layer 2, so their streams entering layer 2 are the same, and those of layer 3 are not."""
    one, other = planted_difference(layer=2)
    assert values(patched(one, PROMPT, other=other, layer=2), "change").max() <= 1e-6
    assert "Both cells hold the same values" in patched(one, PROMPT, other=other, layer=2).warnings[0]
    result = patched(one, PROMPT, other=other, layer=3)
    assert values(result, "change").max() > 1e-4
    assert result.facts["source"]["model"] == "other"
    assert values(patched(one, PROMPT, other=other, side="b", source_side="a", layer=3), "change").max() > 1e-4


def test_prompts_of_different_lengths_are_patched_cell_by_cell() -> None:
    result = patched(specimen(), MARY, "The capital of France is", layer=1, position=14, source_position=-1)
    assert result.facts["source"]["position"] == 5
    assert values(result, "change").shape[1] == 15


def refusal(**params: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        patched(specimen(), params.pop("clean", MARY), params.pop("corrupt", "The capital of France is"), **params)
    return caught.value


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"layer": 6}, "layer_out_of_range", "layer"),
        ({"source_layer": 6}, "layer_out_of_range", "source_layer"),
        ({"position": 15}, "position_out_of_range", "position"),
        ({"position": -16}, "position_out_of_range", "position"),
        ({"position": 3, "source_position": 6}, "position_out_of_range", "source_position"),
        ({"position": 6}, "position_out_of_range", "source_position"),
        ({"clean": ""}, "prompt_empty", "clean"),
        ({"source_position": 0, "corrupt": "word " * 300}, "prompt_too_long", "corrupt"),
        ({"answer": "two words", "source_position": 0}, "token_not_single", "answer"),
        ({"foil_id": 10**6, "source_position": 0}, "bad_parameter", "foil_id"),
    ],
)
def test_what_cannot_be_patched_is_refused(params: dict[str, Any], code: str, field: str) -> None:
    problem = refusal(**params)
    assert (problem.code, problem.field) == (code, field)
    if code == "position_out_of_range":
        assert problem.changes == {field: -1}


def test_models_that_do_not_match_are_refused() -> None:
    with pytest.raises(Problem) as caught:
        patched(load_tiny("gpt2"), PROMPT, other=specimen())
    assert caught.value.code == "pair_incompatible"


def test_a_model_in_half_precision_is_patched_in_half_precision() -> None:
    (network, tokenizer) = planted_network()
    result = patched(connected("half", network, tokenizer), PROMPT, SECOND[PROMPT], layer=1)
    assert np.isfinite(values(result, "change")).all()
    assert all(each.verdict == "ok" for each in result.checks)


def planted_network() -> tuple[Any, Any]:
    from tests.families import tiny

    network, tokenizer = tiny("llama")
    return network.to(torch.bfloat16), tokenizer


class Watched(Progress):
    """Keeps what a method says on the way."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.stages.append(stage)

    def partial(self, result: Any) -> None:
        raise AssertionError


def test_it_says_what_it_does() -> None:
    watched = Watched()
    patched_run.function(specimen(), patched_run.params(clean=MARY, layer=2), progress=watched)
    assert watched.stages == ["running the layers above", "decoding"]
