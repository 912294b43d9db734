"""The trajectory: identities on every family, the library's own distributions, targets and means."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.lens.lens_trajectory import METRICS
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from stratascope.specimen.geography import COUNTRY_NAMES
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, document, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model, still_model

ID = "lens/lens-trajectory"


@pytest.mark.parametrize("family", FAMILIES)
def test_measures_of_the_librarys_own_distributions(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, metrics="all", k=4)
    ids = model.tokenize(PROMPT).ids
    z = lens_logits(model, ids)
    log_p = z.log_softmax(-1)
    log_q = log_p[-1]
    log_m = torch.logaddexp(log_p, log_q.expand_as(log_p)) - math.log(2)
    p, q = log_p.exp(), log_q.exp()
    expected = {
        "entropy": -(p * log_p).sum(-1),
        "kl": (q * (log_q - log_p)).sum(-1),
        "reverse_kl": (p * (log_p - log_q)).sum(-1),
        "js": ((p * (log_p - log_m)).sum(-1) + (q * (log_q - log_m)).sum(-1)) / 2,
        "tv": (p - q).abs().sum(-1) / 2,
        "margin": -z.topk(2).values.diff(dim=-1)[..., 0],
    }
    for name, each in expected.items():
        np.testing.assert_allclose(values(result, name), each, atol=1e-4, rtol=1e-4, err_msg=name)
    followed = log_p[:, :-1].gather(-1, torch.tensor(ids[1:]).expand(len(z), -1)[..., None])[..., 0]
    np.testing.assert_allclose(values(result, "target_logprob")[:, :-1], followed, atol=1e-4)
    assert [each.verdict for each in result.checks] == ["ok", "ok"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_last_row_is_the_output(family: str) -> None:
    result = call(ID, load_tiny(family), metrics="all")
    for name in ("kl", "reverse_kl", "js", "tv"):
        assert float(np.abs(values(result, name)[-1]).max()) < 1e-5
    assert values(result, "overlap")[-1].tolist() == [1.0] * len(result.tokens)
    assert float(values(result, "js").max()) <= math.log(2)


def test_a_model_that_adds_nothing_has_no_trajectory() -> None:
    result = call(ID, still_model(), metrics="all", target="final")
    for name in ("kl", "reverse_kl", "js", "tv"):
        assert float(values(result, name).max()) < 1e-6
    assert float(values(result, "target_rank").max()) == 1.0


def test_no_next_token_at_the_last_position_is_said_and_is_null() -> None:
    result = call(ID, load_tiny("gpt2"), metrics=["target_logprob", "entropy"])
    assert np.isnan(values(result, "target_logprob")[:, -1]).all()
    assert np.isfinite(values(result, "target_logprob")[:, :-1]).all()
    assert result.arrays["target_logprob"].undefined == "no next token in the prompt"
    assert result.arrays["entropy"].undefined is None
    assert np.isfinite(values(result, "mean")).all()
    assert not document(result).head["result"]["nonfinite"]


def test_log_probabilities_add_up_along_depth() -> None:
    found = values(call(ID, load_tiny("llama"), metrics=["target_logprob"], target="final"), "target_logprob")
    np.testing.assert_allclose(np.diff(found, axis=0).sum(0), found[-1] - found[0], atol=1e-5)
    steps = call(ID, load_tiny("llama"), metrics=["delta_logprob", "ce"], target="final")
    np.testing.assert_allclose(values(steps, "delta_logprob")[1:].sum(0), found[-1] - found[0], atol=1e-5)
    np.testing.assert_allclose(values(steps, "ce"), -found, atol=1e-5)
    assert np.isnan(values(steps, "delta_logprob")[0]).all()
    assert not document(steps).head["result"]["nonfinite"]


def test_a_chosen_token_is_followed_everywhere() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5", target="w9", metrics=["target_rank"])
    assert values(result, "target_rank")[:, -1].tolist() == [2.0, 2.0, 1.0]
    assert result.facts["target"] == "w9"


def test_means_leave_the_first_special_token_out() -> None:
    model = load_tiny("llama")
    assert model.tokenize(PROMPT).tokens[0].special
    entropy = values(call(ID, model, metrics=["entropy"]), "entropy")
    without, with_it = (call(ID, model, metrics=["entropy"], include_bos=kept) for kept in (False, True))
    np.testing.assert_allclose(values(without, "mean")[0], entropy[:, 1:].mean(1), rtol=1e-6)
    np.testing.assert_allclose(values(with_it, "mean")[0], entropy.mean(1), rtol=1e-6)
    error = entropy[:, 1:].std(1, ddof=1) / (entropy.shape[1] - 1) ** 0.5
    np.testing.assert_allclose(values(without, "high")[0] - values(without, "mean")[0], error, rtol=1e-4)
    np.testing.assert_allclose(values(without, "mean")[0] - values(without, "low")[0], error, rtol=1e-4)


def test_series_are_the_metrics_asked_for_once_each() -> None:
    result = call(ID, load_tiny("gpt2"), metrics=["kl", "margin", "kl"])
    assert isinstance(result, LayerCurve)
    assert result.coords["series"] == ["kl", "margin"]
    assert result.facts["units"] == {"kl": "nats", "margin": "logits"}
    assert call(ID, load_tiny("gpt2"), metrics="all").coords["series"] == list(METRICS)


def test_a_single_token_has_a_mean_without_an_error() -> None:
    result = call(ID, load_tiny("gpt2"), "a", metrics=["entropy"], include_bos=False)
    assert np.isfinite(values(result, "mean")).all()
    assert np.isnan(values(result, "low")).all() == (len(result.tokens) <= 2)
    assert not document(result).head["result"]["nonfinite"]


def test_a_target_of_several_tokens_is_refused() -> None:
    with pytest.raises(Problem, match="give one token or a token id"):
        call(ID, load_tiny("gpt2"), target="several tokens")


@pytest.mark.parametrize("site", ["resid_mid", "attn_out", "mlp_out"])
def test_other_sites_are_held_against_the_output(site: str) -> None:
    model = load_tiny("llama")
    run = model.run_of(model.tokenize(PROMPT))
    x = {"attn_out": run.attn_out, "mlp_out": run.mlp_out}.get(site, run.resid[:-1] + run.attn_out)
    log_p, log_q = model.unembedding.logits(x).log_softmax(-1), run.logits().log_softmax(-1)
    result = call(ID, model, site=site, metrics=["kl", "entropy", "overlap"], k=3)
    np.testing.assert_allclose(values(result, "kl"), (log_q.exp() * (log_q - log_p)).sum(-1), atol=1e-4)
    same = log_p.topk(3).indices[..., :, None] == log_q.topk(3).indices[..., None, :]
    np.testing.assert_allclose(values(result, "overlap"), same.any(-1).float().mean(-1), atol=1e-6)
    assert result.coords["row"] == ["0", "1", "2", "3"]
    assert [each.verdict for each in result.checks] == ["ok", "ok"]


def test_prompts_are_averaged_with_their_errors() -> None:
    model, texts = load_tiny("gpt2"), [PROMPT, "one cat sat on the model", "the capital"]
    result = call(ID, model, prompts=texts, metrics=["kl", "target_logprob"])
    single = np.stack([values(call(ID, model, text, metrics=["kl", "target_logprob"]), "mean") for text in texts])
    np.testing.assert_allclose(values(result, "by_prompt"), single, atol=1e-6)
    np.testing.assert_allclose(values(result, "mean"), single.mean(0), atol=1e-6)
    error = single.std(0, ddof=1) / 3**0.5
    np.testing.assert_allclose(values(result, "mean") - values(result, "low"), error, atol=1e-5)
    assert (result.facts["n_prompts"], result.coords["prompt"][2]) == (3, "3 the capital")
    assert "kl" not in result.arrays
    assert not result.tokens


def test_a_token_is_followed_by_its_id() -> None:
    model = load_tiny("gpt2")
    named, numbered = call(ID, model, target=" paris"), call(ID, model, target_id=model.single_token(" paris"))
    np.testing.assert_array_equal(values(named, "target_logprob"), values(numbered, "target_logprob"))
    assert named.facts["target"] == numbered.facts["target"] == " paris"


@pytest.mark.parametrize(
    ("family", "params", "code"),
    [
        ("gpt2", {"target_id": 10**6}, "token_out_of_range"),
        ("gpt_neox", {"site": "resid_mid"}, "no_middle_stream"),
        ("gpt2", {"site": "attn_out", "lens": "tuned"}, "no_tuned_lens"),
    ],
)
def test_what_cannot_be_read_is_refused(family: str, params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny(family), **params)
    assert found.value.code == code


def test_translators_bring_every_row_of_the_specimen_closer_to_its_answer() -> None:
    """Forty capitals, mean KL from the output in nats: behind translators it is lower at every row before the output."""
    texts = [f"The capital of {name} is" for name in COUNTRY_NAMES]
    raw, tuned = (
        values(call(ID, specimen(), prompts=texts, lens=lens, metrics=["kl"]), "mean")[0] for lens in ("raw", "tuned")
    )
    assert bool((tuned[:-1] < raw[:-1]).all())
    assert float(tuned[2]) < 0.6 * float(raw[2])
    assert float(tuned[-1]) == pytest.approx(float(raw[-1]), abs=1e-6)
