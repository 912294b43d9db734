"""Activation sparsity, against arithmetic by hand and on the bundled model."""

from typing import Any

import numpy as np
import pytest

from stratascope.problem import Problem
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.models.test_other_families import connected

METHOD = "activations/activation-sparsity"
DENSE = [family for family in FAMILIES if family not in ("olmoe", "mixtral")]
PROMPT = "The capital of France is"


@pytest.mark.parametrize("family", DENSE)
def test_keeping_every_neuron_costs_nothing_and_dropping_all_of_them_holds_nothing(family: str) -> None:
    everything = call(METHOD, load_tiny(family), metric="topk", k=1.0)
    assert values(everything, "value")[0].max() == 0.0
    assert everything.facts["ppl_ratio"] == pytest.approx(1.0, abs=1e-5)
    nothing = call(METHOD, load_tiny(family), metric="fat", epsilon=1e6)
    assert values(nothing, "value")[0].min() == 1.0
    assert values(nothing, "value")[1].max() == 0.0
    assert check(everything, "neurons_add_up").verdict == "ok"


def test_relu_is_half_off_at_random_weights_and_its_zeros_cost_nothing() -> None:
    model = connected("opt", ffn_dim=512, enable_bias=False)
    result = call(METHOD, model, metric="zero")
    assert values(result, "value")[0] == pytest.approx(np.full(4, 0.5), abs=0.15)
    assert result.facts["ppl_ratio"] == pytest.approx(1.0, abs=1e-5)
    assert result.facts["ppl_ratio_random"] > 1.01
    assert result.warnings == []


def test_smooth_nonlinearities_come_with_a_warning() -> None:
    assert "Exact zeros are rare with SiLU" in call(METHOD, load_tiny("llama"), metric="zero").warnings[0]
    assert call(METHOD, load_tiny("llama"), metric="fat").warnings == []


def test_the_share_of_small_gates_is_not_that_of_small_products() -> None:
    gate, product = (values(call(METHOD, load_tiny("llama"), epsilon=0.3, site=site), "value")[0] for site in SITES)
    assert np.abs(gate - product).max() > 0.02
    gate, product = (values(call(METHOD, load_tiny("gpt2"), epsilon=0.3, site=site), "value")[0] for site in SITES)
    assert np.array_equal(gate, product)


SITES = ("gate", "product")


def test_single_tokens_are_shown_for_one_prompt_and_prompts_for_several() -> None:
    one = call(METHOD, load_tiny("llama"), epsilon=0.3)
    by_token = values(one, "by_token")
    assert by_token.shape == (2, 4, len(one.tokens))
    assert values(one, "value") == pytest.approx(by_token[:, :, one.facts["n_tokens"] * -1 :].mean(-1), abs=1e-6)
    texts = ["the cat sat", "the capital of france"]
    several = call(METHOD, load_tiny("llama"), "", prompts=texts, epsilon=0.3)
    each = np.stack([values(call(METHOD, load_tiny("llama"), text, epsilon=0.3), "value") for text in texts])
    assert values(several, "by_prompt") == pytest.approx(each, abs=1e-6)
    assert values(several, "value") == pytest.approx(each.mean(0), abs=1e-6)
    assert "by_token" not in several.arrays


def test_a_mixture_of_experts_is_refused_with_the_reason() -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("mixtral"))
    assert (refused.value.code, refused.value.status) == ("capability_missing", 409)
    assert "mixture of experts" in refused.value.message


@pytest.mark.parametrize("params", [{"k": 0.0}, {"k": 1.5}, {"epsilon": -1.0}, {"metric": "cett"}])
def test_impossible_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        call(METHOD, load_tiny("gpt2"), **params)


def test_a_tenth_of_the_neurons_carries_the_bundled_model() -> None:
    result = call(METHOD, specimen(), PROMPT, metric="topk", k=0.1)
    assert 1.0 < result.facts["ppl_ratio"] < 1.4
    assert result.facts["ppl_ratio_random"] > 50
    held = values(result, "value")[1]
    assert held[4] > 0.7 > 0.4 > held[:2].max(), "few neurons hold the later layers, many the first"


def test_its_later_layers_have_more_silent_neurons() -> None:
    off = values(call(METHOD, specimen(), PROMPT, epsilon=0.1), "value")[0]
    assert off[0] < 0.25
    assert off[3:].min() > 0.45
