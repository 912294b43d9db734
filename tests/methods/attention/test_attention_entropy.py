"""Attention entropy: heads that look everywhere reach the largest, heads that look at one token none."""

import math

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import PREVIOUS_HEAD, induction_model

ID = "attention/attention-entropy"
WORDS = "w5 w9 w3 w5 w9 w2 w8"


def test_uniform_heads_are_diffuse_and_planted_ones_focused() -> None:
    result = call(ID, induction_model(), WORDS)
    assert isinstance(result, HeadGrid)
    assert float(values(result, "entropy")[0, 1]) == pytest.approx(1.0, abs=1e-6)
    assert float(values(result, "entropy")[PREVIOUS_HEAD]) == pytest.approx(0.0, abs=1e-4)
    assert float(values(result, "without_first")[0, 1]) == pytest.approx(1.0, abs=1e-6)
    rows = values(result, "by_position")[0, 1]
    assert np.isnan(rows[0])
    assert np.allclose(rows[1:], 1.0)
    share = sum(1 / (t + 1) for t in range(1, 8)) / 7
    assert float(values(result, "first_share")[0, 1]) == pytest.approx(share, abs=1e-6)


def test_nats_of_a_uniform_head_are_the_logarithm_of_what_it_sees() -> None:
    result = call(ID, induction_model(), WORDS, normalize=False)
    expected = sum(math.log(t + 1) for t in range(1, 8)) / 7
    assert float(values(result, "entropy")[0, 1]) == pytest.approx(expected, abs=1e-6)
    expected = sum(math.log(t) for t in range(2, 8)) / 6
    assert float(values(result, "without_first")[0, 1]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("family", ["gpt2", "mistral", "gemma2"])
def test_values_by_hand(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, skip_first=3)
    run = model.run(model.tokenize("the capital of france is paris and the capital").ids)
    pattern = run.pattern(2)[1].double()
    seen = (run.pattern(2) > 0).any(0).sum(-1)
    entropy = torch.stack(
        [-(row[row > 0] * row[row > 0].log()).sum() / math.log(n) for row, n in zip(pattern, seen, strict=True)]
    )
    assert float(values(result, "entropy")[2, 1]) == pytest.approx(float(entropy[3:].mean()), abs=1e-5)
    first = [not bool(run.pattern(2)[:, t, 0].any()) for t in range(len(seen))]
    rest = pattern[:, 1:] / pattern[:, 1:].sum(-1, keepdim=True)
    others = seen - 1 + torch.tensor(first)
    entropy = torch.stack(
        [-(row[row > 0] * row[row > 0].log()).sum() / math.log(n) for row, n in zip(rest[3:], others[3:], strict=True)]
    )
    assert float(values(result, "without_first")[2, 1]) == pytest.approx(float(entropy.mean()), abs=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_lie_between_nothing_and_everything(family: str) -> None:
    result = call(ID, load_tiny(family))
    for name in ("entropy", "without_first", "first_share"):
        assert np.nanmin(values(result, name)) >= 0.0
        assert np.nanmax(values(result, name)) <= 1.0 + 1e-5
    assert check(result, "reproduces_heads").verdict == "ok"
    np.testing.assert_allclose(values(result, "by_layer"), values(result, "entropy").mean(1), rtol=1e-6)


def test_several_prompts_give_a_mean_with_its_error() -> None:
    texts = ["the cat sat on", "one model reads the capital", "paris is"]
    model = load_tiny("gpt2")
    together = call(ID, model, "", prompts=texts)
    alone = np.stack([values(call(ID, model, text), "entropy") for text in texts])
    np.testing.assert_allclose(values(together, "by_prompt"), alone, atol=1e-6)
    np.testing.assert_allclose(values(together, "entropy"), alone.mean(0), atol=1e-6)
    error = alone.std(0, ddof=1) / 3**0.5
    np.testing.assert_allclose(values(together, "high") - values(together, "entropy"), error, atol=1e-6)
    assert together.facts["n_prompts"] == 3
    assert "by_position" not in together.arrays


def test_the_bundled_model_has_two_heads_that_look_at_one_token() -> None:
    entropy = values(call(ID, specimen(), "", prompts_from="ioi"), "entropy")
    assert entropy[0, 1] < 0.01
    assert entropy[0, 2] < 0.02
    assert entropy[0, 0] == pytest.approx(0.87, abs=0.02)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(Problem, match=r"attention/attention-entropy needs at least 2 tokens; got 1\."):
        call(ID, load_tiny("gpt2"), "A")
    with pytest.raises(Problem, match="skip_first must be at most 7") as found:
        call(ID, induction_model(), WORDS, skip_first=8)
    assert call(ID, induction_model(), WORDS, **dict(found.value.changes or {})).checks
