"""Massive activations: planted needles are found where they are, means over prompts, and the bundled model's numbers."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.models.run import Run
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.planted import induction_model

ID = "activations/massive-activations"
LONG = " ".join(f"w{1 + i % 60}" for i in range(100))


def needles(monkeypatch: pytest.MonkeyPatch, where: dict[tuple[int, int, int], float]) -> Model:
    """Normal noise in every stream, with these values at [row, position, dimension]."""
    model = induction_model()
    run = model.run(model.tokenize(LONG).ids)
    stream = torch.randn(run.resid.shape, generator=torch.Generator().manual_seed(0))
    for place, value in where.items():
        stream[place] = value
    monkeypatch.setattr(Run, "resid", property(lambda self: stream))
    return model


def test_a_planted_needle_is_found_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    model = needles(monkeypatch, {(2, 7, 30): -5000.0, (2, 9, 31): 90.0, (0, 3, 3): 9000.0})
    result = call(ID, model, LONG)
    assert isinstance(result, LayerCurve)
    assert values(result, "massive_value").tolist() == [-5000.0]
    for name, expected in (("layer", 1), ("position", 7), ("dimension", 30), ("prompt", 0)):
        assert values(result, f"massive_{name}").tolist() == [expected]
    assert values(result, "host_dimension").tolist() == [30]
    assert values(result, "host_share").tolist() == [1.0]
    series = values(result, "value")
    np.testing.assert_allclose(series[0], 0.6745, rtol=0.02)
    np.testing.assert_allclose(series[1:3, 1], [5000.0, 90.0])
    assert float(values(result, "ratio")[1]) == pytest.approx(7400, rel=0.02)
    assert float(values(result, "ratio")[0]) < 10  # what enters the first layer is not looked at
    assert values(result, "top_token")[1, 0] == "w7"
    assert values(result, "top_value")[1, :2].tolist() == [-5000.0, 90.0]
    assert "behind layer 1 in dimension 30 at “w7”" in result.summary
    assert "1 of the entries is massive" in result.summary
    surface = values(result, "surface")
    assert surface[7, result.coords["dimension"].index("30")] == 5000.0
    assert not document(result, ID).head["result"]["nonfinite"]


def test_a_needle_on_the_first_token_counts_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    model = needles(monkeypatch, {(1, 0, 5): 5000.0})
    assert call(ID, model, LONG).facts["n_massive"] == 1
    without = call(ID, model, LONG, include_bos=False)
    assert without.facts["n_massive"] == 0
    assert "massive_value" not in without.arrays
    assert float(np.abs(values(without, "top_value")).max()) < 10


@pytest.mark.parametrize("family", FAMILIES)
def test_sizes_are_those_of_the_stream(family: str) -> None:
    model = load_tiny(family)
    run = model.run(model.tokenize(PROMPT).ids)
    size = run.resid[1:].abs().flatten(1).numpy()
    result = call(ID, model, top=5)
    found = values(result, "value")
    np.testing.assert_allclose(found[0], np.median(size, axis=1), rtol=1e-6)
    np.testing.assert_allclose(found[1:], np.sort(size, axis=1)[:, ::-1][:, :5].T, rtol=1e-6)
    np.testing.assert_allclose(values(result, "ratio"), found[1] / found[0], rtol=1e-5)
    at = tuple(values(result, name)[:, 0] for name in ("top_position", "top_dimension"))
    np.testing.assert_allclose(values(result, "top_value")[:, 0], run.resid[1:].numpy()[range(4), at[0], at[1]])
    assert check(result, "median_halves").verdict == "ok"


def test_prompts_are_averaged_and_their_hosts_counted() -> None:
    model, prompts = load_tiny("llama"), ["the capital of france", "paris and the capital", "one cat"]
    rule: dict[str, Any] = {"abs_threshold": 0.0, "ratio_threshold": 3.0}
    alone = [call(ID, model, prompt, **rule) for prompt in prompts]
    result = call(ID, model, prompts=prompts, **rule)
    each = np.stack([values(one, "value") for one in alone])
    np.testing.assert_allclose(values(result, "by_prompt"), each, rtol=1e-5)
    np.testing.assert_allclose(values(result, "value"), each.mean(0), rtol=1e-5)
    assert result.facts["n_massive"] == sum(one.facts["n_massive"] for one in alone) > 3
    assert sorted(values(result, "massive_prompt").tolist()) == [
        number for number, one in enumerate(alone) for _ in range(one.facts["n_massive"])
    ]
    hosts = [set(values(one, "massive_dimension").tolist()) for one in alone]
    share = dict(zip(values(result, "host_dimension").tolist(), values(result, "host_share").tolist(), strict=True))
    for dimension, found in share.items():
        assert found == pytest.approx(sum(dimension in host for host in hosts) / 3)
    assert len(share) == len(set.union(*hosts))
    best = np.abs(np.stack([values(one, "top_value")[:, 0] for one in alone])).max(0)
    np.testing.assert_allclose(np.abs(values(result, "top_value")[:, 0]), best, rtol=1e-6)


def test_the_bundled_model_has_none_by_the_rule_of_large_models() -> None:
    """Its entries pass 100, but in no layer is one even 200 times the median; the largest sit in dimensions 52 and 22."""
    result = call(ID, specimen(), "The capital of France is")
    assert result.facts["n_massive"] == 0
    assert float(values(result, "value")[1].max()) > 1000
    np.testing.assert_allclose(values(result, "ratio"), [6.6, 8.0, 11.8, 16.7, 19.5, 88.9], rtol=0.02)
    assert values(result, "top_dimension")[:, 0].tolist() == [52, 52, 52, 52, 52, 22]
    assert values(result, "top_position")[:, 0].tolist() == [0] * 6
    assert "None of the entries are massive" in result.summary
