"""Neurons of every family: their values times what they write are what the MLP added."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from stratascope.models.model import Model
from stratascope.models.neurons import (
    added_by_neurons,
    changed_logits,
    gate_activations,
    is_gated,
    neuron_activations,
    neuron_bias,
    neuron_count,
    neuron_reads,
    neuron_writes,
    require_neuron,
    written_directions,
)
from stratascope.models.norms import norm_facts
from stratascope.models.run import Run
from stratascope.numerics.vectors import relative_error
from stratascope.problem import Problem
from tests.families import FAMILIES, LAYERS, WIDTH, load_tiny
from tests.models.test_other_families import connected

EXPERTS = frozenset({"olmoe", "mixtral"})
PLAIN = frozenset({"gpt2", "gpt_neox"})
POST_NORM = frozenset({"gemma2", "gemma3_text", "olmo2"})
dense = pytest.mark.parametrize("family", [family for family in FAMILIES if family not in EXPERTS])
OTHERS = ["phi", "opt", "starcoder2", "gpt_bigcode", "nemotron", "granite", "glm4", "cohere", "stablelm"]
"""Families without a line of their own: biases, parallel layers, maps that lie in the layer itself, multipliers."""
CONFIGURATIONS = {"opt": {"ffn_dim": 48}, "glm4": {"head_dim": 8}, "granite": {"residual_multiplier": 0.22}}


def read(model: Model) -> Run:
    return model.run(range(5, 17))


@dense
def test_values_times_writes_are_what_the_mlp_added(family: str) -> None:
    model = load_tiny(family)
    run = read(model)
    for layer in range(LAYERS):
        values, writes, bias = (
            neuron_activations(model, run, layer),
            neuron_writes(model, layer),
            neuron_bias(model, layer),
        )
        assert values.shape == (12, neuron_count(model, layer))
        assert values.dtype == writes.dtype == torch.float32
        assert writes.shape == (neuron_count(model, layer), WIDTH)
        added = values @ writes + (0 if bias is None else bias)
        for norm in model.structure.layers[layer].mlp_outputs if family in POST_NORM else ():
            added = norm(added)
        assert relative_error(added, run.mlp_out[layer]) <= 1e-5
        assert relative_error(added_by_neurons(model, layer, values), run.mlp_out[layer]) <= 1e-5


@pytest.mark.parametrize("family", OTHERS)
def test_so_they_are_in_families_nobody_wrote_a_line_for(family: str) -> None:
    model = connected(family, **CONFIGURATIONS.get(family, {}))
    run = read(model)
    for layer in range(LAYERS):
        values = neuron_activations(model, run, layer)
        assert relative_error(added_by_neurons(model, layer, values), run.mlp_out[layer]) <= 1e-5


@dense
def test_a_gated_neuron_is_its_gate_times_its_value(family: str) -> None:
    model = load_tiny(family)
    run, layer = read(model), 1
    gate, product = gate_activations(model, run, layer), neuron_activations(model, run, layer)
    assert is_gated(model, layer) == (family not in PLAIN)
    if family in PLAIN:
        assert torch.equal(gate, product)
        return
    reads = neuron_reads(model, layer)
    x = run.resid[layer] + run.attn_out[layer]
    part = model.structure.layers[layer].feed_forward
    assert part is not None
    for norm in part.norms:
        x = norm(x)
    assert reads.gate is not None
    act = F.silu if family not in ("gemma2", "gemma3_text") else lambda y: F.gelu(y, approximate="tanh")
    torch.testing.assert_close(gate, act(x @ reads.gate.T), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(product, gate * (x @ reads.value.T), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox"])
def test_folded_reads_take_the_norm_in(family: str) -> None:
    model = load_tiny(family)
    run, layer = read(model), 1
    middle = run.resid_mid(layer)
    x = run.resid[layer] if middle is None else middle
    part = model.structure.layers[layer].feed_forward
    assert part is not None
    facts = norm_facts(part.norms[0], WIDTH, model.device)
    frozen = facts.freeze(x)
    plain, folded = neuron_reads(model, layer).value, neuron_reads(model, layer, folded=True).value
    torch.testing.assert_close(x @ folded.T * frozen.inverse_deviation, frozen.apply(x) @ plain.T, rtol=1e-4, atol=1e-4)


def test_a_multiplier_is_part_of_what_a_neuron_writes() -> None:
    model = connected("granite", residual_multiplier=0.22)
    layer = model.structure.layers[0]
    torch.testing.assert_close(neuron_writes(model, 0), 0.22 * layer.module.mlp.down_proj.weight.T)


def test_directions_behind_a_post_norm_carry_its_gain() -> None:
    model = load_tiny("gemma2")
    gain = 1 + model.structure.layers[0].mlp_outputs[0].weight
    torch.testing.assert_close(written_directions(model, 0), neuron_writes(model, 0) * gain, rtol=1e-4, atol=1e-5)
    assert torch.equal(written_directions(load_tiny("llama"), 0), neuron_writes(load_tiny("llama"), 0))


@dense
@pytest.mark.parametrize("site", ["gate", "product"])
def test_changing_nothing_changes_nothing_and_zeroing_all_leaves_the_bias(family: str, site: str) -> None:
    model = load_tiny(family)
    run = read(model)
    same = changed_logits(model, run.ids, {1: lambda values: values}, site)  # type: ignore[arg-type]
    torch.testing.assert_close(same, run.logits(), rtol=1e-4, atol=1e-4)
    last = LAYERS - 1
    zeroed = changed_logits(model, run.ids, {last: torch.zeros_like}, site)  # type: ignore[arg-type]
    nothing = added_by_neurons(model, last, torch.zeros_like(neuron_activations(model, run, last)))
    x = run.resid[-1] - run.mlp_out[last] + nothing
    torch.testing.assert_close(zeroed, model.unembedding.logits(x), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("family", sorted(EXPERTS))
def test_a_mixture_of_experts_has_no_neurons_and_says_so(family: str) -> None:
    model = load_tiny(family)
    with pytest.raises(Problem) as refused:
        neuron_activations(model, read(model), 2)
    assert refused.value.code == "no_neurons"
    assert "Layer 2" in refused.value.message
    assert "is a mixture of experts" in refused.value.message
    assert refused.value.remedy


def test_a_neuron_that_is_not_there_is_refused_with_the_last_one() -> None:
    model = load_tiny("llama")
    require_neuron(model, 0, 47)
    with pytest.raises(Problem) as refused:
        require_neuron(model, 0, 48)
    assert refused.value.code == "neuron_out_of_range"
    assert refused.value.changes == {"neuron": 47}
