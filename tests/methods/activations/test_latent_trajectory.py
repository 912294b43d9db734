"""Latent trajectories: the formula on the run's own states, cuts, answers, several texts, and the specimen's stories."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import still_model

ID = "activations/latent-trajectory"
SMALL = {"segment_tokens": 3}


def measured(x: torch.Tensor, size: int) -> np.ndarray:
    """net, cumulative, aligned [series, layer] of states [layer, position, width], by the definition."""
    h = [part.mean(1) for part in x.double().split(size, dim=1)]
    steps = [b - a for a, b in zip(h, h[1:], strict=False)]  # noqa: RUF007
    whole = h[-1] - h[0]
    cosines = [torch.nn.functional.cosine_similarity(step, whole, dim=-1) for step in steps]
    lengths = torch.stack([step.norm(dim=-1) for step in steps])
    return torch.stack([whole.norm(dim=-1) / len(steps), lengths.sum(0), torch.stack(cosines).mean(0)]).numpy()


@pytest.mark.parametrize("family", FAMILIES)
def test_measures_equal_their_definition(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, **SMALL)
    run = model.run_of(model.tokenize(PROMPT))
    since = int(run.tokens.tokens[0].special)
    assert isinstance(result, LayerCurve)
    np.testing.assert_allclose(values(result, "mean"), measured(run.resid[1:, since:], 3), rtol=1e-4)
    assert [each.verdict for each in result.checks] == ["ok", "ok", "info"]
    assert values(result, "piece").tolist() == [-1] * since + [at // 3 for at in range(len(run.ids) - since)]


def test_only_the_answer_is_followed() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, "the cat", response=" sat on the model and reads", segment_tokens=2)
    run = model.run_of(model.tokenize("the cat sat on the model and reads"))
    since = int((values(result, "piece") < 0).sum())
    assert "".join(token.text for token in result.tokens[since:]) == " sat on the model and reads"
    np.testing.assert_allclose(values(result, "mean"), measured(run.resid[1:, since:], 2), rtol=1e-4)
    written = call(ID, model, "the cat", new_tokens=8, segment_tokens=2)
    assert written.facts["segments"] == [4]


def test_lines_are_pieces() -> None:
    result = call(ID, load_tiny("gpt2"), "the cat\non one\n\nmodel", segment="newline")
    texts = [token.text for token in result.tokens]
    pieces = values(result, "piece").tolist()
    joined = ["".join(t for t, piece in zip(texts, pieces, strict=True) if piece == number) for number in range(4)]
    assert joined == ["the cat\n", "on one\n", "\n", "model"]


def test_states_that_repeat_do_not_travel() -> None:
    """A model without layers and positions: the same word in every piece is the same state."""
    result = call(ID, still_model("llama"), "the the the the the the", segment_tokens=2)
    assert float(values(result, "mean")[:2, :].max()) < 1e-4
    assert np.isnan(values(result, "mean")[2]).all()
    assert "its end is its beginning" in result.summary


def test_several_texts_are_averaged_and_ranked() -> None:
    model, texts = load_tiny("gpt2"), [PROMPT, "one cat sat on the model and reads", "the capital of the cat is paris"]
    result = call(ID, model, prompts=texts, **SMALL)
    single = np.stack([values(call(ID, model, text, **SMALL), "mean") for text in texts])
    np.testing.assert_allclose(values(result, "by_prompt"), single, rtol=1e-5)
    np.testing.assert_allclose(values(result, "mean"), single.mean(0), rtol=1e-5)
    np.testing.assert_allclose(
        values(result, "high") - values(result, "mean"), single.std(0, ddof=1) / 3**0.5, rtol=1e-3, atol=1e-6
    )
    assert result.facts["farthest_first"] == np.argsort(-single[:, 0].mean(1)).tolist()


def test_one_piece_is_refused_with_a_cut_that_works() -> None:
    model = load_tiny("gpt2")
    with pytest.raises(
        Problem, match=r"The response gives 1 segment\(s\) of \d+ tokens; at least 2 are needed"
    ) as found:
        call(ID, model)
    assert found.value.changes is not None
    assert call(ID, model, **found.value.changes).facts["segments"][0] >= 4


@pytest.mark.parametrize("params", [{"response": " cat"}, {"new_tokens": 2}])
def test_several_prompts_have_no_answers_beside_them(params: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="belongs to one prompt; got 2 prompts"):
        call(ID, load_tiny("gpt2"), prompts=["the cat", "one cat"], **params)


def test_a_walk_on_the_specimen_travels_less_straight_than_it_is_long() -> None:
    result = call(ID, specimen(), prompts_from="graph_walk", segment_tokens=20)
    net, cumulative, aligned = values(result, "mean")
    assert bool((net * 3 < cumulative).all())
    assert bool((np.diff(cumulative) > 0).all()), "states grow with depth"
    assert 0.3 < float(aligned.mean()) < 0.95
    assert check(result, "steps_add_up").verdict == "ok"
