"""Head roles: planted heads score one, the others chance, and refusals."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, induction_model

ID = "attention/head-scores"
ROLES = ("induction", "previous_token", "duplicate_token")


def test_planted_heads_and_no_others_play_their_roles() -> None:
    result = call(ID, induction_model(), "")
    assert isinstance(result, HeadGrid)
    planted = {"induction": INDUCTION_HEAD, "previous_token": PREVIOUS_HEAD, "duplicate_token": None}
    for role, head in planted.items():
        scores = values(result, role).copy()
        if head is not None:
            assert scores[head] >= 0.99
            scores[head] = 0.0
        assert scores.max() <= 0.1
    assert "induction 1.1 (1.00" in result.summary
    assert "previous token 0.0 (1.00" in result.summary


def test_heads_that_look_everywhere_score_the_chance_level() -> None:
    result = call(ID, induction_model(), "")
    for role in ROLES:
        assert float(values(result, role)[0, 1]) == pytest.approx(result.facts["baseline"][role], abs=1e-6)
        assert check(result, f"best_{role}").control == pytest.approx(result.facts["baseline"][role])
    assert result.facts["baseline"]["induction"] == pytest.approx(0.0136, abs=5e-5)
    assert float(values(result, "entropy")[0, 1]) == pytest.approx(1.0, abs=1e-6)
    assert float(values(result, "entropy")[PREVIOUS_HEAD]) == pytest.approx(0.0, abs=1e-5)
    assert float(values(result, "sink")[0, 1]) == pytest.approx(sum(1 / (t + 1) for t in range(1, 101)) / 100, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_of_random_models_are_shares_and_repeatable(family: str) -> None:
    model = load_tiny(family)
    first, again = (call(ID, model, "", k=12, batch=3) for _ in range(2))
    other = call(ID, model, "", k=12, batch=3, seed=5)
    for name in (*ROLES, "sink", "entropy"):
        found = values(first, name)
        assert found.shape == (model.layers, model.heads)
        assert found.min() >= 0.0
        assert found.max() <= 1.0 + 1e-5
        np.testing.assert_array_equal(found, values(again, name))
    assert not np.array_equal(values(first, "previous_token"), values(other, "previous_token"))
    assert check(first, "rows_sum_to_one").verdict == "ok"


@torch.no_grad()
def test_scores_are_means_over_the_sequences_by_hand() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, "", k=10, batch=1)
    ids = result.facts["sequence"]
    assert len(ids) == 21
    assert ids[0] == model.tokenizer.bos_token_id
    assert ids[1:11] == ids[11:]
    assert not set(ids[1:]) & set(model.tokenizer.all_special_ids)
    run = model.run(ids)
    for layer in range(model.layers):
        pattern = run.pattern(layer).double()
        induction = torch.stack([pattern[:, t, t - 9] for t in range(11, 21)]).mean(0)
        duplicate = torch.stack([pattern[:, t, t - 10] for t in range(11, 21)]).mean(0)
        previous = torch.stack([pattern[:, t, t - 1] for t in range(1, 21)]).mean(0)
        for name, expected in zip(ROLES, (induction, previous, duplicate), strict=True):
            np.testing.assert_allclose(values(result, name)[layer], expected, atol=1e-6)
        entropy = -(pattern * pattern.clamp(min=1e-300).log()).sum(-1)[:, 1:] / torch.arange(2.0, 22.0).log()
        np.testing.assert_allclose(values(result, "entropy")[layer], entropy.mean(-1), atol=1e-5)
    assert "induction_error" not in result.arrays
    assert result.facts["eligible_rows"] == {"induction": 10, "previous_token": 20, "duplicate_token": 10}


def test_a_window_limits_what_full_spread_means() -> None:
    model = load_tiny("mistral")
    result = call(ID, model, "", k=20, batch=1)
    pattern = model.run(result.facts["sequence"]).pattern(0)[0].double()
    assert int((pattern[-1] > 0).sum()) == 5
    keys = torch.arange(1.0, 42.0).clamp(max=5)
    entropy = -(pattern * pattern.clamp(min=1e-300).log()).sum(-1)[1:] / keys[1:].log()
    assert float(values(result, "entropy")[0, 0]) == pytest.approx(float(entropy.mean()), abs=1e-5)


def test_sequences_do_not_push_prompts_out_of_the_cache() -> None:
    model = load_tiny("gpt2")
    model.run(model.tokenize("a cat").ids)
    before = model.runs.bytes
    call(ID, model, "", k=10, batch=4)
    assert model.runs.bytes == before


def test_a_prompt_can_be_scored() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5 w9", source="prompt")
    assert float(values(result, "induction")[INDUCTION_HEAD]) == pytest.approx(1.0, abs=1e-6)
    assert [token.text for token in result.tokens] == ["<s>", "w5", "w9", "w3", "w5", "w9"]
    assert result.facts["eligible_rows"]["induction"] == 2


def test_only_the_roles_asked_for_are_scored() -> None:
    result = call(ID, induction_model(), "w5 w9", source="prompt", kinds=["previous_token"])
    assert set(result.arrays) == {"previous_token", "sink", "entropy"}
    assert [quantity.name for quantity in result.quantities] == ["previous_token", "sink", "entropy"]


def test_errors_are_those_of_the_mean_over_sequences() -> None:
    model = load_tiny("gpt2")
    together = call(ID, model, "", k=10, batch=2)
    scores = []
    for sequence in (together.facts["sequence"],):
        pattern = model.run(sequence).pattern(0)
        scores.append(torch.stack([pattern[:, t, t - 9] for t in range(11, 21)]).mean(0).numpy())
    other = 2 * values(together, "induction")[0] - scores[0]
    expected = np.abs(other - scores[0]) / 2
    np.testing.assert_allclose(values(together, "induction_error")[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("prompt", "params", "code", "changes"),
    [
        ("w1 w2 w3", {"source": "prompt"}, "no_repeats", {"source": "random_repeated"}),
        ("", {"k": 64}, "prompt_too_long", {"k": 63}),
        ("", {"source": "prompt"}, "prompt_empty", None),
    ],
)
def test_what_cannot_be_scored_is_refused_with_a_way_out(
    prompt: str, params: dict[str, Any], code: str, changes: dict[str, Any] | None
) -> None:
    with pytest.raises(Problem) as found:
        call(ID, induction_model(), prompt, **params)
    assert found.value.code == code
    assert found.value.changes == changes
    if changes is not None:
        assert call(ID, induction_model(), prompt, **(params | changes)).checks


def detected(pattern: torch.Tensor, ids: list[int], role: str, exclude_bos: bool, exclude_current: bool) -> float:
    """The head detector of TransformerLens, written down from its documentation for one pattern."""
    size = len(ids)
    wanted = np.zeros((size, size))
    for t in range(size):
        for s in range(t + 1):
            same = ids[t] == ids[s] and s < t
            induction = s >= 1 and ids[s - 1] == ids[t] and s < t
            wanted[t, s] = {"previous_token": s == t - 1, "duplicate_token": same, "induction": induction}[role]
    given = pattern.double().numpy().copy()
    if exclude_bos:
        given[:, 0] = 0
    if exclude_current:
        np.fill_diagonal(given, 0)
    return float((given * wanted).sum() / given.sum())


@pytest.mark.parametrize("exclude_bos", [False, True])
@pytest.mark.parametrize("exclude_current", [False, True])
def test_scores_as_a_detector_that_counts_all_queries(exclude_bos: bool, exclude_current: bool) -> None:
    model = load_tiny("gpt2")
    options = {"tl_compat": True, "exclude_bos": exclude_bos, "exclude_current_token": exclude_current}
    result = call(ID, model, "", k=10, batch=1, **options)
    ids = result.facts["sequence"]
    pattern = model.run(ids).pattern(2)
    for role in ROLES:
        expected = [detected(pattern[head], ids, role, exclude_bos, exclude_current) for head in range(model.heads)]
        np.testing.assert_allclose(values(result, role)[2], expected, atol=1e-6)


def test_a_perfect_induction_head_scores_a_half_as_a_detector_counts() -> None:
    result = call(ID, induction_model(), "", tl_compat=True)
    assert float(values(result, "induction")[INDUCTION_HEAD]) == pytest.approx(50 / 101, abs=1e-3)
    assert float(values(result, "induction")[0, 1]) == pytest.approx(result.facts["baseline"]["induction"], abs=1e-6)


def test_several_prompts_are_averaged_and_those_without_a_target_left_out() -> None:
    texts = ["w5 w9 w3 w5 w9", "w1 w2 w3", "w4 w6 w4 w6 w4"]
    together = call(ID, induction_model(), "", source="prompt", prompts=texts)
    alone = [values(call(ID, induction_model(), text, source="prompt"), "induction") for text in (texts[0], texts[2])]
    np.testing.assert_allclose(values(together, "induction"), np.mean(alone, axis=0), atol=1e-6)
    by_prompt = values(together, "by_prompt")
    assert by_prompt.shape == (3, 2, 2)
    assert np.isnan(by_prompt[1]).all()
    assert together.coords["prompt"][1] == "2 w1 w2 w3"
    error = np.std(alone, axis=0, ddof=1) / 2**0.5
    np.testing.assert_allclose(values(together, "induction_error"), error, atol=1e-6)
    np.testing.assert_allclose(values(together, "high") - values(together, "induction"), error, atol=1e-6)
    assert together.facts["n_prompts"] == 3


def test_an_immediate_repeat_is_no_target_of_induction() -> None:
    with pytest.raises(Problem, match="repeats no token"):
        call(ID, induction_model(), "w5 w5", source="prompt", kinds=["induction"])
    assert call(ID, induction_model(), "w5 w5", source="prompt", kinds=["duplicate_token"]).checks


def test_the_bundled_model_has_a_layer_of_induction_heads_behind_one_previous_token_head() -> None:
    result = call(ID, specimen(), "")
    induction, previous = values(result, "induction"), values(result, "previous_token")
    np.testing.assert_allclose(induction[1], [0.89, 0.90, 0.91, 0.87], atol=0.02)
    assert np.delete(induction, 1, axis=0).max() < 0.05
    assert float(previous[0, 1]) >= 0.99
    assert np.delete(previous.ravel(), 1).max() < 0.25
    assert values(result, "duplicate_token").max() < 0.05


def test_more_tokens_than_the_vocabulary_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = induction_model()
    monkeypatch.setattr(type(model.tokenizer), "all_special_ids", property(lambda self: list(range(40))))
    with pytest.raises(Problem, match="k must be at most 24"):
        call(ID, model, "", k=30)
