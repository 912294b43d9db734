"""Layer skip effect: a linear model's closed form, loops by hand, idle layers, and the bundled model's induction layer."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import Similarity
from tests.families import load_tiny, tiny
from tests.methods.call import call, check, document, specimen, values
from tests.planted import connected, words

ID = "activations/layer-skip-effect"
SEVERAL = ["the capital of france", "paris and the capital", "one cat sat on the model"]
LONG = " ".join(["the capital of cat"] * 4)
OUTPUTS = ("output_l2", "output_kl", "top1_flip", "delta_nll")
LOUD, SHIFT = 2000.0, 30.0


def linear_model() -> tuple[Model, list[Tensor]]:
    """Two layers that each add a linear map of the stream, with those maps [width, width], for streams as rows.

    Two loud coordinates that never change hold the norm's length fixed, so it only takes the mean away; a large bias keeps
    the MLP where its nonlinearity is the identity.
    """
    from transformers import GPT2Config, GPT2LMHeadModel

    width, inner = 16, 14
    config = GPT2Config(vocab_size=20, n_positions=32, n_embd=width, n_layer=2, n_head=2, n_inner=inner)
    network, maps = GPT2LMHeadModel(config).eval(), []
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.transformer.wte.weight[:, 2:] = torch.randn(20, inner)
        network.transformer.wpe.weight[:, :2] = torch.tensor([LOUD, -LOUD])
        network.transformer.ln_f.weight.fill_(1.0)
        for block in network.transformer.h:
            chosen = 0.5 * torch.randn(inner, inner)
            block.ln_2.weight.fill_(LOUD * math.sqrt(2 / width))
            block.mlp.c_fc.weight[2:] = torch.eye(inner)
            block.mlp.c_fc.bias.fill_(SHIFT)
            block.mlp.c_proj.weight[:, 2:] = chosen
            block.mlp.c_proj.bias[2:] = -SHIFT * chosen.sum(0)
            whole = torch.zeros(width, width)
            whole[:, 2:] = (torch.eye(width) - 1 / width)[:, 2:] @ chosen
            maps.append(whole)
    return connected("planted-linear", network, words(20)), maps


@pytest.mark.parametrize("scope", ["current", "local"])
def test_a_linear_model_has_the_closed_form(scope: str) -> None:
    model, (one, other) = linear_model()
    result = call(ID, model, "w3 w5 w7 w9 w11", scope=scope)
    x = model.run(model.tokenize("w3 w5 w7 w9 w11").ids).resid[0]
    first = x @ one
    expected = ((first @ other).norm(dim=-1) / ((x + first) @ other).norm(dim=-1))[1:].mean()
    assert float(values(result, "effect")[0, 1]) == pytest.approx(float(expected), rel=1e-3)
    assert 0.05 < float(expected) < 5


def by_hand(model: Model, skipped: int, part: str, span: range) -> Tensor:
    """The streams of a GPT-2 [row, position, width] whose layer or part is left out at a span of positions."""
    run = model.run(model.tokenize(LONG).ids)
    keep = torch.ones(len(run.ids), 1)
    keep[list(span)] = 0.0
    rows = [run.resid[0][None]]
    with torch.no_grad():
        for number, block in enumerate(layer.module for layer in model.structure.layers):
            attn, mlp = (keep if number == skipped and part in (name, "layer") else 1.0 for name in ("attn", "mlp"))
            x = rows[-1] + attn * block.attn(block.ln_1(rows[-1]))[0]
            rows.append(x + mlp * block.mlp(block.ln_2(x)))
    return torch.cat(rows)


def effect_by_hand(own: Tensor, changed: Tensor, number: int, begin: int) -> Tensor:
    """The effect on one layer at every measured position."""
    clean, skip = (rows[number + 1] - rows[number] for rows in (own, changed))
    return ((clean - skip).norm(dim=-1) / clean.norm(dim=-1).clamp(min=1e-6))[begin:]


@pytest.mark.parametrize("part", ["layer", "attn", "mlp"])
@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_current_by_hand(part: str, reduce: str) -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, LONG, part=part, reduce=reduce)
    run = model.run(model.tokenize(LONG).ids)
    own = run.logits().log_softmax(-1)
    how: Any = Tensor.mean if reduce == "mean" else Tensor.max
    for s in range(4):
        rows = by_hand(model, s, part, range(1, len(run.ids)))
        for number in range(4):
            found = float(values(result, "effect")[s, number])
            if number <= s:
                assert math.isnan(found)
            else:
                expected = how(effect_by_hand(run.resid, rows, number, 1))
                assert found == pytest.approx(float(expected), rel=1e-3)
        log_q = model.unembedding.logits(rows[-1]).log_softmax(-1)
        kl = how((own.exp() * (own - log_q)).sum(-1)[1:])
        l2 = how((own.exp() - log_q.exp()).norm(dim=-1)[1:])
        flip = (own.argmax(-1) != log_q.argmax(-1))[1:].float().mean()
        delta = (own - log_q)[1:-1].gather(1, run.ids[2:, None]).mean()
        for name, expected in zip(OUTPUTS, (l2, kl, flip, delta), strict=True):
            assert float(values(result, name)[s]) == pytest.approx(float(expected), rel=1e-3, abs=1e-5), name
    assert not document(result, ID).head["result"]["nonfinite"]


@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_future_skips_before_and_measures_behind(reduce: str) -> None:
    model, ends = load_tiny("gpt2"), [5, 9]
    result = call(ID, model, LONG, scope="future", positions=ends, reduce=reduce)
    run = model.run(model.tokenize(LONG).ids)
    own = run.logits().log_softmax(-1)
    combine: Any = np.mean if reduce == "mean" else np.max
    for s in range(3):
        rows = [by_hand(model, s, "layer", range(1, end)) for end in ends]
        for number in range(s + 1, 4):
            each = [effect_by_hand(run.resid, row, number, end).numpy() for row, end in zip(rows, ends, strict=True)]
            expected = combine([combine(one) for one in each])
            assert float(values(result, "effect")[s, number]) == pytest.approx(float(expected), rel=2e-3)
        kl = []
        for row, end in zip(rows, ends, strict=True):
            log_q = model.unembedding.logits(row[-1]).log_softmax(-1)
            kl.append(combine((own.exp() * (own - log_q)).sum(-1)[end:].numpy()))
        assert float(values(result, "output_kl")[s]) == pytest.approx(float(combine(kl)), rel=2e-3, abs=1e-6)
    assert float(values(result, "output_kl")[3]) == pytest.approx(0.0, abs=1e-6)  # nothing reads the last layer's past
    assert result.facts["measured_from"] == ends


@pytest.mark.parametrize("part", ["layer", "attn", "mlp"])
def test_local_takes_the_write_out_of_one_input(part: str) -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, LONG, scope="local", part=part)
    run = model.run(model.tokenize(LONG).ids)
    writes = {"layer": run.resid[1:] - run.resid[:-1], "attn": run.attn_out, "mlp": run.mlp_out}[part].clone()
    writes[:, 0] = 0.0
    for s in range(4):
        for number in range(s + 1, 4):
            x = (run.resid[number] - writes[s])[None]
            block: Any = model.structure.layers[number].module
            with torch.no_grad():
                middle = x + block.attn(block.ln_1(x))[0]
                y = middle + block.mlp(block.ln_2(middle))
            rows = torch.cat([run.resid[:number], x, y])
            expected = effect_by_hand(run.resid, rows, number, 1).mean()
            assert float(values(result, "effect")[s, number]) == pytest.approx(float(expected), rel=1e-3)
        own, other = (model.unembedding.logits(z).log_softmax(-1) for z in (run.resid[-1], run.resid[-1] - writes[s]))
        kl = (own.exp() * (own - other)).sum(-1)[1:].mean()
        assert float(values(result, "output_kl")[s]) == pytest.approx(float(kl), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("scope", ["current", "local", "future"])
def test_skipping_what_adds_nothing_has_no_effect(scope: str) -> None:
    network, tokenizer = tiny("llama")
    with torch.no_grad():
        network.model.layers[1].self_attn.o_proj.weight.zero_()
        network.model.layers[1].mlp.down_proj.weight.zero_()
    result = call(ID, connected(f"idle-{scope}", network, tokenizer), LONG, scope=scope)
    np.testing.assert_allclose(values(result, "effect")[1, 2:], 0.0, atol=1e-5)
    for name in OUTPUTS:
        np.testing.assert_allclose(values(result, name)[1], 0.0, atol=1e-5)
        assert abs(float(values(result, name)[0])) > 1e-4


@pytest.mark.parametrize("family", ["gpt_neox", "gemma2", "olmo2", "mixtral"])
def test_bounds_hold_in_other_families(family: str) -> None:
    result = call(ID, load_tiny(family))
    assert isinstance(result, Similarity)
    l2 = values(result, "output_l2")
    assert (l2 >= 0).all()
    assert (l2 <= math.sqrt(2)).all()
    assert (values(result, "output_kl") > 0).all()
    assert np.isnan(values(result, "effect")[np.tril_indices(4)]).all()
    assert (values(result, "effect")[np.triu_indices(4, 1)] > 0).all()
    assert check(result, "same_without_skips").verdict == "ok"


@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_prompts_and_layers(reduce: str) -> None:
    model = load_tiny("llama")
    result = call(ID, model, prompts=SEVERAL, layers=[2, 0, 2], reduce=reduce)
    assert result.coords["layer"] == ["0", "2"]
    for name, prefix in (("effect", ""), ("output_kl", "output_kl_"), ("delta_nll", "delta_nll_")):
        each = np.stack([values(call(ID, model, prompt, reduce=reduce), name)[[0, 2]] for prompt in SEVERAL])
        np.testing.assert_allclose(values(result, f"{prefix}by_prompt"), each, rtol=1e-4, atol=1e-5)
        largest = reduce == "max" and name != "delta_nll"
        expected = each.max(0) if largest else each.mean(0)
        np.testing.assert_allclose(values(result, name), expected, rtol=1e-4, atol=1e-5)
        assert (f"{prefix}low" in result.arrays) != largest
    assert not document(result, ID).head["result"]["nonfinite"]


def test_random_positions_are_multiples_of_eight() -> None:
    model = load_tiny("gpt2")
    ids = len(model.tokenize(LONG).ids)
    drawn = call(ID, model, LONG, scope="future", layers=[3]).facts["measured_from"]
    assert drawn
    assert all(position % 8 == 0 and 8 <= position < ids - 4 for position in drawn)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"layers": [4]}, "layer_out_of_range", "Layer 4 does not exist"),
        ({"keep_first": 64}, "bad_parameter", "keep_first must be below the"),
        ({"scope": "future", "positions": [99]}, "position_out_of_range", "Position 99 does not exist"),
        ({"scope": "future", "positions": [1, 5]}, "bad_parameter", "positions must be above keep_first (1)"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code
    assert message in found.value.message


def test_the_future_of_a_short_prompt_is_refused() -> None:
    model = load_tiny("gpt2")
    count = len(model.tokenize("the cat").ids)
    with pytest.raises(Problem) as found:
        call(ID, model, "the cat", scope="future")
    assert found.value.message == f"scope=future needs at least 13 tokens; got {count}."
    assert found.value.changes == {"scope": "current"}


def test_a_sweep_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stratascope.methods.activations.layer_skip_effect.MOST_FORWARDS", 11)
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), prompts=SEVERAL)
    expected = "this sweep needs 12 forwards; limit 11. Use fewer layers, prompts or positions."
    assert found.value.message == expected


def test_in_the_bundled_model_induction_hangs_on_layers_0_and_1() -> None:
    """Repeated words are foretold by layer 1, built on layer 0; without layer 3 nearly nothing changes."""
    result = call(ID, specimen(), prompts_from="induction")
    kl = values(result, "output_kl")
    assert kl.argmax() == 1
    np.testing.assert_allclose(kl, [4.18, 6.89, 0.21, 0.06, 0.08, 2.16], rtol=0.1, atol=0.02)
    assert float(values(result, "effect")[0, 1]) == pytest.approx(0.96, abs=0.02)
    story = call(ID, specimen(), 'Alice had a wonderful cat. "What a wonderful day!" said Lily.')
    assert values(story, "output_kl").argmax() == 0
    assert float(values(story, "output_kl")[1]) < 1
