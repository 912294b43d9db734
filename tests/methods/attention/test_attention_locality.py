"""Attention locality: planted heads have the distances they were built with, uniform ones those of even attention."""

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, induction_model

ID = "attention/attention-locality"
WORDS = " ".join(f"w{number}" for number in range(1, 41))
TWICE = " ".join([f"w{number}" for number in range(1, 21)] * 2)


def test_a_previous_token_head_looks_one_token_back_and_a_uniform_one_is_global() -> None:
    result = call(ID, induction_model(), WORDS)
    assert isinstance(result, HeadGrid)
    assert float(values(result, "mean_distance")[PREVIOUS_HEAD]) == pytest.approx(1.0, abs=1e-3)
    assert float(values(result, "relative_distance")[0, 1]) == pytest.approx(1.0, abs=1e-5)
    assert values(result, "class")[PREVIOUS_HEAD] == 0.0
    assert values(result, "class")[0, 1] == 2.0
    assert float(values(result, "window_mass")[PREVIOUS_HEAD]) == pytest.approx(1.0, abs=1e-4)
    even = np.mean([min(8, t + 1) / (t + 1) for t in range(1, 41)])
    assert float(values(result, "window_mass")[0, 1]) == pytest.approx(even, abs=1e-5)
    np.testing.assert_array_equal(values(result, "class_share")[0], [0.5, 0.0, 0.5])
    assert result.facts["classes"]["local"] >= 1


def test_rows_that_park_their_attention_are_skipped_and_counted() -> None:
    result = call(ID, induction_model(), TWICE)
    skipped = values(result, "sink_rows_skipped")
    assert skipped[0, 1] == 0
    assert skipped[PREVIOUS_HEAD] == 0
    kept = call(ID, induction_model(), TWICE, drop_sink=False)
    assert values(kept, "sink_rows_skipped").sum() == 0
    assert float(values(kept, "relative_distance")[0, 1]) == pytest.approx(1.0, abs=1e-5)
    assert values(kept, "mean_distance")[0, 1] > values(result, "mean_distance")[0, 1]


def test_an_induction_head_looks_as_far_back_as_the_repeat() -> None:
    run = induction_model().run(induction_model().tokenize(TWICE).ids)
    pattern = run.pattern(1)[1]
    expected = [
        float(sum(pattern[t, s] * (t - s) for s in range(1, t + 1)) / pattern[t, 1:].sum()) for t in range(2, 41)
    ]
    result = call(ID, induction_model(), TWICE)
    assert float(values(result, "mean_distance")[INDUCTION_HEAD]) == pytest.approx(np.mean(expected), abs=1e-4)
    assert min(expected[19:]) > 18.5


@torch.no_grad()
def test_values_by_hand_in_a_model_with_a_window() -> None:
    model = load_tiny("mistral")
    text = " ".join(["the cat sat on the capital of paris and"] * 4)
    result = call(ID, model, text, window=3)
    pattern = model.run(model.tokenize(text).ids).pattern(1)[2].double()
    size, relative, near = len(pattern), [], []
    for t in range(1, size):
        keys = [s for s in range(max(0, t - 4), t + 1) if s > 0]
        near.append(float(pattern[t, max(0, t - 2) : t + 1].sum()))
        reference = np.mean([t - s for s in keys])
        if reference > 0 and pattern[t, 0] <= 0.95:
            weights = pattern[t, keys] / pattern[t, keys].sum()
            relative.append(sum(float(w) * (t - s) for w, s in zip(weights, keys, strict=True)) / reference)
    assert float(values(result, "relative_distance")[1, 2]) == pytest.approx(np.mean(relative), abs=1e-5)
    assert float(values(result, "window_mass")[1, 2]) == pytest.approx(np.mean(near), abs=1e-5)
    assert check(result, "reproduces_heads").verdict == "ok"


def test_the_bundled_model_looks_near_first() -> None:
    result = call(ID, specimen(), "", prompts_from="graph_walk")
    relative, distance = values(result, "relative_distance"), values(result, "mean_distance")
    assert values(result, "by_prompt").shape == (30, 6, 4)
    assert float(distance[0, 1]) == pytest.approx(1.0, abs=0.02)
    assert float(distance[0, 2]) == pytest.approx(0.29, abs=0.03)
    assert float(relative[0, 0]) == pytest.approx(0.58, abs=0.02)
    assert relative[1:].min() > 0.9
    assert result.facts["classes"] == {"local": 2, "hybrid": 1, "global": 21}


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(Problem, match=r"attention/attention-locality needs at least 32 tokens; got 10\."):
        call(ID, induction_model(), "w1 w2 w3 w4 w5 w6 w7 w8 w9")
    with pytest.raises(Problem, match="window must be between 1 and 41; got 50") as found:
        call(ID, induction_model(), WORDS, window=50)
    assert call(ID, induction_model(), WORDS, **dict(found.value.changes or {})).checks
    with pytest.raises(Problem, match="local_to must be at most the border of global heads"):
        call(ID, induction_model(), WORDS, local_to=0.6, global_from=0.5)
