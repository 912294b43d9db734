"""Activation patching: against a model whose only path is known, passes made one by one, and the bundled model's circuit."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.method import Progress
from stratascope.methods.causal import activation_patching as module
from stratascope.methods.causal.activation_patching import activation_patching
from stratascope.models.edit import values_at
from stratascope.models.library import Library
from stratascope.models.load import load
from stratascope.models.model import Model
from stratascope.models.transplant import NEGLIGIBLE
from stratascope.problem import Problem
from stratascope.result import PatchGrid, Result
from tests.families import LAYERS, load_tiny, tiny
from tests.methods.call import PROMPT, call, check, document, values
from tests.models.test_edit import naive
from tests.planted import connected, induction_model
from tests.prompts import SECOND

METHOD = "causal/activation-patching"
MARY = "When Mary and John went to the store, John gave a drink to"
JOHN = "When Mary and John went to the store, Mary gave a drink to"


@cache
def specimen() -> Model:
    return load(Library(()).find("specimen"))


def patching(model: Model, clean: str, corrupt: str, other: Model | None = None, **params: Any) -> PatchGrid:
    request = activation_patching.request.model_validate(
        {"model": model.id, "clean": clean, "corrupt": corrupt, **params}
    )
    result = activation_patching.function(model, activation_patching.split(request)[1], other)
    assert isinstance(result, PatchGrid)
    return result


def test_the_induction_circuit_lights_up_cell_by_cell() -> None:
    """A: w5 w9 … w5 → w9. B has w7 where A has w9: the answer hangs on that cell before layer 0 and 1, then on the last."""
    result = patching(induction_model(), "w1 w5 w9 w2 w5", "w1 w5 w7 w2 w5", answer="w9", foil="w7")
    score = values(result, "score")
    expected = np.zeros((2, 6))
    expected[:, 3] = 1.0
    np.testing.assert_allclose(score, expected, atol=1e-4)
    attention = values(patching(induction_model(), "w1 w5 w9 w2 w5", "w1 w5 w7 w2 w5", site="attn_out"), "score")
    assert np.unravel_index(attention.argmax(), attention.shape) == (1, 5)
    assert attention[1, 5] == pytest.approx(1.0, abs=1e-4)
    assert np.abs(np.delete(attention.ravel(), attention.argmax())).max() < 1e-4


def test_the_token_before_is_found_where_head_0_0_writes_it() -> None:
    """B has w6 before the answer: what is missing is the code of the token before, which head 0.0 writes beside w9."""
    pair = ("w1 w5 w9 w2 w5", "w1 w6 w9 w2 w5")
    stream = values(patching(induction_model(), *pair, answer="w9", foil="w3"), "score")
    assert np.argwhere(np.abs(stream) > 0.1).tolist() == [[0, 2], [1, 3]]
    assert (stream[0, 2], stream[1, 3]) == (pytest.approx(1.0, abs=1e-4), pytest.approx(1.0, abs=1e-4))
    written = values(patching(induction_model(), *pair, answer="w9", foil="w3", site="attn_out"), "score")
    assert np.argwhere(written > 0.9).tolist() == [[0, 3], [1, 5]]
    assert (
        np.abs(values(patching(induction_model(), *pair, answer="w9", foil="w3", site="mlp_out"), "score")).max() < 1e-4
    )


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "olmoe"])
@pytest.mark.parametrize("site", ["resid_pre", "attn_out", "mlp_out"])
@pytest.mark.parametrize("direction", ["denoise", "noise"])
def test_every_cell_is_the_metric_of_a_pass_of_its_own(family: str, site: Any, direction: str) -> None:
    model = load_tiny(family)
    clean, corrupt = "the cat sat on the model", "the model sat on the model"
    tokens = [model.tokenize(text).ids for text in (clean, corrupt)]
    result = patching(model, clean, corrupt, site=site, direction=direction, answer_id=30, foil_id=40)
    source, base = (model.run(ids) for ids in (tokens if direction == "denoise" else tokens[::-1]))
    given = values_at(source, site)
    raw = values(result, "raw")
    for layer in range(LAYERS):
        for at in range(len(base.ids)):
            logits = naive(model, base.ids, site, layer, at, given[layer, at])[-1]
            assert raw[layer, at] == pytest.approx(float(logits[30] - logits[40]), abs=1e-5)


def test_the_bundled_model_moves_the_name_from_its_second_mention_to_the_end() -> None:
    stream = patching(specimen(), MARY, JOHN, answer=" Mary", foil=" John")
    score, band = values(stream, "score"), values(stream, "control_high")
    second, end = 10, 14
    assert score[0, second] == pytest.approx(1.0, abs=1e-3)
    assert score[0, second] > band[0, second]
    assert np.abs(score[:, :second]).max() == 0.0
    attention = values(patching(specimen(), MARY, JOHN, answer=" Mary", foil=" John", site="attn_out"), "score")
    last = specimen().layers - 1
    assert attention[last].argmax() == end
    assert attention[last, end] > 0.5
    assert check(stream, "random_control").verdict == "ok"


def test_the_share_is_what_its_definition_says() -> None:
    for direction in ("denoise", "noise"):
        result = patching(specimen(), MARY, JOHN, direction=direction)
        raw, score = values(result, "raw"), values(result, "score")
        clean, corrupt = result.facts["m_clean"], result.facts["m_corrupt"]
        expected = (raw - corrupt) if direction == "denoise" else (clean - raw)
        np.testing.assert_allclose(score, expected / (clean - corrupt), atol=1e-6)


@pytest.mark.parametrize("site", ["resid_pre", "attn_out", "mlp_out"])
def test_exchanging_sides_and_direction_measures_the_same_runs(site: str) -> None:
    there = patching(specimen(), MARY, JOHN, site=site, answer=" Mary", foil=" John")
    back = patching(specimen(), JOHN, MARY, site=site, direction="noise", answer=" Mary", foil=" John")
    np.testing.assert_allclose(values(there, "raw"), values(back, "raw"), atol=1e-4)


def test_copying_changes_nothing_after_the_measured_position() -> None:
    result = patching(specimen(), MARY, JOHN, position=11)
    assert np.abs(values(result, "score")[:, 12:]).max() == 0.0
    assert np.abs(values(result, "score")[:, 10]).max() > 0.0


def test_metrics_and_tokens_that_are_not_named() -> None:
    model = specimen()
    facts = patching(model, MARY, JOHN).facts
    assert [token["text"] for token in facts["answer"]] == [" Mary"]
    assert [token["text"] for token in facts["foil"]] == [" John"]
    clean, corrupt = (model.run(model.tokenize(text).ids).own_logits for text in (MARY, JOHN))
    mary, john = model.single_token(" Mary"), model.single_token(" John")
    assert facts["m_clean"] == pytest.approx(float(clean[mary] - clean[john]), abs=1e-4)
    assert facts["m_corrupt"] == pytest.approx(float(corrupt[mary] - corrupt[john]), abs=1e-4)
    both = patching(model, MARY, JOHN, metric="prob", answer=[" Mary", " John"]).facts
    prob = clean.softmax(-1)
    assert both["m_clean"] == pytest.approx(float(prob[mary] + prob[john]), abs=1e-5)
    same_top = patching(model, MARY, JOHN, answer=[" John"]).facts
    assert [token["text"] for token in same_top["foil"]] == [" Mary"]
    assert patching(model, MARY, JOHN, answer_id=[mary, john], foil_id=7, metric="logprob").facts["metric"] == "logprob"


def test_the_control_band_holds_nothing_and_what_random_donors_do() -> None:
    result = patching(specimen(), MARY, JOHN)
    low, high, score = (values(result, name) for name in ("control_low", "control_high", "score"))
    assert (low <= -NEGLIGIBLE).all()
    assert (high >= NEGLIGIBLE).all()
    controlled = np.abs(score) > NEGLIGIBLE
    assert result.facts["controlled"] == controlled.sum() > 0
    assert (high[~controlled] == np.float32(NEGLIGIBLE)).all()
    reseeded = patching(specimen(), MARY, JOHN, seed=1)
    np.testing.assert_array_equal(values(reseeded, "score"), score)
    assert not np.array_equal(values(reseeded, "control_high"), high)
    assert check(result, "random_control").value == pytest.approx(float(np.maximum(-low, high).max()), abs=1e-6)


def test_a_random_model_fails_the_random_control() -> None:
    """What two prompts happen to do in random weights, random donors do as well: the check must say so."""
    assert check(call(METHOD, load_tiny("gpt2")), "random_control").verdict in ("warn", "fail")


def test_two_models_on_one_prompt_are_patched_into_each_other() -> None:
    one, other = planted_difference(layer=2)
    result = patching(one, PROMPT, "", other=other, answer_id=30, foil_id=40)
    score = values(result, "score")
    assert np.abs(score[:3]).max() == 0.0
    assert score[3].max() > 0.05
    assert result.facts["models"] == {"a": "one", "b": "other"}
    assert [each.name for each in result.checks] == ["identity_patch", "random_control"]
    assert check(result, "identity_patch").verdict == "ok"


def planted_difference(layer: int) -> tuple[Model, Model]:
    """Two models that differ in the MLP of one layer only."""
    (network, tokenizer), (changed, _) = tiny("gpt2"), tiny("gpt2")
    with torch.no_grad():
        changed.transformer.h[layer].mlp.c_proj.weight.mul_(1.5)
    return connected("one", network, tokenizer), connected("other", changed, tokenizer)


def test_the_other_tokens_stand_beside_the_first_ones() -> None:
    others = patching(specimen(), MARY, JOHN).other_tokens
    assert [i for i, token in enumerate(others) if token] == [10]
    assert others[10] is not None
    assert others[10].text == " Mary"
    stored = document(patching(specimen(), MARY, JOHN), METHOD).head["result"]
    assert stored["other_tokens"][10]["text"] == " Mary"
    assert stored["other_tokens"][0] is None


class Watched(Progress):
    """Keeps what a method says on the way."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int, str]] = []
        self.partials: list[Result] = []

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.steps.append((done, total, stage))

    def partial(self, result: Result) -> None:
        self.partials.append(result)


