"""Attention rollout: products by hand, edges that carry what the product says, and its limits."""

from collections import defaultdict

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import FlowGraph
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import induction_model

ID = "attention/attention-rollout"


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_the_product_of_the_layers(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, position=6)
    assert isinstance(result, FlowGraph)
    run = model.read(model_params(PROMPT))
    size = len(run.ids)
    product = torch.eye(size).double()
    for layer in range(model.layers):
        product = (0.5 * torch.eye(size) + 0.5 * run.pattern(layer).mean(0)).double() @ product
        np.testing.assert_allclose(values(result, "by_row")[layer + 1], product[6], atol=1e-5)
    np.testing.assert_allclose(values(result, "rollout"), product[6], atol=1e-5)
    assert values(result, "rollout")[7:].max(initial=0.0) == 0.0
    assert values(result, "even").sum() == pytest.approx(1.0, abs=1e-5)
    for name in ("edges_add_up", "rows_sum_to_one", "no_look_ahead"):
        assert check(result, name).verdict == "ok"


def model_params(prompt: str) -> object:
    from stratascope.method import PromptParams

    return PromptParams(prompt=prompt)


def test_edges_are_a_flow_from_the_traced_position_to_the_prompt() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, least=0.001)
    source, target, weight = (values(result, name) for name in ("source", "target", "weight"))
    layer, position = values(result, "layer"), values(result, "position")
    last = len(result.tokens) - 1
    into, out = defaultdict(float), defaultdict(float)
    for s, t, w in zip(source, target, weight, strict=True):
        assert layer[t] == layer[s] + 1
        assert position[s] <= position[t]
        into[t] += w
        out[s] += w
    for node in range(len(layer)):
        if layer[node] == model.layers - 1:
            assert position[node] == last
            assert into[node] == pytest.approx(1.0, abs=0.05)
        elif layer[node] == -1:
            assert out[node] == pytest.approx(float(values(result, "rollout")[position[node]]), abs=0.05)
        else:
            assert into[node] == pytest.approx(out[node], abs=0.05)
    assert np.all(np.diff(weight) <= 0)
    assert np.isnan(values(result, "depth")[layer == -1]).all()
    assert result.total["edge"] >= result.shown["edge"] == len(weight)


def test_a_larger_threshold_keeps_the_same_largest_edges() -> None:
    model = load_tiny("llama")
    few, many = call(ID, model, least=0.05), call(ID, model, least=0.005)
    kept = values(few, "weight")
    assert 0 < len(kept) < len(values(many, "weight"))
    np.testing.assert_array_equal(kept, values(many, "weight")[: len(kept)])
    assert kept.min() >= 0.05
    np.testing.assert_array_equal(values(few, "rollout"), values(many, "rollout"))


def test_where_no_edge_carries_enough_the_largest_of_each_layer_is_kept() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, residual=0.0, least=0.5)
    ends = values(result, "layer")[values(result, "target")]
    assert set(ends) == set(range(model.layers))
    assert values(result, "weight").min() < 0.5


def test_with_everything_kept_in_place_a_position_is_itself() -> None:
    result = call(ID, load_tiny("gpt2"), residual=1.0, position=4)
    np.testing.assert_array_equal(values(result, "rollout"), np.eye(len(result.tokens))[4])
    assert len(values(result, "weight")) == 4
    assert check(result, "unlike_even").value == 0.0


def test_planted_heads_lead_back_where_they_look() -> None:
    """Largest over heads, nothing stays: the last w9 looks at the w3 behind the first one, and that at what precedes it."""
    model = induction_model()
    result = call(ID, model, "w5 w9 w3 w5 w9", head_reduce="max", residual=0.0, drop_sink=True)
    patterns = [model.run(result_ids(result)).pattern(layer) for layer in range(2)]
    assert float(patterns[1][1, 5, 3]) == pytest.approx(1.0, abs=1e-4)
    assert float(patterns[0][0, 3, 2]) == pytest.approx(1.0, abs=1e-4)
    edges = zip(*(values(result, name) for name in ("source", "target", "weight")), strict=True)
    ways = {(result.coords["node"][s], result.coords["node"][t]): float(w) for s, t, w in edges}
    assert max(ways, key=lambda way: ways[way]) == ("w3 3, L0", "w9 5, L1")
    assert ways["w9 2", "w3 3, L0"] > 2 * ways.get(("w5 1", "w3 3, L0"), 0.0)


def result_ids(result: FlowGraph) -> list[int]:
    return [token.id for token in result.tokens]


def test_without_the_first_token_nothing_comes_from_it() -> None:
    result = call(ID, load_tiny("llama"), drop_sink=True)
    assert values(result, "rollout")[0] == 0.0
    assert values(result, "even")[0] == 0.0
    assert values(call(ID, load_tiny("llama")), "rollout")[0] > 0.0


def test_a_window_hides_early_tokens_from_even_attention_too() -> None:
    model = load_tiny("mistral")
    result = call(ID, model, f"{PROMPT} {PROMPT}", residual=0.0)
    hidden = len(result.tokens) - 1 - 4 * model.layers
    assert hidden > 3
    for name in ("even", "rollout"):
        assert values(result, name)[:hidden].max() == 0.0
        assert values(result, name)[hidden] > 0.0


def test_too_many_tokens_and_positions_that_do_not_exist_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match="Position 40 does not exist"):
        call(ID, load_tiny("gpt2"), position=40)
    monkeypatch.setattr("stratascope.methods.attention.attention_rollout.MOST_TOKENS", 8)
    with pytest.raises(Problem, match="Rollout handles at most 8 tokens; got 17"):
        call(ID, load_tiny("gpt2"))


def test_in_the_bundled_model_the_first_token_holds_most_with_and_without_the_sink() -> None:
    """Without the sink the next token takes its place: it is then the one that looks at nothing but itself."""
    with_sink, without = (call(ID, specimen(), "The capital of France is", drop_sink=drop) for drop in (False, True))
    for result, first, share, even in ((with_sink, 0, 0.802, 0.586), (without, 1, 0.800, 0.623)):
        assert values(result, "rollout").argmax() == first
        assert float(values(result, "rollout")[first]) == pytest.approx(share, abs=0.01)
        assert float(values(result, "even")[first]) == pytest.approx(even, abs=0.01)
        assert all(each.verdict in ("ok", "info") for each in result.checks)
    assert check(with_sink, "unlike_even").value == pytest.approx(0.216, abs=0.01)
