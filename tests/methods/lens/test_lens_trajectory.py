"""The trajectory: identities on every family, the library's own distributions, targets and means."""

import math

import numpy as np
import pytest
import torch

from stratascope.methods.lens.lens_trajectory import METRICS
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, document, values
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
