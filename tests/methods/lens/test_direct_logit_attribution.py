"""Direct logit attribution: exact sums on every family, planted heads, and a split done by hand from the weights."""

from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from stratascope.problem import Problem
from stratascope.result import HeadGrid, Result
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import COPY_STRENGTH, INDUCTION_HEAD, connected, induction_model, one_head_model

ID = "lens/direct-logit-attribution"
TOKENS: list[dict[str, Any]] = [
    {},
    {"target_id": 40, "distractor_id": 41},
    {"target_id": 40},
    {"target_id": 40, "center": False},
    {"target_id": [40, 41, 42], "distractor_id": [7, 9]},
    {"target_id": [40, 41], "distractor_id": 42},
    {"target_id": [40, 41, 42]},
    {"target_id": [40, 41, 42], "center": False},
    {"distractor_id": [7, 9]},
    {"target_id": list(range(16, 48)), "distractor_id": list(range(48, 80))},
]


@torch.no_grad()
def network_logits(model: Any, ids: list[int]) -> torch.Tensor:
    """The library's own logits [position, vocabulary], the softcap undone."""
    logits = model.network(input_ids=torch.tensor([ids]), use_cache=False).logits[0].double()
    cap = getattr(model.network.config, "final_logit_softcapping", None)
    return torch.atanh(logits / cap) * cap if cap else logits


def ids(result: Result, side: str) -> list[int]:
    """The tokens of a side."""
    return [token["id"] for token in result.facts[side]]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("params", TOKENS)
@pytest.mark.parametrize("position", [-1, 3])
def test_parts_add_up_to_the_librarys_own_score(family: str, params: dict[str, Any], position: int) -> None:
    model = load_tiny(family)
    result = call(ID, model, position=position, **params)
    logits = network_logits(model, model.tokenize(PROMPT).ids)[position]
    expected = float(logits[ids(result, "target")].mean())
    if result.facts["distractor"]:
        expected -= float(logits[ids(result, "distractor")].mean())
    elif params.get("center", True):
        expected -= float(logits.mean())
    total = float(values(result, "components").sum())
    assert total == pytest.approx(expected, abs=1e-3 * max(1.0, abs(expected)))
    assert total == pytest.approx(result.facts["total"], abs=1e-4)
    assert result.facts["model_value"] == pytest.approx(expected, abs=1e-4)
    np.testing.assert_allclose(
        values(result, "head").sum(1) + values(result, "head_bias"), values(result, "attention"), atol=1e-4
    )
    assert [each.verdict for each in result.checks] == ["ok", "ok", "info"]


def test_components_are_the_parts_in_order_of_depth() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model)
    assert isinstance(result, HeadGrid)
    labels = result.coords["component"]
    assert labels[:3] == ["embedding", "0 attn", "0 mlp"]
    assert labels[-1] == "bias"
    parts = dict(zip(labels, values(result, "components").tolist(), strict=True))
    for layer in range(model.layers):
        assert parts[f"{layer} attn"] == pytest.approx(float(values(result, "attention")[layer]))
        assert parts[f"{layer} mlp"] == pytest.approx(float(values(result, "mlp")[layer]))
    assert parts["bias"] == pytest.approx(result.facts["bias"])
    assert parts["embedding"] == pytest.approx(result.facts["embedding"])


@torch.no_grad()
def test_heads_of_gpt2_split_by_hand() -> None:
    """The textbook's formula on weights read from the state dict and head outputs caught in front of the projection."""
    model = load_tiny("gpt2")
    ids = model.tokenize(PROMPT).ids
    network: Any = model.network
    caught: list[torch.Tensor] = []
    hooks = [
        block.attn.c_proj.register_forward_pre_hook(lambda module, args: caught.append(args[0][0].double()))
        for block in network.transformer.h
    ]
    states = network(input_ids=torch.tensor([ids]), output_hidden_states=True, use_cache=False).hidden_states
    last = network.transformer.h[-1](states[-2])
    last = (last[0] if isinstance(last, tuple) else last).reshape(len(ids), -1)[-1].double()
    for hook in hooks:
        hook.remove()
    norm, unembedding = network.transformer.ln_f, network.lm_head.weight.double()
    direction = (
        (unembedding[40] - unembedding[41]) * norm.weight.double() / (last.var(unbiased=False) + norm.eps).sqrt()
    )
    direction -= direction.mean()
    expected = [
        [float(z[-1, 8 * head : 8 * head + 8] @ block.attn.c_proj.weight.double()[8 * head : 8 * head + 8] @ direction)
         for head in range(4)]
        for z, block in zip(caught, network.transformer.h, strict=False)
    ]  # fmt: skip
    found = values(call(ID, model, target_id=40, distractor_id=41), "head")
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=1e-5)


