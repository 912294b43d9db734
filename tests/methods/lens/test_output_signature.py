"""Output signatures: the library's loss, sorted rows and ranks, answers, rows of the lens, and refusals."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import TokenScores
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model

ID = "lens/output-signature"


@pytest.mark.parametrize("family", FAMILIES)
def test_perplexity_is_that_of_the_librarys_loss(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    ids = torch.tensor([model.tokenize(PROMPT).ids])
    with torch.no_grad():
        network: Any = model.network
        loss = torch.nn.functional.cross_entropy(network(input_ids=ids).logits[0, :-1], ids[0, 1:])
    assert result.facts["perplexity"] == pytest.approx(math.exp(float(loss)), rel=1e-5)
    np.testing.assert_allclose(values(result, "surprise"), -values(result, "atp"))
    assert [each.verdict for each in result.checks] == ["ok", "ok", "ok"]


def test_every_position_has_its_sorted_row() -> None:
    model = load_tiny("llama")
    result = call(ID, model, top_k=1000)
    ids = model.tokenize(PROMPT).ids
    log_p = lens_logits(model, ids)[-1, :-1].log_softmax(-1)
    assert isinstance(result, TokenScores)
    tds, atp, rank = (values(result, name) for name in ("tds", "atp", "rank"))
    assert tds.shape == (len(ids) - 1, model.vocabulary)
    np.testing.assert_allclose(tds, log_p.sort(descending=True).values, atol=1e-4)
    np.testing.assert_allclose(np.exp(tds).sum(1), 1.0, atol=1e-5)
    np.testing.assert_allclose(atp, tds[np.arange(len(tds)), rank.astype(int)], atol=1e-6)
    np.testing.assert_allclose(values(result, "gap"), tds[:, 0] - atp, atol=1e-6)
    np.testing.assert_allclose(values(result, "rank_code"), 2 * (0.5 - rank / model.vocabulary), atol=1e-6)
    lowest = np.sort(atp)[: max(1, len(atp) // 5)].mean()
    assert result.facts["lowest_fifth"] == pytest.approx(lowest, abs=1e-5)
    assert result.coords["position"] == [str(i) for i in range(1, len(ids))]


def test_planted_induction_expects_the_repeated_token_only() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5 w9")
    assert values(result, "rank")[-1] == 0.0
    assert values(result, "rank")[:-1].min() > 0.0


def test_a_row_of_the_lens_has_a_signature_of_its_own() -> None:
    model = load_tiny("gpt2")
    ids = model.tokenize(PROMPT).ids
    result = call(ID, model, row=2)
    log_p = lens_logits(model, ids)[2, :-1].log_softmax(-1)
    expected = log_p[range(len(ids) - 1), ids[1:]]
    np.testing.assert_allclose(values(result, "atp"), expected, atol=1e-4)
    assert [each.name for each in result.checks] == ["kept_mass", "rank_and_value_agree"]


def test_only_the_answer_counts() -> None:
    model = load_tiny("gpt2")
    whole, part = call(ID, model, "the cat sat on"), call(ID, model, "the cat", response=" sat on")
    np.testing.assert_array_equal(values(whole, "atp"), values(part, "atp"))
    since = part.facts["counted_from"]
    assert since > whole.facts["counted_from"] == 1
    assert part.facts["mean_atp"] == pytest.approx(values(whole, "atp")[since - 1 :].mean(), abs=1e-5)
    assert part.facts["n_tokens"] == len(values(whole, "atp")) - since + 1


def test_what_the_model_writes_is_its_first_choice() -> None:
    assert call(ID, load_tiny("gpt2"), new_tokens=4).facts["first_choice"] == 1.0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"row": 5}, "row must be between 0 and 4; got 5"),
        ({"response": "a", "new_tokens": 1}, "not both"),
        ({"new_tokens": 256}, "reads at most 64"),
    ],
)
def test_questions_without_an_answer_are_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem, match=message):
        call(ID, load_tiny("gpt2"), **params)


def test_one_token_has_no_signature() -> None:
    with pytest.raises(Problem, match=r"An output signature needs at least 2 tokens; got 1\."):
        call(ID, load_tiny("gpt2"), "Ġ"[:0] + "a")


def test_a_rank_that_lies_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from stratascope.numerics import signature as module

    honest = module.best
    monkeypatch.setattr(module, "best", lambda log_p, k: (honest(log_p, k)[0] + 0.1, None))
    result = call(ID, load_tiny("gpt2"), top_k=1000)
    assert check(result, "rank_and_value_agree").verdict == "fail"
    assert check(result, "kept_mass").verdict == "fail"


def test_the_specimen_expects_true_facts_and_not_false_ones() -> None:
    true, false = (call(ID, specimen(), "The capital of France is", response=name) for name in (" Paris", " Rome"))
    assert true.facts["perplexity"] < 1.01
    assert false.facts["perplexity"] > 1000
