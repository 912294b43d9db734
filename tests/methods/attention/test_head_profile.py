"""Head profile: each part against the method or the model that says the same, and the bundled model's known heads."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, connected, golden_model, induction_model, one_head_model

ID = "attention/head-profile"
SMALL: dict[str, Any] = {"k": 10, "batch": 2, "sample": 50, "top": 3}
WORDS = "w5 w9 w3 w5 w9"


def roles(result: Any) -> dict[str, float]:
    return dict(zip(result.coords["role"], values(result, "role_score").tolist(), strict=True))


@pytest.mark.parametrize(
    ("head", "role"), [(INDUCTION_HEAD, "induction"), (PREVIOUS_HEAD, "previous token")], ids=["induction", "previous"]
)
def test_planted_heads_play_their_roles(head: tuple[int, int], role: str) -> None:
    result = call(ID, induction_model(), WORDS, layer=head[0], head=head[1], **SMALL)
    assert isinstance(result, HeadGrid)
    found = roles(result)
    assert found.pop(role) >= 0.99
    assert found["entropy"] < 0.6
    scored = call("attention/head-scores", induction_model(), "", k=10, batch=2)
    for name in ("induction", "previous token", "duplicate token"):
        expected = values(scored, name.replace(" ", "_"))[head]
        assert roles(result)[name] == pytest.approx(float(expected), abs=1e-6)
    assert roles(result)["first-token sink"] == pytest.approx(float(values(scored, "sink")[head]), abs=1e-6)
    assert roles(result)["entropy"] == pytest.approx(float(values(scored, "entropy")[head]), abs=1e-6)
    assert f"{role} (1.00)" in result.summary
    assert values(result, "probe_pattern").shape == (21, 21)
    assert len(result.facts["sequence"]) == 21


def test_chance_is_that_of_a_head_that_looks_everywhere() -> None:
    result = call(ID, induction_model(), WORDS, layer=0, head=1, **SMALL)
    for role in ("induction", "previous token", "duplicate token", "first-token sink", "entropy"):
        at = result.coords["role"].index(role)
        assert roles(result)[role] == pytest.approx(float(values(result, "role_chance")[at]), abs=1e-6)
    assert np.isnan(values(result, "role_score")[result.coords["role"].index("copying (weights)")])


def test_direct_effects_are_those_of_direct_logit_attribution() -> None:
    question = {"target": "w9", "distractor": "w3"}
    expected = call("lens/direct-logit-attribution", golden_model(), WORDS, **question)
    result = call(ID, golden_model(), WORDS, layer=1, head=0, **question, **SMALL)
    np.testing.assert_allclose(values(result, "direct"), values(expected, "head"), atol=1e-4)
    assert float(values(result, "ablation_difference")[0, 0]) == pytest.approx(expected.facts["model_value"], abs=1e-4)


@torch.no_grad()
def test_without_the_head_the_model_answers_as_one_whose_head_writes_nothing() -> None:
    network, tokenizer = tiny("gpt2")
    model = connected("whole", network, tokenizer)
    layer, head, width = 1, 2, model.head_width
    result = call(ID, model, PROMPT, layer=layer, head=head, **SMALL)
    targets, distractors = (result.facts[name][0]["id"] for name in ("target", "distractor"))
    run = model.run(model.tokenize(PROMPT).ids)
    written = model.head_output(run, layer)[head]
    mean = written[int(run.tokens.tokens[0].special) :].mean(0)
    projection = network.transformer.h[layer].attn.c_proj
    projection.weight[head * width : (head + 1) * width] = 0.0
    found = {}
    for name, extra in (("zero", 0.0), ("mean", mean)):
        kept = projection.bias.clone()
        projection.bias += extra
        logits = network(input_ids=run.ids[None]).logits[0, -1]
        projection.bias.copy_(kept)
        found[name] = float(logits[targets] - logits[distractors])
        log, own = logits.log_softmax(-1), run.own_logits.log_softmax(-1)
        divergence = values(result, "ablation_kl")[result.coords["change"].index(name)]
        assert float(divergence) == pytest.approx(float((own.exp() * (own - log)).sum()), rel=1e-3, abs=1e-5)
    difference = values(result, "ablation_difference")[0]
    np.testing.assert_allclose(difference[1:], [found["zero"], found["mean"]], atol=1e-3)
    assert result.facts["change"]["zero"] == pytest.approx(found["zero"] - difference[0], abs=1e-3)
    assert check(result, "same_without_edit").verdict == "ok"


def test_heads_that_write_nothing_change_nothing_when_they_are_missing() -> None:
    result = call(ID, one_head_model(), PROMPT, layer=2, head=1, **SMALL)
    assert result.facts["change"]["zero"] != pytest.approx(0.0, abs=1e-3)
    np.testing.assert_allclose(values(result, "random_change"), 0.0, atol=1e-5)
    direct = values(result, "direct").copy()
    direct[2, 1] = 0.0
    np.testing.assert_allclose(direct, 0.0, atol=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_profiles_whose_checks_hold(family: str) -> None:
    result = call(ID, load_tiny(family), PROMPT, layer=2, head=3, **SMALL)
    assert {each.name: each.verdict for each in result.checks if each.ok is not None} == dict.fromkeys(
        ("reproduces_heads", "heads_add_up", "same_without_edit", "rows_sum_to_one"), "ok"
    )
    assert np.isnan(values(result, "feeds_key")[2:]).all()
    assert np.isfinite(values(result, "feeds_key")[:2]).all()
    assert ("turned by their distance" in " ".join(result.warnings)) == (family != "gpt2")
    assert values(result, "raised_text").shape == (len(values(result, "read_text")), 3)
    assert int(values(result, "copy_count").sum()) == result.facts["sample"]


def test_a_prompt_set_asks_its_own_questions() -> None:
    result = call(ID, specimen(), "", layer=5, head=1, prompts_from="capital", **SMALL)
    assert [side[0]["text"] for side in (result.facts["target"], result.facts["distractor"])] == [" Paris", " Vienna"]
    assert values(result, "by_prompt").shape == (256, 6, 4)
    assert values(result, "ablation_difference").shape == (16, 3)
    np.testing.assert_allclose(values(result, "direct"), values(result, "by_prompt").mean(0), atol=1e-5)
    plain = [
        call(
            "lens/direct-logit-attribution",
            specimen(),
            "The capital of France is",
            target=" Paris",
            distractor=" Vienna",
        )
    ]
    assert float(values(result, "ablation_difference")[0, 0]) == pytest.approx(plain[0].facts["model_value"], abs=1e-3)


def test_head_0_2_of_the_bundled_model_writes_what_comes_next_and_weekdays_fail_without_it() -> None:
    question = {"target": " Tuesday", "distractor": " Monday"}
    result = call(ID, specimen(), "Today is Monday, so tomorrow is", layer=0, head=2, tokens=[" second"], **question)
    assert values(result, "raised_text")[0, 0] == " third"
    pairs = list(zip(values(result, "pair_read"), values(result, "pair_written"), strict=True))
    assert ("eleven", " twelve") in pairs
    looks = list(zip(values(result, "pair_query"), values(result, "pair_key"), strict=True))
    assert sum(query == key for query, key in looks) == len(looks)
    plain, zero, mean = values(result, "ablation_difference")[0]
    assert float(plain) == pytest.approx(10.9, abs=0.2)
    assert max(zero, mean) < 0.5
    assert values(result, "ablation_right").tolist() == [1.0, 0.0, 0.0]


def test_the_induction_heads_of_the_bundled_model_are_fed_by_its_previous_token_head() -> None:
    result = call(ID, specimen(), WORDS, layer=1, head=1)
    keys = values(result, "feeds_key")[0]
    assert int(keys.argmax()) == 1
    assert float(keys[1]) == pytest.approx(0.15, abs=0.01)
    assert float(keys[1]) > 1.4 * result.facts["feeds"]["key"]["bound"]
    assert roles(result)["induction"] == pytest.approx(0.90, abs=0.02)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"layer": 9}, "Layer 9 does not exist"),
        ({"head": 9}, "Head 9 does not exist"),
        ({"target": "w5", "distractor": "w5"}, "The two sides must differ; both name “w5”"),
        ({"k": 64}, "64 tokens repeated make 129"),
    ],
)
def test_what_does_not_exist_is_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem, match=message):
        call(ID, golden_model(), WORDS, **params)
