"""Attention drift: nothing for equal prompts, ln 2 for planted heads that turn, and by hand in between."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.method import PromptParams
from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, induction_model

ID = "attention/attention-drift"
OTHER = "the capital of france is cat and the paris"


@pytest.mark.parametrize("family", FAMILIES)
def test_equal_prompts_do_not_drift_and_others_do_alike_in_both_directions(family: str) -> None:
    model = load_tiny(family)
    equal = call(ID, model, prompt_b=PROMPT)
    assert isinstance(equal, HeadGrid)
    for name in ("drift", "entropy_change", "unaligned"):
        assert np.abs(values(equal, name)).max() < 1e-7
    one, other = call(ID, model, PROMPT, prompt_b=OTHER), call(ID, model, OTHER, prompt_b=PROMPT)
    assert values(one, "drift").max() > 0.01
    np.testing.assert_allclose(values(one, "drift"), values(other, "drift"), atol=1e-6)
    np.testing.assert_allclose(values(one, "entropy_change"), -values(other, "entropy_change"), atol=1e-5)
    assert values(one, "drift").max() <= math.log(2)
    assert all(each.verdict in ("ok", "info") for each in one.checks)


def test_a_planted_head_that_turns_drifts_by_ln_2() -> None:
    """At the last w9 the induction head looks behind the first w9; without one it is no induction any more."""
    model = induction_model()
    result = call(ID, model, "w5 w9 w3 w5 w9", prompt_b="w9 w5 w3 w5 w9", top=1)
    by_query = values(result, "by_query")[INDUCTION_HEAD]
    assert np.isnan(by_query[0])
    assert by_query[4] == pytest.approx(math.log(2), abs=1e-4)  # w5: once after position 1, once after position 2
    assert by_query[5] == pytest.approx(math.log(2), abs=1e-4)
    assert np.abs(values(result, "drift")[PREVIOUS_HEAD]).max() < 1e-4
    assert (values(result, "top_layer")[0], values(result, "top_head")[0]) == INDUCTION_HEAD
    assert values(result, "pattern_a")[0, 5, 3] == pytest.approx(1.0, abs=1e-3)
    assert values(result, "pattern_b")[0, 5, 2] == pytest.approx(1.0, abs=1e-3)


@torch.no_grad()
def test_tokens_without_a_partner_are_one_class_by_hand() -> None:
    model = load_tiny("gpt2")
    longer = "the capital of the france is paris and the capital"
    result = call(ID, model, PROMPT, prompt_b=longer, alignment="same")
    aligned = result.facts["aligned"]
    assert result.facts["without_partner"] > 0
    assert result.facts["first_difference"] == 5
    one, other = (model.read(PromptParams(prompt=prompt)) for prompt in (PROMPT, longer))
    for layer, head in ((0, 0), (2, 3)):
        scores, off = [], []
        for t, u in aligned:
            if max(t, u) < 5:
                continue  # before the second prompt's second "the"
            rows = []
            for run, query, side in ((one, t, 0), (other, u, 1)):
                row = run.pattern(layer)[head, query].double().numpy()
                keys = [pair[side] for pair in aligned]
                rows.append(np.append(row[keys], np.delete(row, keys).sum()))
            p, q = rows
            m = (p + q) / 2
            with np.errstate(divide="ignore", invalid="ignore"):
                scores.append(0.5 * (np.nansum(p * np.log(p / m)) + np.nansum(q * np.log(q / m))))
            off.append(0.5 * (p[-1] + q[-1]))
        assert float(values(result, "drift")[layer, head]) == pytest.approx(np.mean(scores), abs=1e-5)
        assert float(values(result, "unaligned")[layer, head]) == pytest.approx(np.mean(off), abs=1e-5)
    assert [quantity.name for quantity in result.quantities] == ["drift", "entropy_change", "unaligned"]


def test_patterns_of_no_heads_can_be_kept() -> None:
    result = call(ID, load_tiny("gpt2"), top=0)
    assert "pattern_a" not in result.arrays
    assert "Head " in result.summary


@pytest.mark.parametrize(
    ("prompt", "params", "code", "text"),
    [
        ("w1 w2", {"prompt_b": "w1 w2 w3"}, "unequal_lengths", r"position alignment needs equal lengths \(3 vs 4\)\."),
        (
            "w1 w2 w3 w4",
            {"prompt_b": "w5 w6 w7 w8", "alignment": "same"},
            "not_aligned",
            r"Only 20% of tokens align; at",
        ),
        ("w1", {"prompt_b": ""}, "nothing_to_compare", "second prompt"),
        ("w1", {"prompt_b": "w2", "alignment": "same"}, "not_enough_samples", "at least 2 aligned tokens"),
        (" ".join(["w1"] * 20), {"prompt_b": "w1"}, "prompt_too_long", "at most 16 tokens; got 21"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    prompt: str, params: dict[str, Any], code: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stratascope.methods.attention.attention_drift.MOST_TOKENS", 16)
    with pytest.raises(Problem, match=text) as found:
        call(ID, induction_model(), prompt, **params)
    assert found.value.code == code
    if found.value.changes:
        assert call(ID, induction_model(), prompt, **(params | found.value.changes)).checks


def test_in_the_bundled_model_the_late_heads_turn_and_none_as_far_as_to_another_heads_targets() -> None:
    countries = call(ID, specimen(), "The capital of France is", prompt_b="The capital of Italy is")
    drift = values(countries, "drift")
    assert np.unravel_index(drift.argmax(), drift.shape) == (5, 2)
    assert float(drift.max()) == pytest.approx(0.202, abs=0.02)
    assert drift[0].max() < 0.01
    assert check(countries, "largest_drift").control == pytest.approx(0.292, abs=0.02)
    assert countries.facts["compared"] == [4, 5]
    names = "When Mary and John went to the store, {} gave a drink to"
    swapped = call(ID, specimen(), names.format("John"), prompt_b=names.format("Mary"))
    assert values(swapped, "by_query")[5, 2:, -1].min() > 0.08  # the two heads that bring the name
    assert np.nanmax(values(swapped, "by_query")[..., :10]) < 1e-6
