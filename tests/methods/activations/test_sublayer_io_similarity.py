"""Sublayer similarity: hand-written cosines and scales, idle sublayers, skips held against runs by hand."""

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.models.response import with_response
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.planted import connected, golden_model

ID = "activations/sublayer-io-similarity"
SEVERAL = ["the capital of france", "paris and the capital", "one cat sat on the model"]


@pytest.mark.parametrize("family", FAMILIES)
def test_similarity_and_scale_by_hand(family: str) -> None:
    model = load_tiny(family)
    run = model.run(model.tokenize(PROMPT).ids)
    result = call(ID, model, include_bos=True)
    assert isinstance(result, LayerCurve)
    before, after = run.resid[:-1].double(), run.resid[1:].double()
    middle = before + run.attn_out.double()
    pairs = [(before, after)] if family == "gpt_neox" else [(before, middle), (middle, after)]
    for series, (one, other) in enumerate(pairs):
        cos = torch.nn.functional.cosine_similarity(one, other, dim=-1).mean(-1)
        np.testing.assert_allclose(values(result, "similarity")[series], cos, atol=1e-5)
        scale = other.flatten(1).norm(dim=-1) / one.flatten(1).norm(dim=-1)
        np.testing.assert_allclose(values(result, "scale")[series], scale, rtol=1e-5)
    assert result.coords["series"] == (["layer"] if family == "gpt_neox" else ["attn", "mlp"])
    assert bool(result.warnings) == (family == "gpt_neox")
    assert check(result, "stream_adds_up").verdict == "ok"


def test_the_order_pools_attention_and_mlp() -> None:
    result = call(ID, load_tiny("llama"))
    found = values(result, "similarity")
    parts, layers = values(result, "order_part"), values(result, "order_layer")
    assert len(parts) == 8
    ordered = [found[["attn", "mlp"].index(part), layer] for part, layer in zip(parts, layers, strict=True)]
    assert ordered == sorted(found.ravel().tolist(), reverse=True)
    np.testing.assert_array_equal(values(result, "order_similarity"), ordered)


def idle_model() -> Model:
    """A random Llama whose attention 1 and MLP 2 add nothing."""
    network, tokenizer = tiny("llama")
    with torch.no_grad():
        network.model.layers[1].self_attn.o_proj.weight.zero_()
        network.model.layers[2].mlp.down_proj.weight.zero_()
    return connected("two-idle-sublayers", network, tokenizer)


def test_idle_sublayers_come_first_and_skipping_them_is_exact() -> None:
    result = call(ID, idle_model(), skip_count=2)
    order = list(zip(values(result, "order_part"), values(result, "order_layer").tolist(), strict=True))
    assert set(order[:2]) == {("attn", 1), ("mlp", 2)}
    for series, layer in ((0, 1), (1, 2)):
        assert values(result, "similarity")[series, layer] == pytest.approx(1.0, abs=1e-6)
        assert values(result, "scale")[series, layer] == pytest.approx(1.0, abs=1e-6)
        assert values(result, "skipped")[series, layer] == 1.0
    assert values(result, "skipped").sum() == 2
    assert result.facts["kl"] == pytest.approx(0.0, abs=1e-6)
    assert result.facts["delta_nll"] == pytest.approx(0.0, abs=1e-5)
    cost = check(result, "skipped_kl")
    assert cost.control is not None
    assert cost.control > 0.01


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "mixtral"])
def test_a_skip_is_the_scaled_stream(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, skip_count=1, include_bos=True)
    part, layer = values(result, "order_part")[0], int(values(result, "order_layer")[0])
    scale = float(values(result, "scale")[["attn", "mlp"].index(part), layer])
    run = model.run(model.tokenize(PROMPT).ids)
    structure = model.structure.layers[layer]
    module = structure.attention_output if part == "attn" else structure.mlp_outputs[0]
    before = run.resid[layer] if part == "attn" else run.resid_mid(layer)
    assert module is not None
    assert before is not None

    def writes(_module: object, _args: object, output: object) -> object:
        old = output[0] if isinstance(output, tuple) else output
        new = ((scale - 1) * before).reshape(old.shape)  # type: ignore[attr-defined]
        return (new, *output[1:]) if isinstance(output, tuple) else new

    handle = module.register_forward_hook(writes)
    with torch.no_grad():
        other = model.network(input_ids=run.ids[None], use_cache=False).logits[0].log_softmax(-1)
    handle.remove()
    own = run.logits().log_softmax(-1)
    kl = float((own.exp() * (own - other)).sum(-1).mean())
    assert float(values(result, "kl")[0]) == pytest.approx(kl, rel=1e-3, abs=1e-6)
    delta = (own - other)[:-1].gather(1, run.ids[1:, None]).mean()
    assert float(values(result, "delta_nll")[0]) == pytest.approx(float(delta), rel=1e-3, abs=1e-5)


