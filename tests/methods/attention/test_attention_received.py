"""Attention received: closed forms for uniform heads, sums by hand for the others."""

import numpy as np
import pytest

from stratascope.problem import Problem
from stratascope.result import TokenGrid
from tests.families import FAMILIES, HEADS, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import induction_model

ID = "attention/attention-received"
WORDS = "w5 w9 w3 w5 w9 w2 w8"
SIZE = 8


def test_a_uniform_head_gives_every_token_its_fair_share() -> None:
    result = call(ID, induction_model(), WORDS, layers=[0], heads=[1], normalize=False)
    assert isinstance(result, TokenGrid)
    expected = [sum(1 / (t + 1) for t in range(s, SIZE)) for s in range(SIZE)]
    np.testing.assert_allclose(values(result, "received")[0], expected, rtol=1e-5)
    np.testing.assert_allclose(values(result, "enrichment")[0], 1.0, rtol=1e-5)
    result = call(ID, induction_model(), WORDS, layers=[0], heads=[1])
    np.testing.assert_allclose(
        values(result, "received")[0], [e / (SIZE - s) for s, e in enumerate(expected)], rtol=1e-5
    )
    assert result.coords["row"] == ["0"]
    assert result.total["row"] == 2


def test_a_previous_token_head_looks_once_at_every_token_but_the_last() -> None:
    result = call(ID, induction_model(), WORDS, layers=[0], heads=[0], normalize=False)
    np.testing.assert_allclose(values(result, "received")[0], [2, 1, 1, 1, 1, 1, 1, 0], atol=2e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_sums_by_hand(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    pattern = model.run(model.tokenize(PROMPT).ids).pattern(1)
    lookers = (pattern > 0).any(0).sum(0)
    np.testing.assert_allclose(
        values(result, "received")[1], pattern.sum((0, 1)) / (HEADS * lookers), rtol=1e-4, atol=1e-6
    )
    raw = call(ID, model, normalize=False)
    np.testing.assert_allclose(values(raw, "received").sum(-1), HEADS * pattern.shape[-1], rtol=1e-5)
    assert check(raw, "all_is_received").verdict == "ok"


def test_the_bundled_model_looks_at_the_first_token_most_and_then_at_the_names() -> None:
    result = call(ID, specimen(), "When Mary and John went to the store, John gave a drink to")
    received = values(result, "received").mean(0)
    assert int(received.argmax()) == 0
    assert float(received[0]) == pytest.approx(0.42, abs=0.03)


def test_layers_and_heads_that_do_not_exist_are_refused() -> None:
    with pytest.raises(Problem, match="Layers 2–7 are outside 0–1") as found:
        call(ID, induction_model(), WORDS, layers=[0, 2, 7])
    assert call(ID, induction_model(), WORDS, **dict(found.value.changes or {})).checks
    with pytest.raises(Problem, match="Head 2 does not exist"):
        call(ID, induction_model(), WORDS, heads=[2])
