"""Attention flow: against every cut of a small network, its bounds, and its limits."""

import itertools

import numpy as np
import pytest

from stratascope.method import PromptParams
from stratascope.problem import Problem
from stratascope.result import TokenScores
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import golden_model, induction_model

ID = "attention/attention-flow"


def test_a_flow_is_the_smallest_of_all_cuts() -> None:
    """Three layers of three tokens: 2^10 cuts for each token."""
    model, prompt = golden_model(), "w5 w9"
    result = call(ID, model, prompt, residual=0.3)
    assert isinstance(result, TokenScores)
    run = model.read(PromptParams(prompt=prompt))
    mixtures = [0.3 * np.eye(3) + 0.7 * run.pattern(layer).mean(0).numpy() for layer in range(model.layers)]
    inner = [node for node in itertools.product(range(4), range(3)) if node != (3, 2)]
    for token in range(3):
        others = [node for node in inner if node != (0, token)]
        cuts = []
        for chosen in itertools.product((False, True), repeat=len(others)):
            above = {(3, 2), *itertools.compress(others, chosen)}
            pipes = itertools.product(range(3), repeat=3)
            cuts.append(sum(mixtures[i][t, s] for i, t, s in pipes if (i + 1, t) in above and (i, s) not in above))
        assert float(values(result, "flow")[token]) == pytest.approx(min(cuts), abs=1e-5)


@pytest.mark.parametrize("family", ["gpt2", "llama", "mistral", "gemma3_text"])
def test_it_lies_between_the_rollout_and_one(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, position=5)
    flow, rollout = values(result, "flow"), values(result, "rollout")
    assert (flow >= rollout - 1e-5).all()
    assert flow.max() <= 1.0 + 1e-4
    assert flow[6:].max() == 0.0
    assert check(result, "equals_cut").value == 0.0
    traced = call("attention/attention-rollout", model, position=5)
    np.testing.assert_allclose(rollout, values(traced, "rollout"), atol=1e-6)


def test_one_way_lets_through_its_narrowest_pipe() -> None:
    """Everything stays where it is: a token reaches itself whole and no other."""
    result = call(ID, load_tiny("gpt2"), residual=1.0, position=3)
    np.testing.assert_array_equal(values(result, "flow"), np.eye(len(result.tokens))[3])


def test_planted_heads_are_the_widest_ways() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5 w9", head_reduce="max", residual=0.0, drop_sink=True)
    flow = values(result, "flow")
    assert flow[0] == 0.0
    assert flow[1:].argmax() + 1 == 2
    assert check(result, "not_below_rollout").verdict == "ok"


def test_what_is_too_large_is_sent_to_the_rollout() -> None:
    long = " ".join(["w5"] * 70)
    with pytest.raises(
        Problem, match=r"at most 64 tokens and 32 layers; got 71 tokens, 3 layers\. Use rollout\."
    ) as found:
        call(ID, golden_model(), long)
    assert found.value.code == "prompt_too_long"
    with pytest.raises(Problem, match="Position 99 does not exist"):
        call(ID, golden_model(), "w5 w9", position=99)


def test_in_the_bundled_model_the_country_gains_most_over_even_attention() -> None:
    result = call(ID, specimen(), "The capital of France is")
    flow, gained = values(result, "flow"), values(result, "flow") - values(result, "even")
    assert float(flow[0]) == pytest.approx(1.0, abs=1e-3)
    assert result.tokens[int(gained.argmax())].text == " France"
    assert float(flow[4]) == pytest.approx(0.566, abs=0.01)
    assert all(each.verdict in ("ok", "info") for each in result.checks)
