"""Every family: what is read off a captured run, against the library's own forward pass of the same weights.

The oracle is a second network made from the same configuration and seed, never touched by our code, run with the
library's own attention (eager where attention weights are asked for).
"""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedModel

from stratascope.models.capture import captured_forward
from stratascope.models.model import Model
from stratascope.models.run import Run
from tests.families import CONTEXT, FAMILIES, HEADS, LAYERS, WIDTH, load_tiny, tiny

LENGTH = 24
PARALLEL = {"gpt_neox"}
EXPERTS = {"olmoe", "mixtral"}
GROUPED = set(FAMILIES) - {"gpt2", "gpt_neox"}

families = pytest.mark.parametrize("family", FAMILIES)


def ids_for(model: Model) -> list[int]:
    return torch.randint(3, model.vocabulary, (LENGTH,), generator=torch.Generator().manual_seed(5)).tolist()


@cache
def run_of(family: str) -> Run:
    model = load_tiny(family)
    return model.run(ids_for(model))


@cache
def reference(family: str) -> PreTrainedModel:
    return tiny(family)[0]


def relative(value: Tensor, expected: Tensor) -> float:
    return float((value - expected).abs().max() / expected.abs().max())


@families
def test_the_stream_is_the_sum_of_what_its_parts_add(family: str) -> None:
    run = run_of(family)
    for layer in range(LAYERS):
        total = run.resid[layer] + run.attn_out[layer] + run.mlp_out[layer]
        assert relative(total, run.resid[layer + 1]) <= 1e-5


@families
def test_a_captured_forward_returns_the_logits_of_a_plain_one(family: str) -> None:
    model, network = load_tiny(family), reference(family)
    ids = torch.tensor(ids_for(model))
    plain = network(input_ids=ids[None], use_cache=False).logits[0]
    run, captured = captured_forward(model, ids, every_position=True)
    assert (captured - plain).abs().max() <= 1e-5
    assert (run.own_logits - plain[-1]).abs().max() <= 1e-5


@families
def test_the_last_row_unembeds_to_the_models_own_logits(family: str) -> None:
    model, run = load_tiny(family), run_of(family)
    plain = reference(family)(input_ids=run.ids[None], use_cache=False).logits[0]
    assert (model.unembedding.logits(run.resid[-1]) - plain).abs().max() <= 1e-4
    assert (run.logits([0, -1]) - plain[[0, -1]]).abs().max() <= 1e-4


@families
def test_rows_are_the_hidden_states_except_the_last_which_is_before_the_final_norm(family: str) -> None:
    run, network = run_of(family), reference(family)
    states = network(input_ids=run.ids[None], use_cache=False, output_hidden_states=True).hidden_states
    assert run.resid.shape == (LAYERS + 1, LENGTH, WIDTH)
    for row in range(LAYERS):
        assert relative(run.resid[row], states[row][0]) <= 1e-5
    assert relative(run.resid[-1], states[-1][0]) > 1e-2
    assert relative(load_tiny(family).unembedding.norm(run.resid[-1]), states[-1][0]) <= 1e-5


@families
def test_heads_and_bias_add_up_to_what_attention_adds(family: str) -> None:
    model, run = load_tiny(family), run_of(family)
    for layer in range(LAYERS):
        heads, bias = model.head_output(run, layer), model.head_bias(layer, run)
        assert heads.shape == (HEADS, LENGTH, WIDTH)
        total = heads.sum(0) if bias is None else heads.sum(0) + bias
        assert relative(total, run.attn_out[layer]) <= 1e-5


@families
def test_patterns_are_the_librarys_own_attention_weights(family: str) -> None:
    run, network = run_of(family), tiny(family)[0]
    network.set_attn_implementation("eager")
    expected = network(input_ids=run.ids[None], use_cache=False, output_attentions=True).attentions
    for layer in range(LAYERS):
        pattern = run.pattern(layer)
        assert pattern.dtype == torch.float32
        assert (pattern - expected[layer][0]).abs().max() <= 1e-5
        assert (pattern.sum(-1) - 1).abs().max() <= 1e-5
        assert pattern.triu(1).abs().max() == 0


