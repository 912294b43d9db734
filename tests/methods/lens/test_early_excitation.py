"""Early excitation: ranks of the library's own rows, planted models, groups and new tokens."""

import math
from typing import Any

import numpy as np
import pytest

from stratascope.problem import Problem
from stratascope.result import TokenGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model, still_model

ID = "lens/early-excitation"
SMALL = {"window": 2}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_group_has_the_librarys_ranks(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, group=[" paris", " cat"], **SMALL)
    z = lens_logits(model, model.tokenize(PROMPT).ids)
    ids = [model.single_token(text) for text in (" paris", " cat")]
    ranks = 1 + (z[..., None, :] > z[..., ids][..., None]).sum(-1)
    different = np.abs(values(result, "rank") - ranks.numpy())
    assert float(different.max()) <= 1  # logits that agree to seven digits may change places
    mean = np.log(values(result, "rank")).mean(-1)
    np.testing.assert_allclose(values(result, "log_rank"), mean, atol=1e-6)
    np.testing.assert_allclose(values(result, "standing"), 1 - mean / math.log(model.vocabulary), atol=1e-6)
    np.testing.assert_allclose(values(result, "gap")[0], mean[-1] - mean[1:].min(0), atol=1e-6)
    assert values(result, "excitation_row")[0].tolist() == (1 + mean[1:].argmin(0)).tolist()
    assert [each.verdict for each in result.checks] == ["ok", "ok", "info"]


def test_planted_induction_forgets_the_token_before() -> None:
    """w5 is on top until the last layer puts w9 there: rank 1 at rows 0 and 1, rank 2 at the output."""
    result = call(ID, induction_model(), "w5 w9 w3 w5", group=["w5"], other_group=["w9"], window=1, positions="last")
    assert isinstance(result, TokenGrid)
    assert values(result, "rank")[:, 0].tolist() == [[1.0, 2.0], [1.0, 2.0], [2.0, 1.0]]
    assert values(result, "excitation_row")[:, 0].tolist() == [1.0, 2.0]
    np.testing.assert_allclose(values(result, "gap")[:, 0], [math.log(2), 0.0], atol=1e-6)
    assert (result.coords["token"], result.coords["position"]) == (["w5", "w9"], ["4"])
    unasked = call(ID, induction_model(), "w5 w9 w3 w5", top_k=1, window=1, positions="last")
    assert values(unasked, "riser_text").tolist() == [["w5"]]
    assert "“w5” falls farthest, 0.69 nats of log-rank from row 1" in unasked.summary


def test_nothing_rises_where_nothing_is_added() -> None:
    result = call(ID, still_model(), **SMALL)
    assert np.isnan(values(result, "standing")).all()
    assert not document(result).head["result"]["nonfinite"]
    assert check(result, "mean_gap").value is None
    assert result.summary.startswith("No token is among the best")
    assert not values(call(ID, still_model(), group=[" cat"], **SMALL), "gap").any()


def test_new_tokens_have_columns_and_a_slope() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, group=[" cat"], positions="last", new_tokens=3, **SMALL)
    count = len(model.tokenize(PROMPT).ids)
    assert result.coords["position"] == [str(count - 1 + i) for i in range(4)]
    ranks = np.log(values(result, "rank")[-1, :-1, 0])
    assert result.facts["slope"]["group"] == pytest.approx(np.polyfit(range(3), ranks, 1)[0], abs=1e-5)
    assert result.facts["generated_from"] == count


def test_rows_left_out_are_not_searched() -> None:
    model = load_tiny("llama")
    log_rank = values(call(ID, model, group=[" cat"], skip=0.0, **SMALL), "log_rank")
    for skip, first in ((0.0, 0), (0.5, 2), (0.9, 4)):
        result = call(ID, model, group=[" cat"], skip=skip, **SMALL)
        assert values(result, "excitation_row")[0].tolist() == (first + log_rank[first:].argmin(0)).tolist()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"other_group": [" cat"]}, "empty_group"),
        ({"group": ["not one token"]}, "token_not_single"),
        ({"group": [" cat", " cat"]}, "same_token"),
        ({"window": 5}, "bad_parameter"),
        ({"new_tokens": 64}, "context_exceeded"),
    ],
)
def test_questions_without_an_answer_are_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **{**SMALL, **params})
    assert found.value.code == code


def test_the_specimen_drops_candidates_of_its_middle_rows() -> None:
    """Behind translators the middle rows offer a Spanish noun for the French one; it falls by five nats of log-rank."""
    result = call(ID, specimen(), "Spanish: luna = French:", lens="tuned", positions="last")
    assert values(result, "riser_text")[0, 0] == " niña"
    assert 4.5 < float(values(result, "riser_gap")[0, 0]) < 5.7
    assert result.facts["mean_gap"]["risers"] > 4 * result.facts["random_gap"]