def test_planted_induction_head_writes_the_answer() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5", target="w9", distractor="w5")
    heads = values(result, "head")
    others = heads.copy()
    others[INDUCTION_HEAD] = 0
    assert np.abs(others).max() < 1e-5
    embedding = result.facts["embedding"]
    assert heads[INDUCTION_HEAD] == pytest.approx(-COPY_STRENGTH * embedding, rel=1e-5)
    assert np.abs(values(result, "mlp")).max() == 0.0
    assert result.facts["top"][0]["label"] == "1.1"
    assert "Head 1.1" in result.summary
    assert "“w9” over “w5”" in result.summary


def test_where_one_head_writes_all_others_are_exactly_zero() -> None:
    result = call(ID, one_head_model())
    heads = values(result, "head")
    assert heads[2, 1] != 0.0
    heads = heads.copy()
    heads[2, 1] = 0.0
    assert not heads.any()
    assert not values(result, "mlp").any()


def test_the_models_two_best_tokens_stand_in() -> None:
    model = load_tiny("gpt2")
    logits = network_logits(model, model.tokenize(PROMPT).ids)[-1]
    best = logits.topk(3).indices.tolist()
    both = call(ID, model)
    assert (ids(both, "target"), ids(both, "distractor")) == (best[:1], best[1:2])
    target, distractor = both.facts["target"][0], both.facts["distractor"][0]
    assert (target["rank"], distractor["rank"]) == (1, 2)
    assert target["probability"] == pytest.approx(float(logits.softmax(-1)[best[0]]), abs=1e-6)
    assert ids(call(ID, model, distractor_id=best[0]), "target") == best[1:2]
    assert ids(call(ID, model, distractor_id=best[2]), "target") == best[:1]
    assert ids(call(ID, model, distractor_id=best[:2]), "target") == best[2:3]
    alone = call(ID, model, target_id=best[2]).facts
    assert (alone["distractor"], alone["distractor_probability"]) == (None, None)


def test_text_and_id_name_the_same_token() -> None:
    model = load_tiny("gpt2")
    by_text = call(ID, model, target=" paris", distractor=" cat")
    by_id = call(ID, model, target_id=model.single_token(" paris"), distractor_id=model.single_token(" cat"))
    np.testing.assert_array_equal(values(by_text, "head"), values(by_id, "head"))


def test_a_list_of_one_is_the_one() -> None:
    model = load_tiny("gpt2")
    one = call(ID, model, target=" paris", distractor=" cat")
    listed = call(ID, model, target=[" paris"], distractor=[" cat"])
    np.testing.assert_array_equal(values(one, "components"), values(listed, "components"))
    assert (one.facts, one.summary) == (listed.facts, listed.summary)


@pytest.mark.parametrize("family", ["gpt2", "gemma2"])
def test_several_tokens_write_the_mean_of_what_each_writes(family: str) -> None:
    """By hand: every part of a mean is the mean of that part over all pairs of a target and a distractor."""
    model, targets, distractors = load_tiny(family), [40, 41, 42], [50, 51]
    together = call(ID, model, target_id=targets, distractor_id=distractors)
    pairs = [call(ID, model, target_id=t, distractor_id=d) for t in targets for d in distractors]
    for name in ("head", "attention", "head_bias", "mlp", "components"):
        mean = np.mean([values(pair, name) for pair in pairs], axis=0)
        np.testing.assert_allclose(values(together, name), mean, atol=1e-5, rtol=1e-5)


def test_the_probability_of_a_side_is_the_sum_of_its_tokens() -> None:
    model = load_tiny("gpt2")
    prob = network_logits(model, model.tokenize(PROMPT).ids)[-1].softmax(-1)
    facts = call(ID, model, target_id=[40, 41, 42], distractor_id=[50, 51]).facts
    assert facts["target_probability"] == pytest.approx(float(prob[[40, 41, 42]].sum()), abs=1e-6)
    assert facts["distractor_probability"] == pytest.approx(float(prob[[50, 51]].sum()), abs=1e-6)
    assert [token["probability"] for token in facts["distractor"]] == pytest.approx(prob[[50, 51]].tolist(), abs=1e-6)


def test_the_sentence_counts_further_tokens() -> None:
    summary = call(ID, load_tiny("gpt2"), target=[" paris", " cat", " one"], distractor=" on").summary
    assert "toward “ paris” and 2 more over “ on”," in summary


