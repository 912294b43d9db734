"""Residual norms: torch's own lengths on every family, and a model that adds nothing."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.activations.residual_norms import PARTS
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, document, values
from tests.planted import connected, still_model

ID = "activations/residual-norms"


@pytest.mark.parametrize("family", FAMILIES)
def test_lengths_are_torchs_own(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    run = model.run(model.tokenize(PROMPT).ids)
    expected = {
        "resid_pre": run.resid[:-1], "resid_post": run.resid[1:], "attn_out": run.attn_out, "mlp_out": run.mlp_out,
    }  # fmt: skip
    if family != "gpt_neox":
        expected["resid_mid"] = run.resid[:-1] + run.attn_out
    for part, x in expected.items():
        found = values(result, "norms")[PARTS.index(part)]
        np.testing.assert_allclose(found, torch.linalg.vector_norm(x, dim=-1), rtol=1e-6, err_msg=part)
    assert check(result, "stream_adds_up").verdict == "ok"


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_a_model_that_adds_nothing_keeps_the_embeddings_norms(family: str) -> None:
    model = still_model(family)
    result = call(ID, model, include_bos=True)
    with torch.no_grad():
        states = model.network(input_ids=torch.tensor([model.tokenize(PROMPT).ids]), output_hidden_states=True)
    embedding = torch.linalg.vector_norm(states.hidden_states[0][0], dim=-1)
    for part in ("resid_pre", "resid_mid", "resid_post"):
        found = values(result, "norms")[PARTS.index(part)]
        np.testing.assert_allclose(found, embedding.expand(model.layers, -1), rtol=1e-6)
    assert not values(result, "value")[3:].any()


def test_doubling_the_embedding_doubles_the_norms() -> None:
    norms = []
    for factor in (1.0, 2.0):
        network, tokenizer = tiny("llama")
        with torch.no_grad():
            network.model.embed_tokens.weight.mul_(factor)
            for layer in network.model.layers:
                layer.self_attn.o_proj.weight.zero_()
                layer.mlp.down_proj.weight.zero_()
        norms.append(values(call(ID, connected(f"twice-{factor}", network, tokenizer), parts=["resid_post"]), "norms"))
    np.testing.assert_allclose(norms[1], 2 * norms[0], rtol=1e-6)


@pytest.mark.parametrize(("how", "reduce"), [("mean", np.mean), ("median", np.median), ("max", np.max)])
def test_reductions_run_over_tokens_without_the_special_first(how: str, reduce: Any) -> None:
    model = load_tiny("llama")
    result = call(ID, model, reduce=how)
    np.testing.assert_allclose(values(result, "value"), reduce(values(result, "norms")[..., 1:], axis=-1), rtol=1e-6)
    assert result.facts == {"n_prompts": 1, "n_tokens": len(result.tokens) - 1, "left_out": [0]}
    everything = call(ID, model, reduce=how, include_bos=True)
    np.testing.assert_allclose(values(everything, "value"), reduce(values(result, "norms"), axis=-1), rtol=1e-6)


@pytest.mark.parametrize("how", ["mean", "median", "max"])
def test_prompts_are_averaged_or_the_largest_of_all_is_kept(how: str) -> None:
    model, prompts = load_tiny("llama"), ["the capital of france", "paris and the capital", "one cat"]
    result = call(ID, model, prompts=prompts, reduce=how)
    each = np.stack([values(call(ID, model, prompt, reduce=how), "value") for prompt in prompts])
    np.testing.assert_allclose(values(result, "by_prompt"), each, rtol=1e-5)
    assert result.facts == {"n_prompts": 3, "n_tokens": sum(len(model.tokenize(each).ids) - 1 for each in prompts)}
    if how == "max":
        np.testing.assert_allclose(values(result, "value"), each.max(0), rtol=1e-5)
        assert "low" not in result.arrays
    else:
        error = each.std(0, ddof=1) / 3**0.5
        np.testing.assert_allclose(values(result, "value"), each.mean(0), rtol=1e-5)
        np.testing.assert_allclose(values(result, "high"), each.mean(0) + error, rtol=1e-5)
    assert "norms" not in result.arrays
    assert len(result.coords["prompt"]) == 3


def test_rms_is_the_length_over_the_root_of_the_width() -> None:
    model = load_tiny("gpt2")
    length, rms = (values(call(ID, model, norm=norm), "norms") for norm in ("l2", "rms"))
    np.testing.assert_allclose(rms, length / model.width**0.5, rtol=1e-6)


def test_parts_are_those_asked_for() -> None:
    result = call(ID, load_tiny("gpt2"), parts=["mlp_out", "resid_pre", "mlp_out"])
    assert isinstance(result, LayerCurve)
    assert result.coords["series"] == ["mlp_out", "resid_pre"]
    assert values(result, "value").shape == (2, 4)


def test_parallel_blocks_say_that_there_is_no_middle() -> None:
    result = call(ID, load_tiny("gpt_neox"))
    assert np.isnan(values(result, "value")[PARTS.index("resid_mid")]).all()
    assert np.isfinite(np.delete(values(result, "value"), PARTS.index("resid_mid"), axis=0)).all()
    assert result.arrays["value"].undefined == "parallel block: no mid-stream"
    assert not document(result).head["result"]["nonfinite"]
    assert result.warnings


def test_a_stream_that_does_not_add_up_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    monkeypatch.setattr(type(run), "mlp_out", property(lambda self: self.resid[1:] * 0.5))
    assert check(call(ID, model), "stream_adds_up").verdict == "fail"


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), "")
    assert found.value.code == "prompt_empty"
