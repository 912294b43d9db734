"""The commitment layer: the library's own answers by row, planted and silent models, pairs, and facts of the specimen."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import LayerCurve
from stratascope.specimen.geography import COUNTRY_NAMES
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model, still_model

ID = "lens/commitment-layer"
CAPITALS = [f"The capital of {name} is" for name in COUNTRY_NAMES]


@pytest.mark.parametrize("family", FAMILIES)
def test_layers_are_where_the_librarys_answers_stop_changing(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    top = lens_logits(model, model.tokenize(PROMPT).ids).argmax(-1)
    expected = [next(row for row in range(5) if bool((column[row:] == column[-1]).all())) for column in top.T]
    assert values(result, "layer").tolist() == expected
    assert check(result, "matches_output").verdict == "ok"


def test_the_curves_count_the_tokens() -> None:
    model = load_tiny("llama")
    result = call(ID, model)
    layer = values(result, "layer")[1:]  # without the marker in front
    at, by, chance = values(result, "mean")
    np.testing.assert_allclose(at, [(layer == row).mean() for row in range(5)], atol=1e-6)
    np.testing.assert_allclose(by, np.cumsum(at), atol=1e-6)
    assert by[-1] == chance[-1] == 1.0
    assert result.facts["mean_relative_depth"] == pytest.approx(layer.mean() / 4)
    np.testing.assert_allclose(values(result, "relative_depth"), values(result, "layer") / 4)


def test_planted_models_settle_where_they_decide() -> None:
    assert not values(call(ID, still_model()), "layer").any()
    found = call(ID, induction_model(), "w5 w9 w3 w5", positions="last")
    assert values(found, "layer").tolist() == [2.0]
    assert found.coords["position"] == ["4"]
    assert found.facts["by_chance"] == 1.0


def test_no_margin_is_no_commitment() -> None:
    result = call(ID, load_tiny("gpt2"), mode="margin", margin=50.0)
    assert np.isnan(values(result, "layer")).all()
    assert not document(result).head["result"]["nonfinite"]
    assert "none is ahead by the margin" in result.summary


def test_a_pair_is_followed_in_log_probabilities() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, mode="pair", target=" paris", distractor=" cat")
    logp = lens_logits(model, model.tokenize(PROMPT).ids)[:, -1].log_softmax(-1)
    right, wrong = logp[:, model.single_token(" paris")], logp[:, model.single_token(" cat")]
    np.testing.assert_allclose(values(result, "mean"), torch.stack([right, wrong, wrong - right]), atol=1e-4)
    gap = (wrong - right).tolist()
    winner = "distractor" if gap[-1] > 0 else "target"
    sign = 1 if gap[-1] > 0 else -1
    since = next(row for row in range(5) if all(sign * g > 0 for g in gap[row:]))
    assert result.facts[f"{winner}_wins_from"] == since
    assert result.facts["divergence_layer"] == int(np.argmax(sign * np.diff(gap)))


def test_planted_induction_turns_the_pair_in_the_last_layer() -> None:
    facts = call(ID, induction_model(), "w5 w9 w3 w5", mode="pair", target="w5", distractor="w9").facts
    assert (facts["distractor_wins_from"], facts["target_wins_from"], facts["divergence_layer"]) == (2, None, 1)


def test_many_prompts_are_averaged_prompt_by_prompt() -> None:
    model, texts = load_tiny("gpt2"), [PROMPT, "one cat sat on the model", "the capital"]
    result = call(ID, model, prompts=texts)
    single = [call(ID, model, text) for text in texts]
    expected = np.stack([values(each, "mean") for each in single])
    assert isinstance(result, LayerCurve)
    np.testing.assert_allclose(values(result, "by_prompt"), expected, atol=1e-6)
    np.testing.assert_allclose(values(result, "mean"), expected.mean(0), atol=1e-6)
    error = expected.std(0, ddof=1) / 3**0.5
    np.testing.assert_allclose(values(result, "high") - values(result, "mean"), error, atol=1e-6)
    layers = [each.facts["mean_layer"] for each in single]
    np.testing.assert_allclose(values(result, "layer_by_prompt"), layers, rtol=1e-6)
    assert result.facts["mean_layer"] == pytest.approx(np.mean(layers))
    assert (result.facts["n_prompts"], len(result.coords["prompt"])) == (3, 3)
    assert not result.tokens


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"mode": "pair", "target": " cat", "distractor": " cat"}, "same_token"),
        ({"mode": "pair", "target": "not one token"}, "token_not_single"),
        ({"stable": 5}, "bad_parameter"),
        ({"prompts_from": "no-such-set"}, "unknown_prompt_set"),
    ],
)
def test_questions_without_an_answer_are_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code


def test_a_remembered_fact_of_the_specimen_settles_late_and_the_raw_lens_sees_it_later() -> None:
    """Forty capitals: with the model's own head they settle at row 4.3 of 6, behind translators at row 1.7."""
    raw, tuned = (call(ID, specimen(), prompts=CAPITALS, positions="last", lens=lens) for lens in ("raw", "tuned"))
    assert 4.0 < raw.facts["mean_layer"] < 4.7
    assert 1.3 < tuned.facts["mean_layer"] < 2.2
    for found in (raw, tuned):
        assert found.facts["mean_relative_depth"] < found.facts["by_chance"] - 0.15
    france = call(ID, specimen(), "The capital of France is", positions="last")
    assert values(france, "layer").tolist() == [3.0]
