"""Steered text: the plain column is the library's, nothing is changed by nothing, and the numbers say what was written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import TextPair
from tests.families import CONTEXT, load_tiny
from tests.methods.call import PROMPT, call, check, values

METHOD = "steering/generate-compare"
LISTS = {
    "positive": ["the cat sat", "one model reads on", "cat on", "sat on"],
    "negative": ["London is", "Paris is the capital", "The London", "of Paris"],
}
PLAIN, STEERED, RANDOM = range(3)
families = pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox", "mixtral", "gemma2"])


def compared(model: Model, **params: Any) -> TextPair:
    result = call(METHOD, model, **{**LISTS, "max_new_tokens": 8, **params})
    assert isinstance(result, TextPair)
    return result


@families
def test_the_plain_column_is_what_the_library_writes(family: str) -> None:
    model = load_tiny(family)
    ids = torch.tensor([model.tokenize(PROMPT).ids])
    options = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0}
    expected = model.network.generate(ids, attention_mask=torch.ones_like(ids), **options)[0].tolist()
    result = compared(model)
    length = values(result, "length")[PLAIN]
    assert values(result, "token_id")[PLAIN, :length].tolist() == expected[:length]
    assert "".join(values(result, "token")[PLAIN, :length]) == "".join(
        model.token(token).text for token in expected[:length]
    )


@families
def test_strength_0_is_the_plain_text_to_the_last_bit(family: str) -> None:
    result = compared(load_tiny(family), strength=0.0)
    for name in ("token_id", "logprob_a", "logprob_b", "projection", "top_logprob_a"):
        assert np.array_equal(values(result, name)[STEERED], values(result, name)[PLAIN], equal_nan=True), name
    assert check(result, "zero_strength").value == 0.0
    assert any("the plain one, token for token" in warning for warning in result.warnings)


@families
@pytest.mark.parametrize("mode", ["add", "project", "clamp"])
@pytest.mark.parametrize("positions", ["all", "generated", "last"])
def test_what_was_written_step_by_step_holds_in_one_whole_pass(family: str, mode: str, positions: str) -> None:
    result = compared(load_tiny(family), mode=mode, positions=positions, strength=1.5)
    assert check(result, "whole_pass").value < 1e-4
    assert check(result, "zero_strength").value == 0.0


@families
def test_the_projection_moves_by_the_strength_and_clamps_where_it_should(family: str) -> None:
    model = load_tiny(family)
    first, last = int(model.tokenize(PROMPT).tokens[0].special), len(model.tokenize(PROMPT).ids) - 1
    prompt = slice(first, last + 1)
    added = values(compared(model, strength=2.0), "projection")
    np.testing.assert_allclose(added[STEERED, prompt] - added[PLAIN, prompt], 2.0, atol=1e-4)
    clamped = compared(model, strength=-1.0, mode="clamp")
    length = values(clamped, "length")[STEERED]
    np.testing.assert_allclose(values(clamped, "projection")[STEERED, first:length], -0.5, atol=1e-4)
    generated = values(compared(model, strength=2.0, positions="generated"), "projection")
    np.testing.assert_allclose(generated[STEERED, first:last], generated[PLAIN, first:last], atol=1e-4)
    assert generated[STEERED, last] - generated[PLAIN, last] == pytest.approx(2.0, abs=1e-4)


def test_numbers_of_the_plain_run_are_those_of_a_captured_one() -> None:
    model = load_tiny("llama")
    result = compared(model, strength=3.0)
    for side in (PLAIN, STEERED):
        length = int(values(result, "length")[side])
        ids = values(result, "token_id")[side, :length].tolist()
        log_p = model.run(ids).logits().log_softmax(-1)
        expected = log_p[torch.arange(length - 1), ids[1:]].numpy()
        np.testing.assert_allclose(values(result, "logprob_b")[side, 1:length], expected, atol=1e-4)
        np.testing.assert_allclose(values(result, "surprise")[side, 1:length], -expected, atol=1e-4)
        best = [model.token(int(token)).text for token in log_p[:-1].argmax(-1)]
        assert values(result, "top_text_b")[side, 1:length, 0].tolist() == best
    assert np.nanmax(values(result, "kl")[PLAIN]) < 1e-5
    assert np.nanmean(values(result, "kl")[STEERED]) > 1e-3


def test_past_the_end_there_is_nothing() -> None:
    result = compared(load_tiny("gpt2"), max_new_tokens=40, temperature=1.5, seed=1)
    length, tokens = values(result, "length"), values(result, "token")
    for side in range(3):
        assert (tokens[side, length[side] :] == "").all()
        assert (values(result, "token_id")[side, length[side] :] == -1).all()
        assert np.isnan(values(result, "surprise")[side, length[side] :]).all()
        assert np.isfinite(values(result, "surprise")[side, 1 : length[side]]).all()


def test_sampling_shares_its_random_numbers_and_follows_the_seed() -> None:
    model = load_tiny("llama")
    one, same, other = (compared(model, temperature=1.0, seed=seed, strength=0.0) for seed in (4, 4, 5))
    ids = values(one, "token_id")
    assert np.array_equal(ids, values(same, "token_id"))
    assert np.array_equal(ids[PLAIN], ids[STEERED])
    assert not np.array_equal(ids, values(other, "token_id"))


def test_the_opposite_strength_leads_the_other_way() -> None:
    model = load_tiny("gpt2")
    up, down = (values(compared(model, strength=c), "projection") for c in (1.0, -1.0))
    assert (up[STEERED, 1:5] > up[PLAIN, 1:5]).all()
    assert (down[STEERED, 1:5] < down[PLAIN, 1:5]).all()


def test_a_text_that_leaves_the_context_is_refused_with_what_fits() -> None:
    model = load_tiny("gpt2")
    room = CONTEXT - len(model.tokenize(PROMPT).ids)
    assert values(compared(model, max_new_tokens=room), "token").shape[1] <= CONTEXT
    with pytest.raises(Problem, match=f"at most {CONTEXT}") as refused:
        compared(model, max_new_tokens=room + 1)
    assert refused.value.changes == {"max_new_tokens": room}


def test_a_push_much_larger_than_the_stream_is_refused_unless_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    from stratascope.models import steered

    monkeypatch.setattr(steered, "MOST_NORMS", 0.1)
    with pytest.raises(Problem) as refused:
        compared(load_tiny("gpt2"), strength=8.0)
    assert (refused.value.code, refused.value.changes) == ("too_strong", {"force": True})
    assert compared(load_tiny("gpt2"), strength=8.0, force=True).facts["edit_size"] > 0.1
