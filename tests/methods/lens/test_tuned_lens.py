"""The tuned lens: the logit lens where it changes nothing, the published definition where it does, and what it is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.lens.tuned_lens import TunedLensParams, tuned_lens
from stratascope.models.lens_fitting import held_out
from stratascope.models.lens_texts import training_texts
from stratascope.models.sites import site_stream
from stratascope.models.tuned_lens import OTHER_UNEMBEDDING, tuned_lens_for
from stratascope.numerics.lens_training import Weights
from stratascope.problem import Problem
from tests.families import FAMILIES, load_tiny
from tests.lenses import write_lens
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.methods.lens.oracle import lens_logits

ID = "lens/tuned-lens"


@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma2"])
def test_a_lens_of_zeros_is_the_logit_lens_bit_for_bit(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_tiny(family)
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "zero", model, 0.0)
    tuned, plain = call(ID, model, target_ids=[5]), call("lens/logit-lens", model, target_ids=[5])
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(values(tuned, name), array.values, err_msg=name)
    assert not values(tuned, "kl_gain").any()
    assert tuned.coords == plain.coords


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_every_row_is_the_published_definition(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The forward of the `tuned-lens` library, written out from its definition: it cannot be installed beside ours.

    Its lens decodes h + translator(h), a linear layer with bias, through the model's final norm and head.
    """
    model = load_tiny(family)
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "drawn", model, 0.2)
    network: Any = model.network
    norm = network.transformer.ln_f if family == "gpt2" else network.model.norm
    from safetensors.torch import load_file

    state, run = load_file(tmp_path / "drawn" / "params.safetensors"), model.run(model.tokenize(PROMPT).ids)
    expected = [norm(run.resid[-1]) @ network.lm_head.weight.T]
    for row in reversed(range(model.layers)):
        translator = torch.nn.Linear(model.width, model.width)
        translator.load_state_dict({part: state[f"{row}.{part}"] for part in ("weight", "bias")})
        hidden = run.resid[row]
        with torch.no_grad():
            expected.insert(0, network.lm_head(norm(hidden + translator(hidden))))
    log_p = torch.stack(expected).log_softmax(-1)
    result = call(ID, model, top_k=7, target_ids=[40, 5])
    np.testing.assert_allclose(values(result, "target_logprob"), log_p[..., [40, 5]], atol=1e-4)
    np.testing.assert_allclose(values(result, "topk_logit"), torch.stack(expected).topk(7).values, atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(
        values(result, "kl_tuned"), (log_p[-1].exp() * (log_p[-1] - log_p)).sum(-1), atol=1e-4, rtol=1e-4
    )
    assert float(np.abs(values(result, "kl_gain")[0]).max()) > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_the_last_row_is_the_model(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, top_k=5)
    assert check(result, "matches_output").verdict == "ok"
    own = lens_logits(model, model.tokenize(PROMPT).ids)[-1].topk(5).values
    np.testing.assert_allclose(values(result, "topk_logit")[-1], own, atol=1e-4, rtol=1e-4)


def test_views_are_of_the_same_two_lenses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("llama")
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "drawn", model, 0.2)
    tuned, raw, difference = (call(ID, model, view=view) for view in ("tuned", "raw", "difference"))
    plain = call("lens/logit-lens", model)
    np.testing.assert_array_equal(values(raw, "topk_text"), values(plain, "topk_text"))
    np.testing.assert_array_equal(values(raw, "kl"), values(tuned, "kl_raw"))
    np.testing.assert_array_equal(values(raw, "kl_tuned"), values(tuned, "kl"))
    for name in ("kl_raw", "kl_tuned", "kl_gain", "raw_text", "tuned_text"):
        np.testing.assert_array_equal(values(raw, name), values(difference, name))
    np.testing.assert_array_equal(values(tuned, "kl_gain"), values(tuned, "kl_raw") - values(tuned, "kl_tuned"))
    np.testing.assert_array_equal(values(difference, "top_text_a"), values(raw, "topk_text")[..., 0])
    np.testing.assert_array_equal(values(difference, "top_text_b"), values(tuned, "topk_text")[..., 0])
    assert [result.quantities[0].name for result in (tuned, raw, difference)] == [
        "probability",
        "probability",
        "kl_gain",
    ]


def test_the_lens_of_the_specimen_is_closer_at_every_layer_on_text_it_never_saw() -> None:
    model = specimen()
    text = training_texts(model, [], "", 8000, 256, 0.5, seed=0).held_out
    lens = tuned_lens_for(model)
    plain = held_out(model, text, Weights.zero(model.layers, model.width), lambda done, total: None)
    tuned = held_out(model, text, Weights(lens.matrices, lens.biases), lambda done, total: None)
    assert all(after < 0.3 * before for before, after in zip(plain, tuned, strict=True))
    np.testing.assert_allclose(plain, [31.20, 8.19, 6.03, 4.06, 2.04, 0.78], rtol=0.05)
    np.testing.assert_allclose(tuned, [3.80, 1.76, 0.98, 0.52, 0.25, 0.095], rtol=0.05)


