"""Families nobody wrote a line for: what can be read off them is offered, what cannot is withheld with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from stratascope.models.library import ModelEntry
from stratascope.models.load import assemble
from stratascope.models.model import Model
from stratascope.models.tokens import TextReader
from stratascope.problem import Problem
from tests.families import CONTEXT, HEADS, LAYERS, tiny


def connected(family: str, **config: Any) -> Model:
    from transformers import PreTrainedTokenizerFast

    network, tokenizer = tiny(family, **config)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>")
    text = TextReader(family, fast, CONTEXT, network.config.vocab_size)
    return assemble(ModelEntry(id=family, path=Path(family), source="path", architecture=family), network, text)


@pytest.mark.parametrize(
    ("family", "config"),
    [
        ("phi", {}),
        ("stablelm", {}),
        ("opt", {"ffn_dim": 48}),
        ("starcoder2", {}),
        ("gpt_bigcode", {}),
        ("olmo3", {}),
        ("nemotron", {}),
        ("qwen2_moe", {"num_experts": 4, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16}),
        ("glm4", {"head_dim": 8}),
    ],
)
def test_unlisted_families_are_fully_readable(family: str, config: dict[str, Any]) -> None:
    model = connected(family, **config)
    assert model.missing.keys() - {"sequential_blocks"} == ({"neurons"} if family == "qwen2_moe" else set())
    assert model.fidelity.max_logit_difference <= 1e-5


def test_residual_multipliers_and_logit_divisors_are_found() -> None:
    model = connected("granite", residual_multiplier=0.22, logits_scaling=6.0, embedding_multiplier=3.0)
    run = model.run(range(5, 15))
    assert {(layer.attention_multiplier, layer.mlp_multiplier) for layer in model.structure.layers} == {(0.22, 0.22)}
    assert model.unembedding.scale == pytest.approx(1 / 6)
    torch.testing.assert_close(run.resid[1], run.resid[0] + run.attn_out[0] + run.mlp_out[0], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(model.head_output(run, 1).sum(0), run.attn_out[1], rtol=1e-5, atol=1e-5)
    assert "residual multiplier 0.22" in model.fidelity.special


def test_two_parts_beside_each_other_are_one_mlp() -> None:
    sizes = {
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "shared_intermediate_size": 24,
        "residual_multiplier": 0.3,
    }
    model = connected("granitemoeshared", **sizes)
    assert model.missing.keys() == {"neurons"}
    assert all(len(layer.mlp_outputs) == 2 for layer in model.structure.layers)


def test_logit_scale_of_cohere_is_applied_once() -> None:
    model = connected("cohere", logit_scale=0.25)
    assert model.unembedding.scale == 0.25
    assert model.fidelity.lens_error <= 1e-5
    assert model.missing.keys() == {"sequential_blocks"}


def test_attention_sinks_leave_rows_below_one() -> None:
    model = connected("gpt_oss", num_local_experts=4, num_experts_per_tok=2, head_dim=8, sliding_window=5)
    run = model.run(range(5, 25))
    assert model.missing.keys() == {"neurons"}
    for layer in range(LAYERS):
        mass = run.pattern(layer).sum(-1)
        assert mass.max() <= 1 + 1e-6
        assert mass.min() < 0.9


@pytest.mark.parametrize(("family", "config"), [("gptj", {"rotary_dim": 4}), ("codegen", {"rotary_dim": 4})])
def test_attention_outside_the_interface_is_refused_and_the_rest_offered(family: str, config: dict[str, Any]) -> None:
    model = connected(family, **config)
    run = model.run(range(5, 15))
    assert model.missing.keys() == {"patterns", "heads", "sequential_blocks"}
    assert "interface" in model.missing["patterns"]
    assert (run.resid[0] + run.attn_out[0] + run.mlp_out[0] - run.resid[1]).abs().max() <= 1e-4
    with pytest.raises(Problem) as refused:
        run.pattern(0)
    assert refused.value.code == "no_heads"
    with pytest.raises(Problem) as refused:
        model.require(["causal", "patterns"])
    assert (refused.value.code, refused.value.status) == ("capability_missing", 409)


def test_a_norm_between_heads_and_projection_makes_heads_inseparable() -> None:
    model = connected("bitnet")
    assert model.missing.keys() == {"heads"}
    with pytest.raises(Problem) as refused:
        model.head_output(model.run(range(5, 15)), 0)
    assert refused.value.code == "no_heads"


@pytest.mark.parametrize("family", ["falcon", "bloom", "mpt"])
def test_parts_that_cannot_be_told_apart_withhold_the_contract_with_the_error(family: str) -> None:
    model = connected(family, **({"n_layers": LAYERS, "n_heads": HEADS, "d_model": 32} if family == "mpt" else {}))
    assert "residual_contract" in model.missing
    assert "causal" in model.capabilities
    assert f"{family} needs an adapter" in model.missing["residual_contract"]
    with pytest.raises(Problem) as refused:
        model.require(["residual_contract"])
    assert refused.value.code == "residual_contract_failed"


def test_a_model_that_sees_the_future_is_not_causal() -> None:
    model = connected("llama", is_causal=False)
    assert "causal" in model.missing


def test_an_encoder_is_refused_at_load() -> None:
    with pytest.raises(Problem) as refused:
        connected("bert")
    assert refused.value.code in ("unfaithful", "unsupported_architecture")


def test_half_precision_is_judged_by_its_own_limits() -> None:
    from transformers import PreTrainedTokenizerFast

    network, tokenizer = tiny("gemma2")
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    text = TextReader("half", fast, CONTEXT, network.config.vocab_size)
    model = assemble(ModelEntry(id="half", path=Path("half"), source="path"), network.to(torch.bfloat16), text)
    assert not model.missing
    assert model.unembedding.logits(model.run(range(5, 15)).resid).dtype == torch.float32
