"""Inflection layers: ratios that are known by construction, means over prompts, and what is refused."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.attention.inflection_layers import inflection_layers
from stratascope.models.library import Library
from stratascope.models.load import load
from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import connected, golden_model, still_model

ID = "attention/inflection-layers"
ENTROPY, GRADIENT, TIMES_STREAM, WEIGHTS, PASSED = range(5)
PROMPTS = ["the capital of france is paris", "the cat sat on the model", "one cat reads the capital of london"]

SENTENCES = [
    "When Mary and John went to the store, John gave a drink to Mary.",
    "The capital of France is Paris and the capital of Italy is Rome.",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_stand_finite_differences_in_every_family(family: str) -> None:
    result = call(ID, load_tiny(family))
    assert isinstance(result, LayerCurve)
    assert check(result, "finite_differences").value < 1e-2
    assert check(result, "same_loss").value < 1e-5
    value, gradient = values(result, "value"), values(result, "gradient")
    assert value.shape == (5, 4)
    np.testing.assert_allclose(value[PASSED], gradient[:-1] / gradient[1:], rtol=1e-5)
    np.testing.assert_allclose(value[GRADIENT], gradient[:-1], rtol=1e-6)
    assert (value[ENTROPY] > 0).all()
    assert (value[ENTROPY] <= 1 + 1e-6).all()
    assert (value[WEIGHTS] > 0).all()


def test_layers_that_add_nothing_pass_on_everything() -> None:
    result = call(ID, still_model(), decay=10.0, entropy_quantile=1.0)
    np.testing.assert_allclose(values(result, "value")[PASSED], 1.0, rtol=1e-5)
    assert result.facts["flagged"] == [0, 1, 2, 3]
    none = call(ID, still_model())
    assert none.facts["flagged"] == []
    assert "None of 4 layers" in none.summary


@pytest.mark.parametrize("factor", [0.25, -3.0])
def test_a_layer_that_scales_the_stream_passes_on_as_much(factor: float) -> None:
    """A layer that shrinks the stream to a quarter hands a quarter of the gradient back."""
    model = still_model("llama")
    prompt = "one cat"
    handle = model.structure.layers[1].module.register_forward_hook(lambda module, given, output: factor * output)
    try:
        result = call(ID, model, "", prompts=[prompt], entropy_quantile=1.0)
    finally:
        handle.remove()
    np.testing.assert_allclose(values(result, "value")[PASSED], [1, abs(factor), 1, 1], rtol=1e-5)
    assert result.facts["flagged"] == ([1] if abs(factor) <= 0.5 else [])


def test_gradients_are_those_of_the_library_by_hand() -> None:
    model = golden_model()
    result = call(ID, model, "w5 w9 w3 w5 w9")
    ids = torch.tensor([token.id for token in result.tokens])
    embedded = model.network.transformer.wte(ids)[None].detach().requires_grad_(True)
    out = model.network(inputs_embeds=embedded)
    loss = torch.nn.functional.cross_entropy(out.logits[0, :-1], ids[1:], reduction="sum")
    (own,) = torch.autograd.grad(loss, embedded)
    lengths = own[0, 1:-1].norm(dim=-1)  # neither <s> nor the last token, which predicts nothing
    assert float(values(result, "gradient")[0]) == pytest.approx(float(lengths.mean()), rel=1e-4)
    stream = model.run(ids.tolist()).resid[0, 1:-1].norm(dim=-1)
    assert float(values(result, "value")[TIMES_STREAM, 0]) == pytest.approx(float((lengths * stream).mean()), rel=1e-4)
    assert result.facts["loss"] == pytest.approx(float(loss.detach()) / 5, rel=1e-5)


def test_the_last_token_alone_can_be_predicted() -> None:
    model = golden_model()
    both = [call(ID, model, "w5 w9 w3", loss=loss) for loss in ("next_token", "last_token")]
    losses = -model.run([0, 5, 9, 3]).logits()[:-1].log_softmax(-1)[range(3), [5, 9, 3]]
    assert both[0].facts["loss"] == pytest.approx(float(losses.mean()), rel=1e-5)
    assert both[1].facts["loss"] == pytest.approx(float(losses[-1]), rel=1e-5)
    assert check(both[1], "finite_differences").verdict == "ok"


def test_several_prompts_are_averaged_one_by_one() -> None:
    model = load_tiny("gpt2")
    together = call(ID, model, "", prompts=PROMPTS)
    alone = np.stack([values(call(ID, model, prompt), "value") for prompt in PROMPTS])
    np.testing.assert_allclose(values(together, "by_prompt"), alone, rtol=1e-5)
    np.testing.assert_allclose(values(together, "value"), alone.mean(0), rtol=1e-5)
    error = alone.std(0, ddof=1) / 3**0.5
    np.testing.assert_allclose(values(together, "high") - values(together, "low"), 2 * error, rtol=1e-3, atol=1e-6)
    assert together.facts["n_prompts"] == 3
    assert together.tokens == []
    assert len(together.warnings) == 1
    assert [label[0] for label in together.coords["prompt"]] == ["1", "2", "3"]


def test_flags_are_the_focused_layers_that_pass_on_little_by_hand() -> None:
    result = call(ID, load_tiny("llama"), PROMPT, entropy_quantile=0.5, decay=0.9)
    value = values(result, "value")
    focused = value[ENTROPY] <= np.median(value[ENTROPY])
    assert result.facts["flagged"] == np.flatnonzero(focused & (value[PASSED] <= 0.9)).tolist()
    z = [(x - x.mean()) / x.std() for x in (-value[ENTROPY], -np.log(value[PASSED]))]
    np.testing.assert_allclose(values(result, "score"), z[0] + z[1], rtol=1e-4)


@pytest.mark.parametrize(
    ("prompt", "params", "code"),
    [
        (" ".join(["w5"] * 20), {}, "prompt_too_long"),
        ("", {"prompts": ["w5 w9", " ".join(["w5"] * 20)]}, "prompt_too_long"),
        ("", {"prompts_from": "no-such-set"}, "unknown_prompt_set"),
        ("", {}, "prompt_empty"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    prompt: str, params: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stratascope.methods.attention.inflection_layers.MOST_TOKENS", 16)
    with pytest.raises(Problem) as found:
        call(ID, golden_model(), prompt, **params)
    assert found.value.code == code


def test_in_the_bundled_model_no_layer_loses_the_gradient_and_the_embedding_gets_most_of_it() -> None:
    result = call(ID, specimen(), "The capital of France is Paris")
    passed = values(result, "value")[PASSED]
    assert float(passed[0]) == pytest.approx(24.5, abs=1.0)
    assert passed[1:].min() > 0.8
    assert passed[1:].max() < 1.2
    assert result.facts["flagged"] == []
    assert values(result, "value")[ENTROPY].argmin() == 0
    assert all(each.verdict == "ok" for each in result.checks)


def beside(model: Model, other: Model, prompt: str = PROMPT, **params: Any) -> LayerCurve:
    request = inflection_layers.request.model_validate({"model": model.id, "prompt": prompt, **params})
    result = inflection_layers.function(model, inflection_layers.split(request)[1], other)
    assert isinstance(result, LayerCurve)
    return result


def test_a_second_model_adds_one_curve_and_changes_no_other() -> None:
    model = load_tiny("gpt2")
    alone, result = call(ID, model, "", prompts=PROMPTS), beside(model, model, "", prompts=PROMPTS)
    assert result.coords["series"] == [*alone.coords["series"], "change to the other model"]
    np.testing.assert_array_equal(values(result, "value")[:5], values(alone, "value"))
    np.testing.assert_array_equal(values(result, "by_prompt")[:, :5], values(alone, "by_prompt"))
    assert np.isnan(values(result, "low")[5]).all()
    assert np.abs(values(result, "value")[5]).max() < 1e-6  # against itself
    assert result.facts["compared"]["tokens"] == alone.facts["n_tokens"]
    assert result.facts["compared"]["components"] == alone.facts["n_tokens"] // 4


@pytest.mark.parametrize("layer", [0, 2])
def test_models_that_differ_in_one_layer_change_behind_it(layer: int) -> None:
    (network, tokenizer), (changed, _) = tiny("gpt2"), tiny("gpt2")
    with torch.no_grad():
        changed.transformer.h[layer].mlp.c_proj.weight.mul_(-20.0)
    one, two = connected("one", network, tokenizer), connected("two", changed, tokenizer)
    change = values(beside(one, two, " ".join(PROMPTS)), "value")[5]
    assert np.abs(change[: layer + 1]).max() < 1e-6
    assert change[layer + 1] > 0.1


def test_a_turned_and_stretched_stream_is_no_change() -> None:
    """No layer adds anything, and with as many components as the stream is wide the common basis leaves nothing out."""
    (one, tokenizer), (two, _) = tiny("gpt2"), tiny("gpt2")
    turn = 3.0 * torch.linalg.qr(torch.randn(32, 32, generator=torch.Generator().manual_seed(7)))[0]
    for network in (one, two):
        for block in network.transformer.h:
            for parameter in (*block.attn.c_proj.parameters(), *block.mlp.c_proj.parameters()):
                parameter.zero_()
    for embedding in (two.transformer.wte, two.transformer.wpe):
        embedding.weight.copy_(embedding.weight @ turn)
    models = connected("one", one, tokenizer), connected("two", two, tokenizer)
    result = beside(*models, "", prompts=[" ".join(PROMPTS)] * 8)
    assert result.facts["compared"]["components"] == 32
    assert result.facts["compared"]["variance_kept"] == pytest.approx(1.0)
    assert np.abs(values(result, "value")[5]).max() < 1e-5


def test_independent_models_are_as_unlike_as_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stratascope.models.stream_change.MOST_COMPARED", 48)
    (one, tokenizer), (two, _) = tiny("gpt2"), tiny("gpt2", seed=5)
    for network in (one, two):  # without shared tokens two random models have nothing in common
        network.transformer.wte.weight.mul_(0.0)
    models = connected("one", one, tokenizer), connected("two", two, tokenizer)
    result = beside(*models, "", prompts=[" ".join(PROMPTS)] * 2)
    assert result.facts["compared"]["tokens"] == 48
    assert abs(float(values(result, "value")[5, 0]) - 1.0) < 0.3


@pytest.mark.parametrize(
    ("options", "prompt", "code"),
    [({"hidden_size": 64}, PROMPT, "pair_incompatible"), ({}, "a b", "not_enough_samples")],
)
def test_models_that_cannot_be_compared_are_refused_with_a_way_on(
    options: dict[str, Any], prompt: str, code: str
) -> None:
    models = [connected(name, *tiny("gpt2", **config)) for name, config in (("one", {}), ("two", options))]
    with pytest.raises(Problem) as found:
        beside(*models, prompt)
    assert found.value.code == code
    assert found.value.field == "other"
    assert found.value.changes == {"other": None}


def test_other_tokens_are_refused() -> None:
    with pytest.raises(Problem) as found:
        beside(load_tiny("gpt2"), connected("marked", *tiny("gpt2")))
    assert (found.value.code, found.value.field) == ("tokenizer_mismatch", "other")


def test_of_the_bundled_models_a_tuned_one_changed_least_and_an_early_one_most() -> None:
    library = Library(())
    change = {
        name: values(beside(specimen(), load(library.find(f"specimen-{name}")), "", prompts=SENTENCES), "value")[5]
        for name in ("tuned", "seed-1", "step-00300")
    }
    assert change["tuned"].max() < 0.05
    assert 0.1 < change["seed-1"].mean() < 0.6
    assert change["step-00300"].mean() > 0.6