def test_naming_a_token_twice_offers_the_side_with_each_once() -> None:
    model = load_tiny("gpt2")
    for asked in ({"target": [" paris", " cat", " paris"]}, {"distractor_id": [40, 41, 40, 41]}):
        with pytest.raises(Problem) as found:
            call(ID, model, **asked)
        assert (found.value.code, found.value.field) == ("same_token", next(iter(asked)))
        assert found.value.remedy
        assert found.value.changes in ({"target": [" paris", " cat"]}, {"distractor_id": [40, 41]})
        call(ID, model, **found.value.changes)


def test_a_token_on_both_sides_is_named() -> None:
    with pytest.raises(Problem, match="both name “ cat”") as found:
        call(ID, load_tiny("gpt2"), target=[" paris", " cat"], distractor=[" on", " cat"])
    assert found.value.changes is not None
    call(ID, load_tiny("gpt2"), **found.value.changes)


@pytest.mark.parametrize("side", [[], list(range(33)), "", [""], [None], [-1], True])
@pytest.mark.parametrize("name", ["target", "distractor", "target_id", "distractor_id"])
def test_a_side_is_one_to_32_tokens(name: str, side: Any) -> None:
    with pytest.raises(ValidationError):
        call(ID, load_tiny("gpt2"), **{name: side})


def test_swapping_the_tokens_turns_every_sign() -> None:
    model = load_tiny("qwen3")
    one, other = call(ID, model, target_id=40, distractor_id=41), call(ID, model, target_id=41, distractor_id=40)
    np.testing.assert_allclose(values(one, "components"), -values(other, "components"), atol=1e-6)


def test_centring_changes_a_single_token_and_no_difference() -> None:
    model = load_tiny("gpt2")
    pair = [call(ID, model, target_id=40, distractor_id=41, center=center) for center in (True, False)]
    single = [call(ID, model, target_id=40, center=center) for center in (True, False)]
    np.testing.assert_allclose(values(pair[0], "components"), values(pair[1], "components"), atol=1e-6)
    assert np.abs(values(single[0], "components") - values(single[1], "components")).max() > 1e-3


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"target_id": 40, "distractor_id": 40}, "same_token"),
        ({"target_id": [40, 41], "distractor_id": [42, 40]}, "same_token"),
        ({"target_id": [40, 40]}, "same_token"),
        ({"distractor": [" paris", " paris"]}, "same_token"),
        ({"target": [" paris", "not one token"]}, "token_not_single"),
        ({"target_id": [3, 10**6]}, "bad_parameter"),
        ({"target": " paris", "distractor": " paris"}, "same_token"),
        ({"target": " paris", "target_id": 3}, "bad_parameter"),
        ({"target_id": 10**6}, "bad_parameter"),
        ({"target": "not one token"}, "token_not_single"),
        ({"position": 99}, "position_out_of_range"),
        ({"position": -99}, "position_out_of_range"),
    ],
)
def test_questions_without_an_answer_are_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code
    assert found.value.message


def test_a_broken_split_fails_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    monkeypatch.setattr(run, "own_logits", run.own_logits * 1.5)
    assert check(call(ID, model, target_id=40), "sum_error").verdict == "fail"


MIXTURES = ("olmoe", "mixtral")


@pytest.mark.parametrize("granularity", ["layer", "head", "source_token", "neuron"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_parts_of_every_granularity_have_one_sum(family: str, granularity: str) -> None:
    model, asked = load_tiny(family), {"target_id": 40, "distractor_id": 41, "position": -2}
    if granularity == "neuron" and family in MIXTURES:
        with pytest.raises(Problem, match="mixture of experts") as found:
            call(ID, model, granularity=granularity, **asked)
        assert found.value.changes == {"granularity": "expert"}
        return
    whole, finer = call(ID, model, **asked), call(ID, model, granularity=granularity, **asked)
    np.testing.assert_array_equal(values(whole, "head"), values(finer, "head"))
    assert float(values(finer, "components").sum()) == pytest.approx(whole.facts["total"], abs=1e-4)
    assert all(each.verdict in ("ok", "info") for each in finer.checks)
    assert len(finer.checks) == len(whole.checks) + (granularity in ("source_token", "neuron"))


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "qwen3"])
def test_sources_add_up_to_heads_and_come_from_no_later_token(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, granularity="source_token", position=4)
    np.testing.assert_allclose(values(result, "source").sum(-1), values(result, "head"), atol=1e-5)
    assert not values(result, "source")[..., 5:].any()
    moved = {
        name: value
        for name, value in zip(result.coords["component"], values(result, "components"), strict=True)
        if "“" in name
    }
    np.testing.assert_allclose(list(moved.values()), values(result, "source").sum((0, 1))[:5], atol=1e-5)


