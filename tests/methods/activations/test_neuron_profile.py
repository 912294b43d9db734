"""Neuron profile: planted neurons come first, equal sets do not differ, and the bundled model's neurons know things."""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from stratascope.models.neurons import neuron_activations
from stratascope.problem import Problem
from tests.families import load_tiny, tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import connected

if TYPE_CHECKING:
    from stratascope.models.model import Model

METHOD = "activations/neuron-profile"
WITH_CAT = ["the cat sat", "a cat is on the one", "cat and cat", "of the cat"]
WITHOUT = ["the model sat", "paris is on the one", "london and paris", "of the model", "the capital"]


@cache
def planted() -> "Model":
    """A random GPT-2 whose neuron 5 of layer 0 reads the direction of “ cat”, and whose attention writes nothing."""
    network, tokenizer = tiny("gpt2")
    block = network.transformer.h[0]
    with torch.no_grad():
        block.attn.c_proj.weight.zero_()
        block.attn.c_proj.bias.zero_()
        network.transformer.wpe.weight.zero_()
        token = tokenizer.encode(" cat", add_special_tokens=False).ids
        assert len(token) == 1
        direction = network.transformer.wte.weight[token[0]] - network.transformer.wte.weight.mean(0)
        block.mlp.c_fc.weight[:, 5] = 20 * direction / direction.norm() / block.ln_2.weight
    return connected("planted-cat", network, tokenizer)


def test_a_planted_neuron_comes_first_and_says_its_token() -> None:
    result = call(METHOD, planted(), "", prompts=WITH_CAT, layer=0, aggregate="max")
    assert result.coords["feature"][0] == "0.5"
    assert result.arrays["top_token"].values[0] == " cat"


def test_it_tells_prompts_with_the_token_from_those_without() -> None:
    result = call(METHOD, planted(), "", prompts=WITH_CAT, against=WITHOUT, layer=0, aggregate="max")
    names = result.coords["feature"]
    assert values(result, "z")[names.index("0.5")] > 5
    assert values(result, "q")[names.index("0.5")] < 0.05


def test_a_set_does_not_differ_from_itself() -> None:
    result = call(METHOD, load_tiny("llama"), "", prompts=WITHOUT, against=WITHOUT)
    assert values(result, "z").tolist() == [0.0] * 20
    assert values(result, "q") == pytest.approx(np.ones(20))
    assert result.facts["clear"] == 0


@pytest.mark.parametrize(("aggregate", "reduced"), [("mean", np.mean), ("max", np.max)])
def test_numbers_are_those_of_the_values(aggregate: str, reduced: Any) -> None:
    model = load_tiny("gemma2")
    result = call(METHOD, model, "the cat sat", layer=3, aggregate=aggregate, epsilon=0.1)
    run = model.run(model.tokenize("the cat sat").ids)
    neurons, first = values(result, "neuron"), int(result.tokens[0].special)
    a = neuron_activations(model, run, 3).numpy()[first:, neurons]
    assert values(result, "value") == pytest.approx(reduced(a, axis=0), abs=1e-6)
    assert values(result, "frequency") == pytest.approx((np.abs(a) > 0.1).mean(0), abs=1e-6)
    assert values(result, "maximum") == pytest.approx(a.max(0), abs=1e-6)
    assert values(result, "by_token")[:, first:] == pytest.approx(a.T, abs=1e-6)
    assert (np.diff(np.abs(values(result, "value"))) <= 1e-6).all()


def test_neurons_may_be_named() -> None:
    result = call(METHOD, load_tiny("llama"), neurons=[7, 3])
    assert sorted(result.coords["feature"]) == ["2.3", "2.7"]
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("llama"), neurons=[48], layer=1)
    assert refused.value.message == "Neuron 48 does not exist; layer 1 has 48 (0–47)."


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"prompts": WITHOUT[:3], "against": WITH_CAT}, "not_enough_samples"),
        ({"layer": 9}, "layer_out_of_range"),
        ({"label": "positive"}, "label_without_set"),
        ({"label": "sour", "prompts_from": "sentiment"}, "unknown_label"),
        ({"label": "sour", "prompts_from": "capital"}, "unknown_label"),
    ],
)
def test_impossible_requests_are_refused_with_a_way_out(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("llama"), **params)
    assert refused.value.code == code
    assert refused.value.changes
    if code == "not_enough_samples":
        assert refused.value.message == "The contrast needs at least 4 prompts in each set; got 3 and 4."


def test_the_bundled_model_has_a_neuron_for_good_moods() -> None:
    texts = {
        label: [f"{name} had a {word} cat. It was" for name in NAMES for word in words]
        for label, words in WORDS.items()
    }
    result = call(METHOD, specimen(), "", prompts=texts["good"], against=texts["bad"], layer=4, aggregate="last")
    row = result.coords["feature"].index("4.495")
    assert values(result, "value")[row] > 5
    assert abs(values(result, "other")[row]) < 0.5
    assert values(result, "q")[row] < 1e-6
    largest = check(result, "largest_z")
    assert largest.value is not None
    assert largest.control is not None
    assert largest.value > 3 * largest.control


NAMES = ("Tom", "Anna", "Alice")
WORDS = {"good": ("wonderful", "beautiful"), "bad": ("terrible", "awful")}


def test_it_has_a_neuron_for_spanish() -> None:
    items = labelled("language")
    result = call(METHOD, specimen(), "", prompts=items["Spanish"][:12], against=items["English"][:12], layer=3)
    assert result.coords["feature"][0] == "3.95"
    assert values(result, "value")[0] > 2 > 0.1 > abs(values(result, "other")[0])
    assert values(result, "frequency")[0] == 1.0


def labelled(prompt_set: str) -> dict[str, list[str]]:
    from stratascope.models.labelled_prompts import labelled_prompts

    found: dict[str, list[str]] = {}
    for item in labelled_prompts(prompt_set, "prompts_from"):
        found.setdefault(str(item.label), []).append(item.prompt)
    return found