@families
def test_patterns_weigh_the_values_into_what_heads_read(family: str) -> None:
    model, run = load_tiny(family), run_of(family)
    for layer in range(LAYERS):
        assert run.value(layer).shape == (model.key_value_heads, LENGTH, model.head_width)
        values = run.value(layer).repeat_interleave(model.heads // model.key_value_heads, 0)
        z = (run.pattern(layer) @ values).transpose(0, 1)
        assert run.z(layer).shape == (LENGTH, HEADS, model.head_width)
        assert relative(z, run.z(layer)) <= 1e-5


@families
def test_the_stream_between_attention_and_mlp_is_there_unless_both_read_the_same(family: str) -> None:
    run = run_of(family)
    for layer in range(LAYERS):
        middle = run.resid_mid(layer)
        if family in PARALLEL:
            assert middle is None
        else:
            assert middle is not None
            assert relative(middle, run.resid[layer + 1] - run.mlp_out[layer]) <= 1e-5


@families
def test_frozen_final_norm_is_linear_and_exact(family: str) -> None:
    model, run = load_tiny(family), run_of(family)
    frozen = model.unembedding.frozen(run.resid[-1])
    parts = [run.resid[0], *run.attn_out, *run.mlp_out]
    total = sum(frozen.apply(part) for part in parts) + frozen.constant
    assert relative(total, model.unembedding.norm(run.resid[-1])) <= 1e-5
    plain = reference(family)(input_ids=run.ids[None], use_cache=False).logits[0]
    head, cap = model.unembedding, model.unembedding.softcap
    logits = (total @ head.weight.T + (0 if head.bias is None else head.bias)) * head.scale
    assert relative(logits if cap is None else torch.tanh(logits / cap) * cap, plain) <= 1e-4


@families
def test_what_is_measured_at_load_is_small_and_everything_is_offered(family: str) -> None:
    model = load_tiny(family)
    measured = model.fidelity
    assert measured.max_logit_difference <= 1e-5
    assert measured.lens_error <= 1e-4
    assert measured.norm_error <= 1e-5
    for error in (measured.residual_contract_error, measured.head_sum_error, measured.pattern_error):
        assert error is not None
        assert error <= 1e-5
    parallel = {"sequential_blocks"} if family in PARALLEL else set()
    assert model.missing.keys() == parallel | ({"neurons"} if family in EXPERTS else set())
    assert len(model.capabilities) == 6 - len(model.missing)


@families
def test_sizes_are_those_of_the_network(family: str) -> None:
    model = load_tiny(family)
    assert (model.layers, model.heads, model.width, model.text.context) == (LAYERS, HEADS, WIDTH, CONTEXT)
    assert model.key_value_heads == (2 if family in GROUPED else HEADS)
    assert model.facts.vocabulary == model.vocabulary == reference(family).config.vocab_size
    assert model.facts.parameters == reference(family).num_parameters()


def test_gemma2_logits_are_capped_once() -> None:
    model, run = load_tiny("gemma2"), run_of("gemma2")
    assert model.unembedding.softcap == 3.0
    logits = run.logits()
    assert logits.abs().max() < 3.0
    assert logits.abs().max() > 2.5
    assert relative(logits, reference("gemma2")(input_ids=run.ids[None], use_cache=False).logits[0]) <= 1e-6


def test_sliding_windows_are_seen_in_the_patterns() -> None:
    for family, full in (("mistral", False), ("gemma2", True), ("gemma3_text", True)):
        run = run_of(family)
        seen = [bool((run.pattern(layer)[:, 20, :15] > 0).any()) for layer in range(LAYERS)]
        assert any(seen) == full
        assert not all(seen)
