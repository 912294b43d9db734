"""Run difference: nothing between equal runs, the planted layer between unequal models, and identities in between."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.comparison.run_difference import FLOOR, MEASURES, run_difference
from stratascope.models.half import half_precision_run
from stratascope.models.library import Library
from stratascope.models.load import load
from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, LAYERS, load_tiny, tiny
from tests.methods.call import PROMPT, check, document
from tests.planted import WORDS, connected, golden_model, still_model, words
from tests.prompts import SECOND

METHOD = "comparison/run-difference"
FRANCE, ITALY = "The capital of France is", "The capital of Italy is"


@cache
def specimen() -> Model:
    return load(Library(()).find("specimen"))


def difference(model: Model, prompt: str, prompt_b: str = "", other: Model | None = None, **params: Any) -> LayerCurve:
    given = {"model": model.id, "prompt": prompt, "prompt_b": prompt_b, **params}
    request = run_difference.request.model_validate(given)
    result = run_difference.function(model, run_difference.split(request)[1], other)
    assert isinstance(result, LayerCurve)
    return result


def series(result: LayerCurve, name: str) -> np.ndarray:
    values: np.ndarray = result.arrays["difference"].values
    return values[result.coords["series"].index(name)]


@pytest.mark.parametrize("family", FAMILIES)
def test_equal_runs_are_exactly_0_apart(family: str) -> None:
    result = difference(load_tiny(family), PROMPT, PROMPT)
    for measure in MEASURES:
        assert np.abs(series(result, measure)).max() == 0.0
        assert (series(result, FLOOR[measure]) >= 0.0).all()
    assert result.facts["parts_at"] is None
    assert result.facts["identical_rows"] == LAYERS + 1
    assert result.facts["first_difference"] is None
    assert check(result, "same_run").value <= 1e-6
    assert "the same in all 5 rows" in result.summary


@pytest.mark.parametrize("layer", range(LAYERS))
@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_models_that_differ_in_one_layer_part_behind_it(family: str, layer: int) -> None:
    (network, tokenizer), (changed, _) = tiny(family), tiny(family)
    part = changed.transformer.h[layer].mlp.c_proj if family == "gpt2" else changed.model.layers[layer].mlp.down_proj
    with torch.no_grad():
        part.weight.mul_(2.0)
    result = difference(connected("one", network, tokenizer), PROMPT, other=connected("two", changed, tokenizer))
    for measure in MEASURES:
        assert np.abs(series(result, measure)[: layer + 1]).max() == 0.0
        assert series(result, measure)[layer + 1] > 1e-4
    assert result.facts["identical_rows"] == layer + 1
    assert result.facts["parts_at"] == layer + 1
    assert result.facts["models"] == {"a": "one", "b": "two"}


def test_the_measures_are_what_they_say() -> None:
    model = load_tiny("qwen3")
    one, two = (model.run(model.tokenize(text).ids) for text in (PROMPT, SECOND[PROMPT]))
    result, at = difference(model, PROMPT, SECOND[PROMPT], position=-3), len(one.ids) - 3
    for row in range(LAYERS + 1):
        x, y = one.resid[row, at].double(), two.resid[row, at].double()
        p, q = (model.unembedding.logits(vector.float()).double().log_softmax(-1) for vector in (x, y))
        expected = {
            "KL": float((p.exp() * (p - q)).sum()),
            "cosine distance": float(1 - x @ y / (x.norm() * y.norm())),
            "relative L2": float((x - y).norm() / x.norm()),
        }
        for name, value in expected.items():
            assert series(result, name)[row] == pytest.approx(value, rel=1e-3, abs=1e-6)


def test_a_model_whose_parts_add_nothing_differs_only_by_its_token() -> None:
    model = still_model()
    same_token = difference(model, PROMPT, SECOND[PROMPT], position=3)
    assert np.abs(same_token.arrays["difference"].values[::2]).max() == 0.0
    other_token = difference(model, PROMPT, SECOND[PROMPT])
    kl = series(other_token, "KL")
    assert kl.min() > 0.0
    np.testing.assert_allclose(kl, kl[0], rtol=1e-5)
    assert other_token.facts["identical_rows"] == 0


def test_the_floor_is_the_run_in_half_precision() -> None:
    model = load_tiny("gemma2")
    run = model.run(model.tokenize(PROMPT).ids)
    half = half_precision_run(model, run)
    assert half is not None
    result = difference(model, PROMPT, SECOND[PROMPT])
    gap = (half.resid[:, -1].float() - run.resid[:, -1]).norm(dim=-1) / run.resid[:, -1].norm(dim=-1)
    np.testing.assert_allclose(series(result, FLOOR["relative L2"]), gap.numpy(), atol=1e-6)
    assert gap[1:].min() > 1e-4
    assert gap.max() < 0.05
    assert torch.equal(model.run(run.tokens.ids).resid, run.resid)


def test_a_model_in_half_precision_has_no_floor() -> None:
    network, tokenizer = tiny("llama")
    model = connected("half", network.to(torch.bfloat16), tokenizer)
    result = difference(model, PROMPT, SECOND[PROMPT])
    assert result.coords["series"] == list(MEASURES)
    assert np.isfinite(result.arrays["difference"].values).all()
    assert "no floor" in result.warnings[0]
    assert result.facts["parts_at"] is not None


def test_the_floor_can_be_left_out() -> None:
    model, whole = specimen(), difference(specimen(), FRANCE, ITALY)
    before = model.runs.forwards
    result = difference(model, FRANCE, ITALY, floor="none")
    assert model.runs.forwards == before + 1
    assert result.warnings == []
    for measure in MEASURES:
        np.testing.assert_array_equal(series(result, measure), series(whole, measure))


def test_a_vector_without_length_has_no_direction_and_the_answer_says_so() -> None:
    network, tokenizer = tiny("llama")
    with torch.no_grad():
        network.model.embed_tokens.weight[tokenizer.token_to_id("<s>")] = 0.0
    result = difference(connected("nothing", network, tokenizer), PROMPT, SECOND[PROMPT], position=0)
    assert np.isnan(series(result, "cosine distance")).all()
    assert document(result, METHOD).head["result"]["nonfinite"] == {}
    assert result.arrays["difference"].undefined == "a vector of length 0 has no direction"


def test_facts_and_checks_of_two_prompts() -> None:
    result = difference(specimen(), FRANCE, ITALY)
    facts = result.facts
    assert (facts["position"], facts["other_position"], facts["first_difference"]) == (5, 5, 4)
    assert [facts["predictions"][side]["text"] for side in ("a", "b")] == [" Paris", " Rome"]
    assert check(result, "aligned").label == "aligned 6 of 6"
    assert [token.text if token else None for token in result.other_tokens] == [None] * 4 + [" Italy", None]
    assert facts["units"][FLOOR["KL"]] == "nats"
    assert {each.verdict for each in result.checks} == {"ok", "info"}


def test_prompts_of_unequal_lengths_are_aligned_as_asked() -> None:
    longer = "Anna said: The capital of France is"
    result = difference(specimen(), FRANCE, longer, alignment="last")
    tokens = len(specimen().tokenize(longer).ids)
    assert (result.facts["position"], result.facts["other_position"]) == (5, tokens - 1)
    assert check(result, "aligned").label == f"aligned 6 of {tokens}"
    same = difference(specimen(), FRANCE, longer, alignment="same", position=4)
    assert same.facts["other_position"] == tokens - 2
    assert all(token is None for token in same.other_tokens)
    shorter = difference(specimen(), longer, FRANCE, position=3)
    assert shorter.facts["other_position"] == 3


def refusal(model: Model, prompt: str, prompt_b: str = "", other: Model | None = None, **params: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        difference(model, prompt, prompt_b, other, **params)
    return caught.value


def test_what_cannot_be_compared_is_refused() -> None:
    alone = refusal(specimen(), FRANCE)
    assert (alone.code, alone.field) == ("nothing_to_compare", "prompt_b")
    lonely = refusal(specimen(), FRANCE, "France")
    assert (lonely.code, lonely.changes) == ("no_partner", {"alignment": "last"})
    early = refusal(specimen(), FRANCE, "France", alignment="last", position=1)
    assert (early.code, early.changes) == ("no_partner", {"position": -1})
    assert refusal(specimen(), FRANCE, ITALY, position=6).code == "position_out_of_range"
    long = refusal(specimen(), FRANCE, "word " * 300)
    assert (long.code, long.field, set(long.changes or {})) == ("prompt_too_long", "prompt_b", {"prompt_b"})


def test_models_of_other_shapes_or_tokenizers_are_refused() -> None:
    shapes = refusal(load_tiny("gpt2"), PROMPT, other=specimen())
    assert (shapes.code, shapes.field) == ("pair_incompatible", "other")
    assert f"L={LAYERS}, d=32" in shapes.message
    cut = refusal(golden_model(), "w5 w1 w2", other=renumbered())
    assert (cut.code, cut.field) == ("tokenizer_mismatch", "other")
    assert "(4 vs 4 tokens; first difference at 2)" in cut.message


def renumbered() -> Model:
    """A model of the golden one's shape whose tokenizer has two words exchanged."""
    from tokenizers import Tokenizer

    text = words(WORDS).to_str()
    one, other = re.search(r'"w1": *1\b', text), re.search(r'"w2": *2\b', text)
    assert one
    assert other
    text = text.replace(one[0], '"w1":2').replace(other[0], '"w2":1')
    return connected("renumbered", golden_model().network, Tokenizer.from_str(text))
