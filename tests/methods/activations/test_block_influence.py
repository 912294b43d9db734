"""Block influence: still and negating layers, the cosine that another method measures, and means over prompts."""

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.planted import still_model

ID = "activations/block-influence"
SEVERAL = ["the capital of france", "paris and the capital", "one cat sat on the model"]


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "gemma2", "olmoe"])
def test_it_is_one_minus_the_cosine_of_sublayer_contribution(family: str) -> None:
    model = load_tiny(family)
    found = values(call(ID, model, prompts=SEVERAL), "value")[0]
    other = values(call("activations/sublayer-contribution", model, prompts=SEVERAL), "io_cos")
    np.testing.assert_allclose(found, 1 - other, atol=1e-6)


def test_a_layer_that_adds_nothing_has_none() -> None:
    result = call(ID, still_model())
    np.testing.assert_allclose(values(result, "value"), 0.0, atol=1e-6)
    assert values(result, "order").tolist() == [0, 1, 2, 3]


def test_a_layer_that_turns_the_stream_around_has_two(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    one, other = run.resid[0], torch.randn(run.resid[0].shape, generator=torch.Generator().manual_seed(0))
    rows = torch.stack([one, -one, -3 * one, other, torch.zeros_like(one)])
    monkeypatch.setattr(type(run), "resid", property(lambda self: rows))
    result = call(ID, model)
    found = values(result, "value")
    np.testing.assert_allclose(found[:, 0], 2.0, atol=1e-5)
    np.testing.assert_allclose(found[:, 1], 0.0, atol=1e-5)
    assert 0.7 < found[0, 2] < 1.3  # a random direction
    assert np.isnan(found[:, 3]).all()  # no direction
    assert values(result, "order").tolist() == [1, 2, 0, 3]
    assert not document(result).head["result"]["nonfinite"]
    assert "layer 0 most (2.000)" in result.summary


def test_the_last_token_is_a_series_of_its_own() -> None:
    result = call(ID, load_tiny("llama"))
    assert isinstance(result, LayerCurve)
    by_token = values(result, "by_token")
    np.testing.assert_allclose(values(result, "value")[1], by_token[:, -1])
    np.testing.assert_allclose(values(result, "value")[0], by_token[:, 1:].mean(-1), rtol=1e-5)
    everything = call(ID, load_tiny("llama"), include_bos=True)
    np.testing.assert_allclose(values(everything, "value")[0], by_token.mean(-1), rtol=1e-5)
    assert result.facts == {"n_prompts": 1, "n_tokens": by_token.shape[1] - 1, "left_out": [0]}


def test_prompts_are_averaged_after_their_tokens() -> None:
    model = load_tiny("llama")
    result = call(ID, model, prompts=SEVERAL)
    each = np.stack([values(call(ID, model, prompt), "value") for prompt in SEVERAL])
    np.testing.assert_allclose(values(result, "by_prompt"), each, atol=1e-6)
    mean, error = each.mean(0), each.std(0, ddof=1) / 3**0.5
    for name, expected in (("value", mean), ("low", mean - error), ("high", mean + error)):
        np.testing.assert_allclose(values(result, name), expected, atol=1e-6)
    assert result.coords["prompt"] == [f"{i} {prompt}" for i, prompt in enumerate(SEVERAL, 1)]
    assert result.facts["n_prompts"] == 3
    assert "by_token" not in result.arrays
    assert not result.tokens


def test_a_stream_after_the_final_norm_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    rows = run.resid.clone()
    rows[-1] = model.unembedding.norm(rows[-1])
    monkeypatch.setattr(type(run), "logits", lambda self, at: model.unembedding.logits(rows[-1][at]))
    assert check(call(ID, model), "matches_output").verdict == "fail"


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), "")
    assert found.value.code == "prompt_empty"


def test_in_the_bundled_model_the_layers_before_the_middle_turn_least() -> None:
    value = values(call(ID, specimen(), prompts_from="induction"), "value")[0]
    assert value.argmin() == 2
    assert value.argmax() == 0
    np.testing.assert_allclose(value, [0.85, 0.29, 0.09, 0.10, 0.21, 0.35], atol=0.01)
