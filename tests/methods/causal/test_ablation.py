"""Ablation: against passes with one hook, on parts that do nothing, and with stand-ins that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stratascope.models.ablation import Ablation
from stratascope.models.capture import capture
from stratascope.models.edit import values_at
from stratascope.models.model import Model
from stratascope.models.stand_ins import PARTS, reference_means
from stratascope.numerics.answer import Favour
from stratascope.problem import Problem
from tests.families import FAMILIES, HEADS, LAYERS, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values

ID = "causal/ablation"
MARY = "When Mary and John went to the store, John gave a drink to"
ASKED: dict[str, Any] = {"answer_id": 30, "foil_id": 40, "control": "none"}


def hooked(model: Model, ids: Tensor, layer: int, part: str, head: int, value: float | Tensor = 0.0) -> Tensor:
    """Logits of the last position of a pass in which a head reads, or a part adds, another value everywhere."""
    parts = model.structure.layers[layer]
    if part == "z":
        assert parts.projection is not None

        def reads(module: Any, args: Any) -> Any:
            x, width = args[0].clone(), args[0].shape[-1] // model.heads
            x[..., head * width : (head + 1) * width] = value
            return (x, *args[1:])

        handle = parts.projection.register_forward_pre_hook(reads)
    else:
        module: Any = parts.attention_output if part == "attn_out" else parts.mlp_outputs[0]

        def writes(module: Any, args: Any, output: Any) -> Any:
            x = output[0] if isinstance(output, tuple) else output
            new = torch.zeros_like(x) + value
            return (new, *output[1:]) if isinstance(output, tuple) else new

        handle = module.register_forward_hook(writes)
    try:
        with torch.no_grad():
            logits: Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0, -1]
    finally:
        handle.remove()
    return logits


@pytest.mark.parametrize("family", FAMILIES)
def test_every_part_equals_a_pass_of_its_own(family: str) -> None:
    model = load_tiny(family)
    result, ids = call(ID, model, value="zero", **ASKED), model.run(model.tokenize(PROMPT).ids).ids
    own = model.run(ids.tolist()).logits()[-1]
    plain = float(own[30] - own[40])
    assert result.facts["plain"] == pytest.approx(plain, abs=1e-5)
    for layer in range(LAYERS):
        for name, part, heads in (("effect", "z", HEADS), ("attention", "attn_out", 1), ("mlp", "mlp_out", 1)):
            for head in range(heads):
                logits = hooked(model, ids, layer, part, head)
                found = values(result, name)[layer, head] if part == "z" else values(result, name)[layer]
                assert found == pytest.approx(plain - float(logits[30] - logits[40]), abs=3e-5)
                if part == "z":
                    p, q = own.double().log_softmax(-1), logits.double().log_softmax(-1)
                    kl = float((p.exp() * (p - q)).sum())
                    assert values(result, "kl")[layer, head] == pytest.approx(kl, abs=1e-5, rel=1e-3)
    assert check(result, "same_without_edit").verdict == "ok"


def test_the_mean_is_that_of_the_reference_texts() -> None:
    model, texts = load_tiny("llama"), ["the cat sat on one", "paris is the capital"]
    result = call(ID, model, reference=texts, **ASKED)
    read = [model.tokenize(text) for text in texts]
    runs = [capture(model, tokens.ids) for tokens in read]
    kept = [[i for i, token in enumerate(tokens.tokens) if not token.special] for tokens in read]
    means = reference_means(model, read, lambda done, total: None)
    for part in PARTS:
        every = torch.cat([values_at(run, part)[:, at] for run, at in zip(runs, kept, strict=True)], 1)
        torch.testing.assert_close(means.by_part[part], every.mean(1), atol=1e-5, rtol=1e-4)
    assert (result.facts["reference_texts"], result.facts["reference_tokens"]) == (2, sum(map(len, kept)))
    before = model.runs.forwards
    assert reference_means(model, read, lambda done, total: None) is means
    assert model.runs.forwards == before, "the same texts are not read again"
    own = model.run(model.tokenize(PROMPT).ids)
    width = own.z(0).shape[-1]
    gone = hooked(model, own.ids, 1, "z", 2, means.by_part["z"][1, 2 * width : 3 * width])
    expected = float(own.logits()[-1, 30] - own.logits()[-1, 40]) - float(gone[30] - gone[40])
    assert values(result, "effect")[1, 2] == pytest.approx(expected, abs=3e-5)


def test_a_part_that_writes_its_mean_does_nothing() -> None:
    """Every text is the same token again and again, so without positions every part always writes its mean."""
    model = load_tiny("llama")
    (token,) = model.text.describe([40]).ids
    run = model.run([token] * 6)
    text = model.text.describe(run.ids.tolist())
    means = reference_means(model, [text], lambda done, total: None)
    assert max(float((values_at(run, part)[:, 3] - means.by_part[part]).abs().max()) for part in PARTS) < 1e-4
    favour = Favour("logit_diff", [30], [40])
    taken = Ablation(model, run, favour, 5, range(6)).taken(means.stand_in, lambda done, total: None)
    assert max(float(each.abs().max()) for each in taken.effect.values()) < 1e-3


def test_a_head_whose_output_is_not_read_does_nothing() -> None:
    model: Model = load_tiny.__wrapped__("llama")  # one of its own, to be spoiled
    projection: Any = model.structure.layers[2].projection
    width = projection.weight.shape[1] // model.heads
    weight = projection.weight.clone()
    weight[:, width : 2 * width] = 0.0
    projection.weight = torch.nn.Parameter(weight, requires_grad=False)
    effect = values(call(ID, model, value="zero", **ASKED), "effect")
    assert abs(effect[2, 1]) < 1e-5
    assert np.abs(np.delete(effect.ravel(), 2 * HEADS + 1)).min() > 1e-5


def test_a_resampled_effect_is_the_mean_over_donors() -> None:
    model = load_tiny("gpt2")
    same = [PROMPT.replace("paris", word) for word in ("the", "cat", "sat", "on", "one", "is")]
    assert {len(model.tokenize(text).ids) for text in (PROMPT, *same)} == {17}
    with pytest.raises(Problem, match=r"needs at least 5 other prompts of the same length, 17 tokens") as found:
        call(ID, model, value="resample", reference=[PROMPT, *same[:4], "cat"], **ASKED)
    assert found.value.changes == {"value": "mean"}
    result = call(ID, model, value="resample", reference=same, **ASKED)
    runs = [model.run(model.tokenize(text).ids) for text in same]
    own = model.run(model.tokenize(PROMPT).ids)
    width = own.z(0).shape[-1]
    plain = float(own.logits()[-1, 30] - own.logits()[-1, 40])
    effects = []
    for run in runs:
        logits = hooked(model, own.ids, 1, "z", 3, values_at(run, "z")[1][:, 3 * width : 4 * width])
        effects.append(plain - float(logits[30] - logits[40]))
    assert values(result, "effect")[1, 3] == pytest.approx(np.mean(effects), abs=3e-5)


def test_taken_away_at_one_position_alone() -> None:
    model = load_tiny("gpt2")
    last, everywhere = (call(ID, model, value="zero", where=where, **ASKED) for where in ("last", "all"))
    assert np.abs(values(last, "effect") - values(everywhere, "effect")).max() > 1e-4
    # In the last layer only what is written at the measured position is read.
    np.testing.assert_allclose(values(last, "effect")[-1], values(everywhere, "effect")[-1], atol=1e-5)


def test_on_the_specimen_the_answer_hangs_on_few_heads_and_random_changes_do_less() -> None:
    result = call(ID, specimen(), MARY, answer=" Mary", foil=" John")
    effect, high = values(result, "effect"), values(result, "control_high")
    assert result.facts["plain"] == pytest.approx(19.6, abs=0.2)
    beyond = {divmod(int(at), 4) for at in np.flatnonzero(effect > high)}
    assert {(4, 0), (5, 2)} <= beyond, "heads that look at the names"
    assert len(beyond) <= 5
    # The head that looks at the token before is needed most, but spoiling it in any way does as much.
    assert np.unravel_index(effect.argmax(), effect.shape) == (0, 1)
    assert (0, 1) not in beyond
    assert check(result, "random_control").verdict == "ok"
    assert check(result, "same_without_edit").verdict == "ok"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"answer_id": 5, "foil_id": 5}, "same_token"),
        ({"position": 99}, "position_out_of_range"),
        ({"answer": "two words"}, "token_not_single"),
        ({"reference_from": "nowhere"}, "unknown_prompt_set"),
    ],
)
def test_what_cannot_be_asked_is_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code
