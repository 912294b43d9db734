"""Feature count: by the dictionaries' own formula, on the stream that the lenses read."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stratascope.methods.features.feature_count import feature_count
from stratascope.models.stream_dictionaries import FOLDER, stream_dictionaries
from stratascope.problem import Problem
from stratascope.specimen.prompts import bundle_path
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values

ID = "features/feature-count"
PROMPT = "The capital of France is Paris. The capital of Spain is"


def test_every_cell_is_counted_by_the_formula() -> None:
    model = specimen()
    result, everything = call(ID, model, PROMPT), call(ID, model, PROMPT, least=0.0)
    run = model.run(model.tokenize(PROMPT).ids)
    assert result.coords["row"] == ["1", "2", "3", "4", "5", "out"]
    for number in range(model.layers):
        folder = bundle_path() / FOLDER / f"specimen-resid-post-{number}"
        w = {name: tensor.double() for name, tensor in load_file(folder / "sae_weights.safetensors").items()}
        k = json.loads((folder / "cfg.json").read_text())["k"]
        x = run.resid[number + 1].double()
        pre = (x - w["b_dec"]) @ w["W_enc"] + w["b_enc"]
        a = torch.zeros_like(pre).scatter(-1, pre.topk(k).indices, pre.topk(k).values).relu()
        strongest = a.amax(-1, keepdim=True)
        expected = ((a > 0) & (a >= 0.1 * strongest)).sum(-1)
        np.testing.assert_array_equal(values(result, "features")[number], expected)
        np.testing.assert_array_equal(values(everything, "features")[number], (a > 0).sum(-1))
        np.testing.assert_array_equal(values(result, "strongest")[number], a.argmax(-1))
        np.testing.assert_allclose(values(result, "activation")[number], strongest[:, 0], rtol=1e-4)
        rest = (x - a @ w["W_dec"] - w["b_dec"]).square().sum(-1)
        kept = [at for at, token in enumerate(run.tokens.tokens) if not token.special]
        spread = (x - x[kept].mean(0)).square().sum(-1)
        np.testing.assert_allclose(values(result, "unexplained")[number], rest / spread, rtol=1e-3)


def test_on_the_specimen_few_features_stand_for_most_of_the_stream() -> None:
    result, everything = call(ID, specimen(), PROMPT), call(ID, specimen(), PROMPT, least=0.0)
    assert check(result, "explained_variance").value == pytest.approx(0.889, abs=0.01)
    assert set(np.unique(values(everything, "features"))) <= set(range(10, 17)), "at most 16 can fire"
    count = values(result, "features")
    assert count.min() >= 1
    assert len(np.unique(count)) > 4, "cells differ"


def test_the_smaller_of_two_dictionaries_of_a_layer_is_taken() -> None:
    found = stream_dictionaries(specimen())
    assert [one.id for one in found.values()] == [f"specimen-resid-post-{layer}" for layer in range(6)]


def test_a_model_without_dictionaries_is_refused_with_the_reason() -> None:
    method_request = feature_count.request.model_validate({"model": "gpt2", "prompt": "a cat"})
    with pytest.raises(Problem, match=r"no dictionary for gpt2") as found:
        feature_count.function(load_tiny("gpt2"), feature_count.split(method_request)[1])
    assert found.value.status == 409