def test_the_planted_head_moves_the_answer_from_where_it_stood() -> None:
    """w5 w9 w3 w5 behind <s>: the induction head reads w9 at position 2."""
    result = call(ID, induction_model(), "w5 w9 w3 w5", target="w9", distractor="w5", granularity="source_token")
    source = values(result, "source")[INDUCTION_HEAD]
    assert int(source.argmax()) == 2
    assert source[2] == pytest.approx(values(result, "head")[INDUCTION_HEAD], rel=1e-4)
    parts = dict(zip(result.coords["component"], values(result, "components").tolist(), strict=True))
    assert max(parts, key=lambda name: parts[name]) == "2 “w9”"


@torch.no_grad()
def test_neurons_of_gpt2_split_by_hand() -> None:
    """Activations caught in front of the output map, times its rows, along the direction behind the frozen final norm."""
    model = load_tiny("gpt2")
    network: Any = model.network
    ids = model.tokenize(PROMPT).ids
    caught: list[torch.Tensor] = []
    hooks = [block.mlp.c_proj.register_forward_pre_hook(lambda module, args: caught.append(args[0][0, -1].double()))
             for block in network.transformer.h]  # fmt: skip
    run = model.run(ids)
    network(input_ids=torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    norm, x = network.transformer.ln_f, run.resid[-1, -1].double()
    unembedding = network.lm_head.weight.double()
    u = (unembedding[40] - unembedding[41]) * norm.weight.double() / (x.var(unbiased=False) + norm.eps).sqrt()
    u -= u.mean()
    by_hand = [
        a * (block.mlp.c_proj.weight.double() @ u) for a, block in zip(caught[-4:], network.transformer.h, strict=True)
    ]
    result = call(ID, model, target_id=40, distractor_id=41, granularity="neuron")
    for name, effect, value in zip(
        result.coords["neuron"], values(result, "neuron"), values(result, "neuron_value"), strict=True
    ):
        layer, neuron = map(int, name.split("."))
        assert effect == pytest.approx(float(by_hand[layer][neuron]), abs=1e-5)
        assert value == pytest.approx(float(caught[-4:][layer][neuron]), abs=1e-5)
    every = torch.cat(by_hand)
    kept = values(result, "neuron")
    assert (kept > 0).sum() == min(100, int((every > 0).sum()))
    assert kept.max() == pytest.approx(float(every.max()), abs=1e-5)
    assert kept.min() == pytest.approx(float(every.min()), abs=1e-5)


def test_a_weighted_sum_is_the_sum_of_single_readings() -> None:
    model, weights = load_tiny("gemma2"), [1.0, -2.0, 0.5]
    together = call(ID, model, target_id=[40, 41, 42], weights=weights)
    single = [call(ID, model, target_id=token) for token in (40, 41, 42)]
    for name in ("head", "components"):
        expected = sum(weight * values(each, name) for weight, each in zip(weights, single, strict=True))
        np.testing.assert_allclose(values(together, name), expected, atol=1e-4)
    assert check(together, "sum_error").verdict == "ok"


@pytest.mark.parametrize(
    "asked", [{"weights": [1.0]}, {"weights": [1.0, 1.0], "distractor_id": 7}, {"weights": [0.0, 0.0]}]
)
def test_weights_that_fit_no_targets_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="weights must be one number for each target") as found:
        call(ID, load_tiny("gpt2"), target_id=[40, 41], **asked)
    assert found.value.changes == {"weights": None}


def test_the_specimens_capital_comes_from_the_country_and_the_last_mlp() -> None:
    """“Paris” over “Rome”, 15.6 logits: 7.0 are moved from “France”, 7.0 are written by the last MLP."""
    result = call(
        ID, specimen(), "The capital of France is", target=" Paris", distractor=" Rome", granularity="source_token"
    )
    parts = dict(zip(result.coords["component"], values(result, "components").tolist(), strict=True))
    assert result.facts["total"] == pytest.approx(15.6, abs=0.3)
    assert parts["4 “ France”"] == pytest.approx(7.0, abs=0.4)
    assert parts["5 mlp"] == pytest.approx(7.0, abs=0.4)
    others = [abs(value) for name, value in parts.items() if name not in ("4 “ France”", "5 mlp")]
    assert max(others) < 1.0


DEEPSEEK = {
    "n_routed_experts": 4, "num_experts_per_tok": 2, "n_group": 1, "topk_group": 1, "n_shared_experts": 1,
    "first_k_dense_replace": 1, "moe_intermediate_size": 24, "q_lora_rank": None, "kv_lora_rank": 16,
    "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8, "num_key_value_heads": 4,
}  # fmt: skip
QWEN = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24, "shared_expert_intermediate_size": 24}
GPT_OSS = {"num_local_experts": 4, "num_experts_per_tok": 2, "head_dim": 8}


