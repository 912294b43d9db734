"""Neuron contexts: planted neurons are told apart, lists are those of the weights, and the page needs no model."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from stratascope.models.neuron_corpus import bundled_texts, values_on
from stratascope.models.neurons import neuron_activations, neuron_writes
from stratascope.problem import Problem
from tests.families import FAMILIES, load_tiny
from tests.methods.activations.test_neuron_profile import planted
from tests.methods.call import call, check, document, specimen, values

if TYPE_CHECKING:
    from stratascope.result import Result

METHOD = "activations/neuron-contexts"
TEXTS = ["the cat sat on the one", "a cat and the model", "paris is the capital", "the model reads london", "of paris"]
DENSE = [family for family in FAMILIES if family not in ("olmoe", "mixtral")]


def texts(result: "Result", name: str) -> list[Any]:
    found: list[Any] = result.arrays[name].values.tolist()
    return found


def test_a_planted_neuron_shows_its_token() -> None:
    result = call(METHOD, planted(), "the cat", prompts=TEXTS, layer=0, neuron=5, strongest=2, others=1, window=2)
    centre = result.facts["centre"]
    assert [row[centre] for row in texts(result, "slot_token")][:2] == [" cat", " cat"]
    assert texts(result, "context_group") == ["strongest", "strongest", "middle", "random"]
    assert result.coords["context"] == ["strongest 1", "strongest 2", "middle 1", "random 1"]
    assert texts(result, "kind_token")[0] == " cat"
    assert texts(result, "reads_token")[0][0] == " cat"
    assert int(values(result, "value").argmax()) == len(result.tokens) - 1


@pytest.mark.parametrize("family", DENSE)
def test_values_read_in_batches_are_those_of_a_run(family: str) -> None:
    model = load_tiny(family)
    result = call(METHOD, model, "the cat sat", prompts=TEXTS, layer=2, neuron=7)
    assert check(result, "same_value").verdict == check(result, "neurons_add_up").verdict == "ok"
    read = [model.tokenize(text) for text in TEXTS]
    found = values_on(model, 2, 7, read, lambda done, total, stage: None)  # type: ignore[arg-type]
    for tokens, each in zip(read, found, strict=True):
        torch.testing.assert_close(
            each, neuron_activations(model, model.run(tokens.ids), 2)[:, 7], rtol=1e-4, atol=1e-5
        )
    assert int(values(result, "count").sum()) == result.facts["n_tokens"]
    run = model.run(model.tokenize("the cat sat").ids)
    assert values(result, "value") == pytest.approx(neuron_activations(model, run, 2)[:, 7].numpy(), abs=1e-6)


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "llama", "olmo2", "phi3"])
def test_raised_tokens_are_those_that_the_write_raises(family: str) -> None:
    """A long step along the write leaves only it behind the final norm: the logits then rank as the list does."""
    model = load_tiny(family)
    result = call(METHOD, model, prompts=TEXTS, layer=3, neuron=11, top=5)
    part = model.structure.layers[3]
    write = neuron_writes(model, 3)[11]
    for norm in part.mlp_outputs if family == "olmo2" else ():
        write = norm(write)
    logits = model.unembedding.logits(1e6 * write[None])[0]
    logits = logits - model.unembedding.logits(torch.zeros_like(write)[None])[0]
    assert texts(result, "raised_token") == [model.token(int(i)).text for i in logits.topk(5).indices]
    assert texts(result, "lowered_token") == [model.token(int(i)).text for i in (-logits).topk(5).indices]


def test_neighbours_write_alike() -> None:
    model = load_tiny("llama")
    result = call(METHOD, model, prompts=TEXTS, layer=1, neuron=4)
    writes = neuron_writes(model, 1)
    cosines = torch.nn.functional.cosine_similarity(writes, writes[4][None], dim=1)
    cosines[4] = -2
    assert texts(result, "neighbour")[0] == f"1.{int(cosines.argmax())}"
    assert values(result, "neighbour_cosine")[0] == pytest.approx(float(cosines.max()), abs=1e-5)


def test_a_gated_neuron_has_two_readers() -> None:
    assert call(METHOD, load_tiny("llama"), prompts=TEXTS).coords["reader"] == ["gate", "value"]
    assert call(METHOD, load_tiny("gpt2"), prompts=TEXTS).coords["reader"] == ["input"]


def test_setting_a_neuron_to_zero_is_what_a_silent_write_does() -> None:
    from tests.families import tiny
    from tests.planted import connected

    network, tokenizer = tiny("gpt2")
    with torch.no_grad():
        network.transformer.h[1].mlp.c_proj.weight[9] = 0
    model = connected("silent-neuron", network, tokenizer)
    result = call(METHOD, model, prompts=TEXTS, layer=1, neuron=9, strongest=3)
    assert values(result, "ablation_kl")[0].max() <= 1e-6
    assert values(result, "ablation_kl")[1].max() > 1e-6
    assert np.isnan(values(result, "ablation_nll")).any() == (result.arrays["ablation_nll"].undefined is not None)


def test_without_a_prompt_only_the_corpus_is_shown() -> None:
    result = call(METHOD, load_tiny("gpt2"), "", prompts=TEXTS)
    assert "value" not in result.arrays
    assert result.tokens == []


@pytest.mark.parametrize(
    ("params", "code"), [({"neuron": 128}, "neuron_out_of_range"), ({"layer": 4}, "layer_out_of_range")]
)
def test_what_is_not_there_is_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("gpt2"), prompts=TEXTS, **params)
    assert refused.value.code == code
    assert refused.value.changes


def test_texts_beyond_the_context_are_left_out_with_a_warning() -> None:
    result = call(METHOD, load_tiny("gpt2"), texts=54)
    assert 0 < result.facts["n_texts"] < 54
    assert "longer than" in result.warnings[0]


def test_the_corpus_holds_every_bundled_set() -> None:
    found = bundled_texts(108)
    assert len({source for source, _ in found}) == 26
    assert 90 <= len(found) <= 110


def test_a_neuron_of_the_bundled_model_stands_for_good_moods() -> None:
    result = call(METHOD, specimen(), "The capital of France is", layer=4, neuron=495, texts=324)
    assert {" loved", " enjoyed"} <= set(texts(result, "raised_token"))
    assert {" sobbed", " cried", " frowned"} <= set(texts(result, "lowered_token"))
    assert {" laughed", " danced", " sang"} <= set(texts(result, "reads_token")[0])
    assert result.facts["frequency"] < 0.06
    assert set(texts(result, "context_source")[:6]) == {"sentiment"}
    assert values(result, "context_value")[0] > 9
    assert np.abs(values(result, "value")).max() < 0.2, "nothing of a mood in the capital of France"
    effect = check(result, "ablation_kl")
    assert effect.value is not None
    assert effect.control is not None
    assert effect.value > 10 * effect.control
    stored = json.loads(document(result, METHOD).to_json())
    assert len(json.dumps(stored)) < 60_000
