"""Sublayer contribution: planted ratios and angles, the law of cosines, and formulas by hand on every family."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, document, values
from tests.planted import still_model

ID = "activations/sublayer-contribution"


@pytest.mark.parametrize("family", FAMILIES)
def test_ratio_and_cosine_by_hand(family: str) -> None:
    model = load_tiny(family)
    run = model.run(model.tokenize(PROMPT).ids)
    result = call(ID, model, per_token=True, include_bos=True)
    before, after = run.resid[:-1].double(), run.resid[1:].double()
    middle = before if family == "gpt_neox" else before + run.attn_out.double()
    pairs = [(run.attn_out.double(), before), (run.mlp_out.double(), middle), (after - before, before)]
    for series, (write, read) in enumerate(pairs):
        ratio = write.norm(dim=-1) / read.norm(dim=-1)
        cos = torch.nn.functional.cosine_similarity(write, read, dim=-1)
        np.testing.assert_allclose(values(result, "ratio_by_token")[series], ratio, rtol=1e-4)
        np.testing.assert_allclose(values(result, "cos_by_token")[series], cos, atol=1e-5)
        np.testing.assert_allclose(values(result, "ratio")[series], ratio.mean(-1), rtol=1e-4)
        np.testing.assert_allclose(values(result, "cos")[series], cos.mean(-1), atol=1e-5)
    turned = torch.nn.functional.cosine_similarity(before, after, dim=-1).mean(-1)
    np.testing.assert_allclose(values(result, "io_cos"), turned, atol=1e-5)
    assert check(result, "law_of_cosines").verdict == "ok"


@pytest.mark.parametrize("family", FAMILIES)
def test_law_of_cosines_per_token(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, parts=["layer"], per_token=True)
    run = model.run(model.tokenize(PROMPT).ids)
    before, after = (x.double().norm(dim=-1).numpy() for x in (run.resid[:-1], run.resid[1:]))
    ratio, cos = (values(result, f"{name}_by_token")[0].astype(np.float64) for name in ("ratio", "cos"))
    write = ratio * before
    np.testing.assert_allclose(write**2 + before**2 + 2 * cos * write * before, after**2, rtol=1e-4)


def planted(monkeypatch: pytest.MonkeyPatch, attention: float, mlp: float) -> Model:
    """A run in which attention adds `attention` times the stream and the MLP `mlp` times what it reads, in one layer."""
    model = still_model("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    stream = torch.randn(len(run.ids), model.width, generator=torch.Generator().manual_seed(0))
    middle = stream * (1 + attention)
    rows = torch.stack([stream] * model.layers + [middle * (1 + mlp)])
    zeros = torch.zeros_like(rows[:-1])
    monkeypatch.setattr(type(run), "resid", property(lambda self: rows))
    attn, out = zeros.clone(), zeros.clone()
    attn[-1], out[-1] = attention * stream, mlp * middle
    monkeypatch.setattr(type(run), "attn_out", property(lambda self: attn))
    monkeypatch.setattr(type(run), "mlp_out", property(lambda self: out))
    monkeypatch.setattr(run, "resid_mid", lambda layer: rows[layer] + attn[layer])
    return model


@pytest.mark.parametrize("a", [0.5, 2.0, -0.25])
def test_adding_a_multiple_of_the_stream(a: float, monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, planted(monkeypatch, attention=a, mlp=0.0))
    assert float(values(result, "ratio")[0, -1]) == pytest.approx(abs(a), rel=1e-5)
    assert float(values(result, "cos")[0, -1]) == pytest.approx(np.sign(a), abs=1e-5)
    assert float(values(result, "io_cos")[-1]) == pytest.approx(1.0, abs=1e-5)


def test_erasing_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, planted(monkeypatch, attention=0.0, mlp=-1.0))
    assert float(values(result, "ratio")[1, -1]) == pytest.approx(1.0, rel=1e-5)
    assert float(values(result, "cos")[1, -1]) == pytest.approx(-1.0, abs=1e-5)
    assert np.isnan(values(result, "io_cos")[-1])
    assert "MLP 3 erases most (cosine −1.00)" in result.summary


def test_what_adds_nothing_has_size_zero_and_no_direction() -> None:
    result = call(ID, still_model())
    assert not values(result, "ratio").any()
    assert np.isnan(values(result, "cos")).all()
    np.testing.assert_allclose(values(result, "io_cos"), 1.0, atol=1e-6)
    assert not document(result).head["result"]["nonfinite"]
    assert "erases" not in result.summary


def test_series_and_first_token_are_as_asked() -> None:
    model = load_tiny("llama")
    both: list[Any] = [call(ID, model, parts=["mlp"], include_bos=kept, per_token=True) for kept in (False, True)]
    assert both[0].coords["series"] == ["mlp"]
    by_token = values(both[0], "ratio_by_token")
    np.testing.assert_allclose(values(both[0], "ratio"), by_token[..., 1:].mean(-1), rtol=1e-6)
    np.testing.assert_allclose(values(both[1], "ratio"), by_token.mean(-1), rtol=1e-6)
    assert "ratio_by_token" not in call(ID, model).arrays
    assert both[0].facts["left_out"] == [0]


def test_prompts_are_averaged_after_their_tokens() -> None:
    model, prompts = load_tiny("gemma2"), ["the capital of france", "paris and the capital", "one cat"]
    result = call(ID, model, prompts=prompts, per_token=True)
    alone = [call(ID, model, prompt) for prompt in prompts]
    for name, prefix in (("ratio", ""), ("cos", "cos_"), ("io_cos", "io_cos_")):
        each = np.stack([values(one, name) for one in alone])
        error = each.std(0, ddof=1) / 3**0.5
        np.testing.assert_allclose(values(result, f"{prefix}by_prompt"), each, atol=1e-6)
        np.testing.assert_allclose(values(result, name), each.mean(0), atol=1e-6)
        np.testing.assert_allclose(values(result, f"{prefix}low"), each.mean(0) - error, atol=1e-6)
    assert result.facts["n_prompts"] == 3
    assert "ratio_by_token" not in result.arrays


def test_parts_that_do_not_close_the_triangle_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    monkeypatch.setattr(type(run), "mlp_out", property(lambda self: self.resid[1:] * 0.5))
    assert check(call(ID, model), "law_of_cosines").verdict == "fail"
