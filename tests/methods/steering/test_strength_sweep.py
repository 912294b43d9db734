"""Strength sweep: nothing at 0, a parabola of KL around it, and a planted direction that chance does not reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models import labelled_prompts
from stratascope.models.contrast import read_contrast
from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import CONTEXT, load_tiny
from tests.methods.call import PROMPT, call, check, values
from tests.methods.steering.test_generate_compare import LISTS
from tests.models.test_contrast import Request, write_sets
from tests.planted import still_model

METHOD = "steering/strength-sweep"
STRENGTHS = [-2.0, -1.0, 1.0, 2.0]
families = pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox", "mixtral", "gemma2"])


def swept(model: Model, **params: Any) -> LayerCurve:
    given = {**LISTS, "strengths": STRENGTHS, "max_new_tokens": 5, "target": " cat", "distractor": " London", **params}
    result = call(METHOD, model, **given)
    assert isinstance(result, LayerCurve)
    return result


@families
def test_at_0_nothing_changes(family: str) -> None:
    result = swept(load_tiny(family), target="a", distractor="b")
    zero = result.coords["strength"].index("0")
    assert values(result, "strength").tolist() == [-2, -1, 0, 1, 2]
    assert values(result, "kl")[:, zero].tolist() == [0.0, 0.0]
    assert values(result, "agreement")[:, zero].tolist() == [1.0, 1.0]
    assert values(result, "low")[1, zero] == values(result, "high")[1, zero] == values(result, "effect")[0, zero]
    assert check(result, "zero_kl").value == 0.0
    log_p = load_tiny(family).run(load_tiny(family).tokenize(PROMPT).ids).logits()[-1].log_softmax(-1)
    assert values(result, "entropy")[0, zero] == pytest.approx(float(-(log_p.exp() * log_p).sum()), abs=1e-5)


@families
def test_kl_grows_with_the_square_of_a_small_strength(family: str) -> None:
    result = swept(load_tiny(family), strengths=[0.02, 0.04, 0.08], target="a", distractor="b", continuations=0)
    kl = values(result, "kl")[0, 1:].astype(np.float64)
    slope = np.diff(np.log(kl)) / np.log(2)
    assert slope == pytest.approx([2, 2], abs=0.2)


def test_the_effect_is_that_of_a_pass_with_a_bias() -> None:
    model = load_tiny("llama")
    result = swept(model, metric="logit_diff", target="a", distractor="b", layer=1)
    direction = read_contrast(model, Request(**LISTS, layer=1)).contrast.direction.float()
    ids = torch.tensor([model.tokenize(PROMPT).ids])
    a, b = model.single_token("a"), model.single_token("b")
    for number, strength in enumerate(values(result, "strength").tolist()):

        def push(module: Any, args: Any, output: Any, c: float = strength) -> Any:
            h = output[0] if isinstance(output, tuple) else output
            moved = torch.cat([h[:, :1], h[:, 1:] + c * direction], 1)
            return (moved, *output[1:]) if isinstance(output, tuple) else moved

        handle = model.structure.layers[1].module.register_forward_hook(push)
        logits = model.network(input_ids=ids, use_cache=False).logits[0, -1]
        handle.remove()
        assert values(result, "effect")[0, number] == pytest.approx(float(logits[a] - logits[b]), abs=1e-4)


def test_a_direction_that_is_the_answer_leaves_the_random_band() -> None:
    """Where no layer adds anything, the stream is the embedding, and texts that end in a token lead toward it."""
    model = still_model()
    toward, away = ["x cat", "y cat", "z cat", "on cat"], ["x London", "y London", "z London", "on London"]
    given = {"positive": toward, "negative": away, "strengths": [-4.0, 0.0, 4.0], "metric": "logit_diff"}
    result = swept(model, **given, target=" cat", distractor="L")
    effect, high, low = values(result, "effect")[0], values(result, "high")[1], values(result, "low")[1]
    assert effect[-1] > high[-1]
    assert effect[0] < low[0]
    assert check(result, "random_control").verdict == "ok"
    assert any("last token alone" in warning for warning in result.warnings)


def test_prompts_are_averaged() -> None:
    model, prompts = load_tiny("gpt2"), ["the cat sat", "one model reads", "London is the capital"]
    together = swept(model, prompts=prompts, target="a", distractor="b", continuations=0)
    alone = [swept(model, prompts=[prompt], target="a", distractor="b", continuations=0) for prompt in prompts]
    for name in ("effect", "kl", "entropy", "agreement"):
        mean = np.mean([values(result, name) for result in alone], axis=0)
        np.testing.assert_allclose(values(together, name), mean, atol=1e-5)
    assert together.facts["prompts"] == 3
    assert (values(together, "high")[0] > values(together, "low")[0]).all()


def test_prompts_of_a_set_are_those_without_a_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [("the cat", "positive"), ("London is", None), ("Paris", "negative"), ("one model", None)]
    sets = {
        "moods": [{"prompt": p, "label": x} for p, x in items],
        "all": [{"prompt": p, "label": "x"} for p, _ in items],
    }
    write_sets(tmp_path, sets)
    monkeypatch.setattr(labelled_prompts, "bundle_path", lambda: tmp_path)
    model, given = load_tiny("gpt2"), {"target": "a", "distractor": "b", "continuations": 0}
    from_set, typed = (
        swept(model, prompts_from="moods", **given),
        swept(model, prompts=["London is", "one model"], **given),
    )
    assert np.array_equal(values(from_set, "effect"), values(typed, "effect"))
    assert swept(model, prompts_from="all", **given).facts["prompts"] == 4


def test_perplexity_is_the_unsteered_model_s_own_at_0() -> None:
    model = load_tiny("gpt2")
    result = swept(model, target="a", distractor="b")
    ids = torch.tensor([model.tokenize(PROMPT).ids])
    options = {"max_new_tokens": 5, "do_sample": False, "pad_token_id": 0}
    row = model.network.generate(ids, attention_mask=torch.ones_like(ids), **options)[0]
    log_p = model.run(row.tolist()).logits().log_softmax(-1)
    start = ids.shape[1]
    nll = -log_p[torch.arange(start - 1, len(row) - 1), row[start:]].mean()
    zero = result.coords["strength"].index("0")
    np.testing.assert_allclose(values(result, "perplexity")[:, zero], float(nll.exp()), rtol=1e-4)
    assert "perplexity" not in swept(model, target="a", distractor="b", continuations=0).arrays


def test_without_named_tokens_the_texts_say_which_are_asked_about() -> None:
    result = swept(load_tiny("gpt2"), target=None, distractor=None)
    sides = [{token["id"] for token in result.facts[side]} for side in ("target", "distractor")]
    assert [len(side) for side in sides] == [8, 8]
    assert not sides[0] & sides[1]
    assert result.facts["named"] is False


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"strengths": [1.0, 1.0, 1.0]}, "not_enough_samples", "strengths"),
        ({"target": "a", "distractor": "a"}, "same_token", "distractor"),
        ({"max_new_tokens": CONTEXT}, "prompt_too_long", "max_new_tokens"),
        ({"prompts": ["cat", "x" * 100]}, "prompt_too_long", "prompts"),
        ({"prompts_from": "no-such-set"}, "unknown_prompt_set", "prompts_from"),
    ],
)
def test_what_cannot_be_swept_is_refused(params: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        swept(load_tiny("gpt2"), **{"target": "a", "distractor": "b"} | params)
    assert (refused.value.code, refused.value.field) == (code, field)