def test_decoding_looks_at_the_models_own_tokens_and_leaves_the_prompt_alone() -> None:
    model = load_tiny("llama")
    prompt = model.tokenize(PROMPT)
    whole = with_response(model, prompt, 5, "decode_tokens")
    run, begin = model.run(whole.ids), len(prompt.ids)
    result = call(ID, model, phase="decode", decode_tokens=5, skip_count=2)
    middle = (run.resid[:-1] + run.attn_out)[:, begin:]
    cos = torch.nn.functional.cosine_similarity(run.resid[:-1, begin:], middle, dim=-1).mean(-1)
    np.testing.assert_allclose(values(result, "similarity")[0], cos, atol=1e-5)
    assert result.facts["n_tokens"] == len(whole.ids) - begin
    assert [token.id for token in result.tokens] == whole.ids
    assert result.facts["kl"] > 0


def test_prompts_are_averaged() -> None:
    model = load_tiny("olmo2")
    result = call(ID, model, prompts=SEVERAL, skip_count=1)
    alone = [call(ID, model, prompt) for prompt in SEVERAL]
    for name, prefix in (("similarity", ""), ("scale", "scale_")):
        each = np.stack([values(one, name) for one in alone])
        np.testing.assert_allclose(values(result, f"{prefix}by_prompt"), each, atol=1e-5)
        np.testing.assert_allclose(values(result, name), each.mean(0), atol=1e-5)
    assert values(result, "kl").shape == (3,)
    assert not document(result, ID).head["result"]["nonfinite"]


def test_a_token_without_a_next_one_has_no_loss() -> None:
    result = call(ID, golden_model(), "w5", skip_count=1)
    assert result.facts["n_tokens"] == 1
    assert result.facts["delta_nll"] is None
    assert result.facts["kl"] > 0
    document(result, ID).to_json()


def test_one_sublayer_must_stay() -> None:
    for family, most in (("gpt2", 7), ("gpt_neox", 3)):
        with pytest.raises(Problem) as found:
            call(ID, load_tiny(family), skip_count=most + 1)
        assert found.value.message == f"skip_count must be between 0 and {most}; got {most + 1}."
        assert found.value.changes == {"skip_count": most}


def test_in_the_bundled_model_similar_sublayers_are_cheaper_than_random_ones() -> None:
    prompts = ["The capital of France is", "Once there was a", 'Alice had a wonderful cat. "What a day!" said Lily.']
    result = call(ID, specimen(), prompts=prompts, phase="decode", skip_count=3)
    assert (values(result, "order_part")[0], int(values(result, "order_layer")[0])) == ("mlp", 1)
    assert (values(result, "order_part")[-1], int(values(result, "order_layer")[-1])) == ("attn", 0)
    cost = check(result, "skipped_kl")
    assert cost.value is not None
    assert cost.control is not None
    assert cost.value < 0.6 < 1.0 < cost.control