@pytest.mark.parametrize(
    ("family", "config", "alone"),
    [
        ("olmoe", {"num_experts": 8, "num_experts_per_tok": 2}, True),
        ("olmoe", {"num_experts": 8, "num_experts_per_tok": 8}, True),
        ("mixtral", {"num_local_experts": 4, "num_experts_per_tok": 2}, True),
        ("mixtral", {"num_local_experts": 4, "num_experts_per_tok": 1}, True),
        ("gpt_oss", GPT_OSS, True),
        ("qwen2_moe", QWEN, False),
        ("deepseek_v3", DEEPSEEK, False),
    ],
)
@pytest.mark.parametrize("position", [-1, 2])
def test_the_chosen_experts_add_up_to_their_mlps(
    family: str, config: dict[str, Any], alone: bool, position: int
) -> None:
    model = connected(f"mixture-{family}", *tiny(family, **config))
    asked = {"target_id": 40, "distractor_id": 41, "position": position}
    whole, finer = call(ID, model, **asked), call(ID, model, granularity="expert", **asked)
    parts = dict(zip(finer.coords["component"], values(finer, "components").tolist(), strict=True))
    assert sum(parts.values()) == pytest.approx(whole.facts["total"], abs=1e-4)
    assert check(finer, "expert_sum_error").value < 1e-5
    active = config["num_experts_per_tok"]
    for layer, mlp in enumerate(values(whole, "mlp")):
        experts = [value for name, value in parts.items() if name.startswith(f"expert {layer}.")]
        rest = parts.get(f"{layer} mlp", parts.get(f"{layer} mlp beside its experts", 0.0))
        assert sum(experts) + rest == pytest.approx(float(mlp), abs=1e-4)
        assert len(experts) == (active if layer in finer.facts["expert_layers"] else 0)
        assert alone == (f"{layer} mlp beside its experts" not in parts) or layer not in finer.facts["expert_layers"]
    assert finer.facts["expert_layers"] == ([1, 2, 3] if family == "deepseek_v3" else [0, 1, 2, 3])


@torch.no_grad()
def test_experts_of_mixtral_split_by_hand() -> None:
    """Router, gate, up and down written out, along the direction behind the frozen final norm."""
    model = load_tiny("mixtral")
    network: Any = model.network
    run = model.run(model.tokenize(PROMPT).ids)
    norm, x = network.model.norm, run.resid[-1, -1].double()
    unembedding = network.lm_head.weight.double()
    u = (unembedding[40] - unembedding[41]) * norm.weight.double() / (x.square().mean() + norm.variance_epsilon).sqrt()
    result = call(ID, model, target_id=40, distractor_id=41, granularity="expert")
    found = dict(zip(result.coords["expert"], values(result, "expert").tolist(), strict=True))
    weights = dict(zip(result.coords["expert"], values(result, "expert_weight").tolist(), strict=True))
    for layer, block in enumerate(network.model.layers):
        middle = run.resid_mid(layer)
        assert middle is not None
        given = block.post_attention_layernorm(middle[-1:])
        probability = (given @ block.mlp.gate.weight.T).softmax(-1)[0]
        top = probability.topk(2)
        for weight, expert in zip(top.values / top.values.sum(), top.indices.tolist(), strict=True):
            gate, up = (given @ block.mlp.experts.gate_up_proj[expert].T).chunk(2, dim=-1)
            out = (torch.nn.functional.silu(gate) * up) @ block.mlp.experts.down_proj[expert].T
            assert found[f"{layer}.{expert}"] == pytest.approx(float((weight * out)[0].double() @ u), abs=1e-5)
            assert weights[f"{layer}.{expert}"] == pytest.approx(float(weight), rel=1e-5)
    assert len(found) == 8


def test_a_model_without_experts_is_told_so() -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("llama"), granularity="expert")
    assert (found.value.code, found.value.field) == ("not_moe", "granularity")
    assert found.value.changes == {"granularity": "sublayer"}


@pytest.mark.parametrize("way", ["eager", "batched_mm", "grouped_mm"])
def test_experts_add_up_however_they_are_computed(way: str) -> None:
    network, tokenizer = tiny("olmoe", num_experts=8, num_experts_per_tok=2)
    network.set_experts_implementation(way)
    result = call(ID, connected(f"mixture-{way}", network, tokenizer), granularity="expert", target_id=40)
    assert check(result, "expert_sum_error").value < 1e-5
