"""Attention patterns: the library's eager weights on every family, planted patterns, and limits."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.attention import attention_pattern as module
from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import HeadMatrices
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, document, values
from tests.planted import INDUCTION_HEAD, induction_model

ID = "attention/attention-pattern"


@torch.no_grad()
def eager_weights(family: str, model: Model) -> np.ndarray:
    """The library's own weights [layer, head, query, key] of a network that never met us."""
    network, _ = tiny(family)
    network.set_attn_implementation("eager")
    answer = network(input_ids=torch.tensor([model.tokenize(PROMPT).ids]), output_attentions=True, use_cache=False)
    return torch.cat(answer.attentions).numpy()


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_are_the_librarys_own(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    weights = eager_weights(family, model)
    np.testing.assert_allclose(values(result, "pattern"), weights, atol=1e-5)
    np.testing.assert_allclose(values(result, "row_mass"), weights.sum(-1), atol=1e-5)
    np.testing.assert_array_equal(values(result, "peak_key"), weights.argmax(-1))
    np.testing.assert_allclose(values(result, "peak"), weights.max(-1), atol=1e-5)
    assert not np.triu(values(result, "pattern"), k=1).any()
    assert [each.verdict for each in result.checks] == ["ok", "ok", "ok"]


@pytest.mark.parametrize("family", FAMILIES)
def test_softmax_of_the_logits_is_the_weights(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, view="logits")
    logits = values(result, "pattern")
    weights = eager_weights(family, model)
    exponentials = np.nan_to_num(np.exp(logits - np.nanmax(logits, axis=-1, keepdims=True)))
    np.testing.assert_allclose(exponentials / exponentials.sum(-1, keepdims=True), weights, atol=1e-5)
    assert np.isnan(logits[..., 0, 1:]).all()
    assert not document(result).head["result"]["nonfinite"]
    assert check(result, "reproduces_heads").verdict == "ok"


def test_logits_are_scaled_products_of_queries_and_keys() -> None:
    model = load_tiny("gpt2")
    caught: list[torch.Tensor] = []
    network: Any = model.network
    hooks = [
        b.attn.c_attn.register_forward_hook(lambda m, i, out: caught.append(out[0])) for b in network.transformer.h
    ]
    with torch.no_grad():
        network(input_ids=torch.tensor([model.tokenize(PROMPT).ids]), use_cache=False)
    for hook in hooks:
        hook.remove()
    found = values(call(ID, model, view="logits"), "pattern")
    for layer, qkv in enumerate(caught):
        query, key, _ = (part.view(-1, 4, 8).transpose(0, 1) for part in qkv.split(model.width, dim=-1))
        expected = (query @ key.transpose(1, 2) / 8**0.5).numpy()
        visible = np.tril(np.ones(expected.shape[1:], dtype=bool))
        np.testing.assert_allclose(found[layer][:, visible], expected[:, visible], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma2", "gpt_neox"])
def test_value_weighted_is_weight_times_the_length_written(family: str) -> None:
    model = load_tiny(family)
    run = model.run(model.tokenize(PROMPT).ids)
    found = values(call(ID, model, view="value_weighted"), "pattern")
    for layer in range(model.layers):
        projection: Any = model.structure.layers[layer].projection
        weight = projection.weight if family == "gpt2" else projection.weight.T
        weight = weight.view(model.heads, -1, model.width)
        value = run.value(layer).repeat_interleave(model.heads // model.key_value_heads, 0)
        lengths = torch.einsum("hsd,hdw->hsw", value, weight).norm(dim=-1)
        np.testing.assert_allclose(found[layer], run.pattern(layer) * lengths[:, None, :], atol=1e-5, rtol=1e-4)


def test_planted_induction_stripe() -> None:
    prompt = "w5 w9 w3 w5 w9 w3"
    layer, head = INDUCTION_HEAD
    result = call(ID, induction_model(), prompt, layers=[layer], heads=[head])
    pattern = values(result, "pattern")[0, 0]
    assert values(result, "peak_key")[0, 0, 4:].tolist() == [2, 3, 4]
    np.testing.assert_allclose([pattern[t, t - 2] for t in (4, 5, 6)], 1.0, atol=1e-6)
    assert "In head 1.1 the last token looks most at position 4" in result.summary
    even = values(call(ID, induction_model(), prompt, layers=[0], heads=[1]), "pattern")[0, 0]
    np.testing.assert_allclose(even, np.tril(np.ones((7, 7))) / np.arange(1, 8)[:, None], atol=1e-6)


def test_layers_and_heads_are_those_asked_for() -> None:
    model = load_tiny("gpt2")
    whole, part = call(ID, model), call(ID, model, layers=[3, 1, 3], heads=[2, 0])
    assert isinstance(part, HeadMatrices)
    assert part.coords == {"layer": ["1", "3"], "head": ["0", "2"]}
    np.testing.assert_array_equal(values(part, "pattern"), values(whole, "pattern")[[1, 3]][:, [0, 2]])
    assert part.shown == {"layer": 2, "head": 2}
    assert part.total == {"layer": 4, "head": 4}


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"layers": [4]}, "layer_out_of_range", "gpt2 has layers 0–3"),
        ({"heads": [7]}, "head_out_of_range", "gpt2 has heads 0–3"),
    ],
)
def test_layers_and_heads_that_do_not_exist_are_refused(params: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(Problem, match=message) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code


def test_too_many_tokens_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOKENS", 5)
    with pytest.raises(Problem, match="×") as found:
        call(ID, load_tiny("gpt2"))
    assert found.value.code == "pattern_too_large"


def test_large_answers_are_kept_in_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    whole = call(ID, model)
    assert values(whole, "pattern").dtype == np.float32
    monkeypatch.setattr(module, "WHOLE_BYTES", 100)
    half = call(ID, model)
    assert values(half, "pattern").dtype == np.float16
    np.testing.assert_allclose(values(half, "pattern"), values(whole, "pattern"), atol=1e-3)
    assert document(half).flat()["result"]["pattern"].dtype == np.float32


def broken(model: Model, monkeypatch: pytest.MonkeyPatch, change: Any) -> Any:
    run = model.run(model.tokenize(PROMPT).ids)
    whole = run.pattern
    monkeypatch.setattr(run, "pattern", lambda layer: change(whole(layer)))
    return call(ID, model)


def test_a_pattern_that_is_not_the_models_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    result = broken(load_tiny("gpt2"), monkeypatch, lambda pattern: pattern.roll(1, dims=0))
    assert check(result, "reproduces_heads").verdict == "fail"


def test_looking_ahead_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    result = broken(load_tiny("gpt2"), monkeypatch, lambda pattern: pattern.flip(-1))
    assert check(result, "no_look_ahead").verdict == "fail"


def test_rows_that_hold_less_than_one_are_told_from_rows_that_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    less = broken(load_tiny("gpt2"), monkeypatch, lambda pattern: pattern * 0.5)
    assert check(less, "rows_sum_to_one").verdict == "info"
    assert "this model can look at nothing" in less.warnings[0]
    more = broken(load_tiny("llama"), monkeypatch, lambda pattern: pattern * 1.5)
    assert check(more, "rows_sum_to_one").verdict == "fail"


def test_progress_counts_layers() -> None:
    model = load_tiny("gpt2")
    heard: list[tuple[int, int]] = []

    class Listener:
        def __call__(self, done: int, total: int, stage: str) -> None:
            heard.append((done, total))

        def partial(self, result: Any) -> None:
            raise AssertionError("patterns come whole")

    method = module.attention_pattern
    method.function(model, module.AttentionPatternParams(prompt=PROMPT, layers=[0, 2]), Listener())
    assert heard == [(1, 2), (2, 2)]
