"""Void layers: the rule by hand, phases, and what leaving voids out does."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import Result, TokenGrid
from tests.families import load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.planted import still_model

ID = "activations/lac-voids"
STORY = 'Alice had a wonderful cat. "What a wonderful day!" said Lily.'


def by_hand(model: Model, ids: list[int], alpha: float) -> np.ndarray:
    """Activated layers [layer, position], one token and layer after the other."""
    norms = model.run(ids).resid.double().norm(dim=-1).numpy()
    found = np.zeros((model.layers, len(ids)))
    for t in range(len(ids)):
        history: list[float] = []
        for layer in range(model.layers):
            delta = norms[layer + 1, t] - norms[layer, t]
            needed = alpha * (max(history) - min(history)) if history else 0.0
            found[layer, t] = delta >= needed
            history.append(delta)
    return found


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "gemma2", "olmo2", "olmoe"])
@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_the_rule_by_hand(family: str, alpha: float) -> None:
    model = load_tiny(family)
    result = call(ID, model, alpha=alpha)
    assert isinstance(result, TokenGrid)
    expected = by_hand(model, model.tokenize(PROMPT).ids, alpha)
    np.testing.assert_array_equal(values(result, "activated"), expected)
    counted = [t for t, token in enumerate(result.tokens) if t or not token.special]
    np.testing.assert_allclose(values(result, "share_activated"), expected[:, counted].mean(-1)[None], rtol=1e-6)
    assert alpha == 0.0 or 0 < expected.mean() < 1


def test_a_model_that_adds_nothing_activates_every_layer() -> None:
    result = call(ID, still_model(), skip="identity")
    assert values(result, "activated").all()
    assert not values(result, "delta_norm").any()
    np.testing.assert_allclose(values(result, "kl"), 0.0, atol=1e-6)
    assert "100% of the layers in the prompt" in result.summary


def test_planted_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    lengths = torch.tensor([1.0, 4.0, 5.0, 7.0, 7.1])  # growth 3, 1, 2 and 0.1
    stream = torch.nn.functional.normalize(torch.ones(32), dim=0) * lengths[:, None, None].expand(-1, len(run.ids), 1)
    monkeypatch.setattr(type(run), "resid", property(lambda self: stream))
    result = call(ID, model)
    np.testing.assert_allclose(values(result, "threshold")[:, 3], [0.0, 0.0, 1.6, 1.6], rtol=1e-5)
    assert values(result, "activated")[:, 3].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert "layer 3 is a void for 100% of the tokens" in result.summary


def phase(name: str, model: Model) -> Result:
    return call(ID, model, phase=name, max_new_tokens=6)


def test_the_answers_tokens_are_a_phase_of_their_own() -> None:
    model = load_tiny("llama")
    prompt, response, both = (phase(name, model) for name in ("prompt", "response", "both"))
    begin = len(model.tokenize(PROMPT).ids)
    assert both.coords["phase"] == ["prompt", "response"]
    assert both.facts["response_from"] == begin
    assert begin < len(both.tokens) <= begin + 6
    whole = values(both, "activated")
    np.testing.assert_array_equal(whole[:, :begin], values(prompt, "activated"))
    np.testing.assert_array_equal(whole[:, begin:], values(response, "activated")[:, begin:])
    assert np.isnan(values(response, "activated")[:, :begin]).all()
    np.testing.assert_allclose(values(both, "share_activated")[1], whole[:, begin:].mean(-1), rtol=1e-6)
    np.testing.assert_allclose(values(response, "share_activated")[0], whole[:, begin:].mean(-1), rtol=1e-6)
    np.testing.assert_array_equal(whole, by_hand(model, [token.id for token in both.tokens], 0.8))
    assert not document(response, ID).head["result"]["nonfinite"]


def test_last_active_predicts_from_the_stream_behind_the_last_activated_layer() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, skip="last_active", alpha=1.0)
    run = model.run(model.tokenize(PROMPT).ids)
    active = values(result, "activated")
    own = run.logits().log_softmax(-1)
    begin = int(result.tokens[0].special)
    for t in range(begin, len(run.ids)):
        row = max(layer + 1 for layer in range(4) if active[layer, t])
        other = model.unembedding.logits(run.resid[row, t]).log_softmax(-1)
        expected = float((own[t].exp() * (own[t] - other)).sum())
        assert float(values(result, "kl")[t]) == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert (values(result, "kl") > 0.01).any()


def test_identity_really_leaves_the_voids_out() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, skip="identity", alpha=1.0, include_bos=True)
    run = model.run(model.tokenize(PROMPT).ids)
    kept = torch.tensor(values(result, "activated"))[..., None]
    with torch.no_grad():
        x = run.resid[0][None]
        for layer, block in enumerate(part.module for part in model.structure.layers):
            middle = x + block.attn(block.ln_1(x))[0]
            x = torch.where(kept[layer].bool(), middle + block.mlp(block.ln_2(middle)), x)
    own, other = (each.log_softmax(-1) for each in (run.logits(), model.unembedding.logits(x[0])))
    np.testing.assert_allclose(values(result, "kl"), (own.exp() * (own - other)).sum(-1), rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(values(result, "top1_flip"), own.argmax(-1) != other.argmax(-1))
    assert check(result, "same_without_skips").verdict == "ok"
    assert not kept.all()


def test_the_first_special_token_keeps_its_layers_unless_it_is_counted() -> None:
    model = load_tiny("llama")
    kl = {kept: values(call(ID, model, skip="identity", alpha=1.0, include_bos=kept), "kl") for kept in (False, True)}
    voids = values(call(ID, model, alpha=1.0), "activated")[:, 0]
    assert not voids.all()
    assert float(kl[False][0]) == pytest.approx(0.0, abs=1e-6)
    assert float(kl[True][0]) > 1e-3


@pytest.mark.parametrize(("field", "wrong"), [("alpha", 1.5), ("alpha", -0.1), ("max_new_tokens", 257)])
def test_values_out_of_bounds_are_refused(field: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=field):
        call(ID, load_tiny("gpt2"), **{field: wrong})


def test_an_answer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), phase="response", max_new_tokens=60)
    assert found.value.code == "prompt_too_long"
    assert found.value.field == "max_new_tokens"


def test_in_the_bundled_model_layer_2_is_a_void_for_every_token() -> None:
    result = call(ID, specimen(), STORY, phase="both", max_new_tokens=20, skip="identity")
    share = values(result, "share_activated")
    assert share[:, 0].tolist() == share[:, 1].tolist() == [1.0, 1.0]
    assert share[:, 2].tolist() == [0.0, 0.0]
    assert share[:, 5].min() > 0.55
    assert result.facts["share_activated"]["prompt"] == pytest.approx(0.51, abs=0.02)
    assert result.facts["mean_kl"] > 2  # it cannot do without what the rule calls void
