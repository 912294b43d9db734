"""Attention sinks: a planted parking head gives all it has, uniform heads what can be computed by hand."""

from functools import cache

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, HEADS, load_tiny, tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, connected, induction_model

ID = "attention/attention-sink"
WORDS = "w5 w9 w3 w5 w9 w2 w8"
EVEN = sum(1 / (t + 1) for t in range(1, 8)) / 7


@cache
def parking_model() -> Model:
    """A random GPT-2 in which every head of layer 1 looks at position 0 alone."""
    network, tokenizer = tiny("gpt2")
    attention, width = network.transformer.h[1].attn, network.config.n_embd
    with torch.no_grad():
        attention.c_attn.weight[:, : 2 * width] = 0.0
        attention.c_attn.bias[:width] = 50.0
        attention.c_attn.weight[:, width : 2 * width] = 0.1 * network.transformer.wpe.weight[0][:, None]
        network.transformer.h[1].ln_1.weight.fill_(1.0)
        network.transformer.h[1].ln_1.bias.zero_()
        network.transformer.wpe.weight[0] *= 100.0
    return connected("planted-sink", network, tokenizer)


def test_heads_that_only_look_at_the_first_token_are_sink_heads() -> None:
    result = call(ID, parking_model())
    assert isinstance(result, HeadGrid)
    assert values(result, "share")[1].min() >= 0.999
    assert values(result, "rate")[1] == 1.0
    assert {"1.0", "1.1", "1.2", "1.3"} <= set(result.facts["sink_heads"])


def test_uniform_and_previous_token_heads_are_as_computed_by_hand() -> None:
    result = call(ID, induction_model(), WORDS)
    assert float(values(result, "share")[0, 1]) == pytest.approx(EVEN, abs=1e-6)
    assert float(values(result, "share")[PREVIOUS_HEAD]) == pytest.approx(1 / 7, abs=1e-4)
    np.testing.assert_allclose(values(result, "even"), EVEN, atol=1e-6)
    assert check(result, "mean_share").control == pytest.approx(EVEN, abs=1e-6)
    assert np.isnan(values(result, "value_share")[0, 1])
    assert float(values(result, "value_share")[INDUCTION_HEAD]) == pytest.approx(1.0, abs=1e-4)
    assert result.facts["first_is_special"]
    assert not result.warnings


def test_chosen_tokens_are_sinks_wherever_they_stand() -> None:
    result = call(ID, induction_model(), WORDS, sink_tokens=["w9"])
    visible = [0, 0, 1, 1, 1, 2, 2, 2]
    expected = np.mean([n / (t + 1) for t, n in enumerate(visible) if n])
    assert float(values(result, "share")[0, 1]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_by_hand_in_every_family(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model)
    run = model.run(model.tokenize("the capital of france is paris and the capital").ids)
    pattern = run.pattern(2)
    seeing = (pattern[:, :, 0] > 0).any(0)
    seeing[0] = False
    np.testing.assert_allclose(values(result, "share")[2], pattern[:, seeing, 0].mean(-1), atol=1e-6)
    projection = model.structure.layers[2].projection
    matrix = projection.weight if family == "gpt2" else projection.weight.T
    value = run.value(2).repeat_interleave(HEADS // model.key_value_heads, 0)
    lengths = (value @ matrix.view(HEADS, model.head_width, -1)).norm(dim=-1)
    np.testing.assert_allclose(values(result, "value_share")[2], lengths[:, 0] / lengths.mean(-1), rtol=1e-4)
    assert ("No special token" in " ".join(result.warnings)) == (not run.tokens.tokens[0].special)


def test_prompts_without_a_sink_are_left_out_and_counted() -> None:
    result = call(ID, induction_model(), "", prompts=["w5 w9 w3", "w5 w3", "w9 w2 w9"], sink_tokens=["w9"])
    assert result.facts["n_prompts"] == 2
    assert result.facts["prompts_without_sink"] == 1
    assert values(result, "by_prompt").shape == (2, 2, 2)
    assert "1 of 3 prompts hold no sink" in result.warnings[-1]


def test_the_bundled_model_parks_more_the_deeper_the_layer() -> None:
    result = call(ID, specimen(), "", prompts_from="ioi")
    share = values(result, "share")
    assert float(share[0, 3]) == pytest.approx(0.85, abs=0.01)
    assert float(share[1, 3]) == pytest.approx(0.80, abs=0.01)
    assert float(share[1, 1]) == pytest.approx(0.53, abs=0.01)
    assert result.facts["sink_rate"] == pytest.approx(0.625)
    assert values(result, "rate").tolist() == [0.25, 0.75, 0.5, 0.5, 0.75, 1.0]
    assert values(result, "value_share")[2:].mean() < 0.6 < values(result, "value_share")[:2].mean()


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(Problem, match=r"attention/attention-sink needs at least 2 tokens; got 1\."):
        call(ID, load_tiny("gpt2"), "A")
    with pytest.raises(Problem, match="No token of this prompt is one of the chosen sink tokens") as found:
        call(ID, induction_model(), WORDS, sink_tokens=["w40"])
    assert call(ID, induction_model(), WORDS, **dict(found.value.changes or {})).checks