def test_cells_appear_as_they_are_computed() -> None:
    watched = Watched()
    params = activation_patching.params(clean=f"{MARY} and {MARY}", corrupt=f"{JOHN} and {MARY}")
    whole = activation_patching.function(specimen(), params, progress=watched)
    cells = [step for step in watched.steps if step[2] == "patching cells"]
    assert cells[-1][:2] == (values(whole, "score").size,) * 2
    assert [done for done, *_ in cells] == sorted(done for done, *_ in cells)
    missing = [int(np.isnan(values(partial, "score")).sum()) for partial in watched.partials]
    assert missing == sorted(missing, reverse=True)
    assert missing[-1] > 0
    for partial in watched.partials:
        known = ~np.isnan(values(partial, "score"))
        np.testing.assert_array_equal(values(partial, "score")[known], values(whole, "score")[known])
        assert document(partial, METHOD).head["result"]["nonfinite"] == {}


def refusal(model: Model, clean: str, corrupt: str, other: Model | None = None, **params: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        patching(model, clean, corrupt, other, **params)
    return caught.value


def test_prompts_that_cannot_be_matched_are_refused() -> None:
    unequal = refusal(specimen(), "The capital of France is", "The big capital of Italy is")
    assert (unequal.code, unequal.field) == ("unequal_lengths", "corrupt")
    assert "6 and 7 tokens; the first difference is at token 2 (“ capital” / “ big”)" in unequal.message
    shorter = refusal(specimen(), "The capital of France is", "The capital of France")
    assert "(“ is” / its end)" in shorter.message
    assert refusal(specimen(), MARY, MARY).code == "equal_prompts"
    assert (refusal(specimen(), MARY, "").code, refusal(specimen(), MARY, "").field) == (
        "nothing_to_compare",
        "corrupt",
    )
    assert (refusal(specimen(), "", JOHN).code, refusal(specimen(), "", JOHN).field) == ("prompt_empty", "clean")
    assert refusal(specimen(), MARY, JOHN, position=15).code == "position_out_of_range"


def test_problems_name_the_side_they_are_about() -> None:
    long = refusal(specimen(), MARY, "word " * 300)
    assert (long.code, long.field) == ("prompt_too_long", "corrupt")
    assert long.changes is not None
    assert set(long.changes) == {"corrupt"}
    chat = [{"role": "user", "content": "hello"}]
    assert refusal(specimen(), MARY, "", messages_b=chat).field == "messages_b"
    assert refusal(specimen(), "", JOHN, messages=chat).field == "messages"


def test_a_model_in_half_precision_is_patched_in_half_precision() -> None:
    network, tokenizer = tiny("llama")
    result = patching(connected("half", network.to(torch.bfloat16), tokenizer), PROMPT, SECOND[PROMPT])
    assert np.isfinite(values(result, "score")).all()
    assert check(result, "whole_prompt").value == pytest.approx(0.0, abs=0.05)
    assert check(result, "identity_patch").value == pytest.approx(0.0, abs=0.05)


def test_answers_that_cannot_be_told_apart_are_refused() -> None:
    assert refusal(specimen(), MARY, JOHN, answer=[" Mary", " John"], foil=" John").code == "same_token"
    wrong = refusal(specimen(), MARY, JOHN, answer="two words")
    assert (wrong.code, wrong.field) == ("token_not_single", "answer")
    assert refusal(specimen(), MARY, JOHN, foil_id=10**6).field == "foil_id"
    assert refusal(specimen(), MARY, JOHN, answer=" Mary", answer_id=3).code == "bad_parameter"


def test_models_that_do_not_match_are_refused() -> None:
    model = load_tiny("gpt2")
    assert refusal(model, PROMPT, SECOND[PROMPT], other=specimen()).code == "pair_incompatible"
    other = load_tiny("mistral")
    mismatch = refusal(load_tiny("qwen2"), PROMPT, SECOND[PROMPT], other=other)
    assert mismatch.code in ("pair_incompatible", "tokenizer_mismatch")


def test_long_prompts_and_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CELLS", 6 * 14)
    assert "6 layers of 15 tokens are 90 cells; at most 84" in refusal(specimen(), MARY, JOHN).message
    monkeypatch.setattr(module, "MOST_TOKENS", 14)
    assert "15 tokens; this analysis accepts at most 14 (model context 256)" in refusal(specimen(), MARY, JOHN).message


def test_nearly_equal_metrics_have_no_share_and_say_why() -> None:
    result = patching(specimen(), MARY, JOHN, metric="prob", answer=" lamp")
    assert np.isnan(values(result, "score")).all()
    assert np.isfinite(values(result, "raw")).all()
    reason = result.arrays["score"].undefined
    assert reason is not None
    assert reason.startswith("clean and corrupted prompts give nearly the same metric (")
    assert any(reason in warning for warning in result.warnings)
    assert document(result, METHOD).head["result"]["nonfinite"] == {}
    assert [each.name for each in result.checks] == ["identity_patch", "whole_prompt"]
    assert set(result.arrays) == {"score", "raw"}


def test_the_control_can_be_left_out() -> None:
    whole, before = patching(specimen(), MARY, JOHN), specimen().runs.forwards
    result = patching(specimen(), MARY, JOHN, control="none")
    assert specimen().runs.forwards - before < 50
    assert set(result.arrays) == {"score", "raw"}
    assert [each.name for each in result.checks] == ["identity_patch", "whole_prompt"]
    np.testing.assert_array_equal(values(result, "score"), values(whole, "score"))
    assert "random" not in result.summary


def test_exchanged_sides_are_noticed() -> None:
    assert patching(specimen(), MARY, JOHN).warnings == []
    assert "exchange" in patching(specimen(), JOHN, MARY, answer=" Mary", foil=" John").warnings[0]