def test_on_the_specimen_the_answer_is_read_earlier() -> None:
    prompt = "The capital of France is"
    tuned, plain = (call(method, specimen(), prompt) for method in (ID, "lens/logit-lens"))
    row = [values(result, "topk_text")[:, -1, 0].tolist().index(" Paris") for result in (tuned, plain)]
    assert row == [2, 3]
    mean = [values(tuned, name).mean(1) for name in ("kl_tuned", "kl_raw")]
    assert (mean[0][:-1] < mean[1][:-1]).all()
    assert check(tuned, "held_out_kl").verdict == "ok"
    assert check(tuned, "held_out_kl").value == pytest.approx(-0.676, abs=1e-3)
    assert "on average 9.11 nats closer" in tuned.summary
    assert tuned.facts["lens_id"] == "specimen"


def test_a_lens_that_says_nothing_of_held_out_text_is_used_with_a_warning() -> None:
    result = call(ID, load_tiny("gpt2"))
    assert check(result, "held_out_kl").verdict == "info"
    assert any("Nothing is known" in warning for warning in result.warnings)


def test_a_row_that_training_made_worse_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    monkeypatch.setattr(model, "lenses", tmp_path)
    before, after = [1.0] * model.layers, [0.5, 1.5, *[0.5] * (model.layers - 2)]
    write_lens(tmp_path / "worse", model, held_out_kl={"logit_lens": before, "tuned_lens": after})
    result = call(ID, model)
    assert check(result, "held_out_kl").verdict == "fail"
    assert check(result, "held_out_kl").value == 0.5
    assert [warning for warning in result.warnings if "row 1" in warning]


def test_a_lens_for_another_unembedding_is_flagged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "other", model, unembed_hash="0" * 64)
    assert OTHER_UNEMBEDDING in call(ID, model, lens="other").warnings
    with pytest.raises(Problem) as found:
        call(ID, model)
    assert found.value.code == "no_tuned_lens"
    assert found.value.changes is None, "this method has no raw lens to change to"


@pytest.mark.parametrize("site", ["resid_mid", "attn_out", "mlp_out"])
def test_a_site_is_read_through_the_lens_that_was_trained_there(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_tiny("llama")
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "entering", model, 0.2)
    with pytest.raises(Problem, match=r"no tuned lens for .* yet that reads") as found:
        call(ID, model, site=site)
    assert found.value.changes is None
    write_lens(tmp_path / "there", model, 0.2, training={"site": site})
    result = call(ID, model, site=site, target_ids=[5])
    assert result.facts["lens_id"] == "there"
    assert call(ID, model).facts["lens_id"] == "entering"
    assert result.coords["row"] == [str(layer) for layer in range(model.layers)]
    lens, run = tuned_lens_for(model, site=site), model.run(model.tokenize(PROMPT).ids)
    read = lens.translate(site_stream(model, run, site))
    log_p = model.unembedding.logits(read).log_softmax(-1)
    np.testing.assert_allclose(values(result, "target_logprob")[..., 0], log_p[..., 5], atol=1e-4)
    plain = call("lens/logit-lens", model, site=site)
    np.testing.assert_allclose(values(result, "kl_raw"), values(plain, "kl"), atol=1e-4, rtol=1e-4)
    curve = call("lens/lens-trajectory", model, site=site, lens="tuned", metrics=["kl"])
    np.testing.assert_allclose(values(curve, "kl"), values(result, "kl_tuned"), atol=1e-4, rtol=1e-4)


def test_a_lens_of_another_site_is_refused_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("llama")
    monkeypatch.setattr(model, "lenses", tmp_path)
    write_lens(tmp_path / "middle", model, 0.2, training={"site": "resid_mid"})
    with pytest.raises(Problem, match="trained at resid_mid, not at mlp_out") as found:
        call(ID, model, lens="middle", site="mlp_out")
    assert found.value.changes == {"site": "resid_mid"}


def test_a_part_of_the_rows_is_that_part_of_the_whole() -> None:
    model = load_tiny("gpt2")
    whole, part = call(ID, model), call(ID, model, layers=[1, 2], positions=[3])
    for name in ("kl_raw", "kl_tuned", "probability"):
        np.testing.assert_allclose(values(part, name), values(whole, name)[[1, 2]][:, [3]], atol=1e-5, rtol=1e-5)
    assert "rows shown" in part.summary


def test_a_text_the_model_writes_is_read_as_any_other() -> None:
    model = specimen()
    prompt = "The capital of France is"
    grown = call(ID, model, prompt, new_tokens=1)
    assert grown.facts["generated_from"] == len(grown.tokens) - 1
    assert grown.tokens[-1].text == " Paris"
    plain = call(ID, model, prompt + " Paris")
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(values(grown, name), array.values, err_msg=name)


class Listener:
    """Progress that keeps what it hears."""

    def __init__(self) -> None:
        self.partials: list[Any] = []

    def __call__(self, done: int, total: int, stage: str) -> None: ...

    def partial(self, result: Any) -> None:
        self.partials.append(result)


def test_both_lenses_grow_with_the_text() -> None:
    model, listener = specimen(), Listener()
    params = TunedLensParams(prompt="lamp river train book horse coin lamp river train", new_tokens=9)
    whole = tuned_lens.function(model, params, listener)
    prompt = whole.facts["generated_from"]
    assert [len(partial.tokens) for partial in listener.partials] == [prompt, prompt + 4, prompt + 8]
    for partial in listener.partials:
        shown = len(partial.tokens)
        for name in ("kl_raw", "kl_tuned", "kl_gain"):
            np.testing.assert_allclose(values(partial, name), values(whole, name)[:, :shown], atol=1e-3)
        np.testing.assert_array_equal(values(partial, "tuned_text"), values(whole, "tuned_text")[:, :shown])
        assert not partial.checks
