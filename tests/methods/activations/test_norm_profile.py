"""Norm profile, against the models' own norms and on embeddings of known size."""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from stratascope.models.norm_sites import norm_sites, passed_through
from stratascope.problem import Problem
from tests.families import FAMILIES, LAYERS, load_tiny, tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import connected

if TYPE_CHECKING:
    from stratascope.models.model import Model

METHOD = "activations/norm-profile"
PLACES = {
    "gpt2": ["pre_attn", "pre_mlp", "final"],
    "gpt_neox": ["pre_attn", "pre_mlp", "final"],
    "qwen3": ["pre_attn", "q_norm", "k_norm", "pre_mlp", "final"],
    "gemma2": ["pre_attn", "post_attn", "pre_mlp", "post_mlp", "final"],
    "gemma3_text": ["pre_attn", "q_norm", "k_norm", "post_attn", "pre_mlp", "post_mlp", "final"],
    "olmo2": ["q_norm", "k_norm", "post_attn", "post_mlp", "final"],
    "olmoe": ["pre_attn", "q_norm", "k_norm", "pre_mlp", "final"],
}


@cache
def equal_sizes(size: float) -> "Model":
    """A Llama without sublayers, whose embeddings all have this root mean square."""
    network, tokenizer = tiny("llama")
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.zero_()
        embeddings = network.model.embed_tokens.weight
        embeddings.copy_(size * embeddings / embeddings.square().mean(-1, keepdim=True).sqrt())
    return connected(f"equal-{size:g}", network, tokenizer)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_norm_is_found_and_recomputed(family: str) -> None:
    result = call(METHOD, load_tiny(family))
    assert result.coords["series"] == PLACES.get(family, ["pre_attn", "pre_mlp", "final"])
    assert check(result, "recomputed").verdict == "ok"
    gain, final = values(result, "value"), result.coords["series"].index("final")
    assert np.isfinite(np.delete(gain, final, 0)).all()
    assert np.isfinite(gain[final]).tolist() == [False] * (LAYERS - 1) + [True]


def test_the_gain_is_one_over_the_deviation() -> None:
    model = load_tiny("gpt2")
    result = call(METHOD, model, "the cat sat")
    run = model.run(model.tokenize("the cat sat").ids)
    x = run.resid_mid(2)
    assert x is not None
    expected = (x.var(-1, correction=0) + 1e-5).rsqrt()
    assert values(result, "by_token")[1, 2] == pytest.approx(expected.numpy(), rel=1e-4)
    last = (run.resid[-1].var(-1, correction=0) + 1e-5).rsqrt()
    assert values(result, "by_token")[2, 3] == pytest.approx(last.numpy(), rel=1e-4)


def test_tokens_of_equal_size_get_one_gain_and_doubling_them_halves_it() -> None:
    one, two = (call(METHOD, equal_sizes(size)) for size in (3.0, 6.0))
    for name, expected in (("cv", 0.0), ("r2", 1.0)):
        found = values(one, name)
        assert found[np.isfinite(found)] == pytest.approx(expected, abs=1e-5)
    assert values(one, "value")[0] == pytest.approx(np.full(4, 1 / 3), rel=1e-4)
    assert values(two, "value")[0] == pytest.approx(values(one, "value")[0] / 2, rel=1e-4)


def test_several_prompts_come_with_each_ones_gain_and_pooled_r2() -> None:
    texts = ["the cat sat", "paris is the capital of the model", "on one"]
    result = call(METHOD, load_tiny("llama"), "", prompts=texts)
    each = np.stack([values(call(METHOD, load_tiny("llama"), text), "value") for text in texts])
    assert values(result, "by_prompt") == pytest.approx(each, rel=1e-5, nan_ok=True)
    assert values(result, "value") == pytest.approx(each.mean(0), rel=1e-5, nan_ok=True)
    assert "by_token" not in result.arrays


def test_the_points_are_entries_of_the_norm_asked_for() -> None:
    model = load_tiny("gemma2")
    result = call(METHOD, model, "the cat sat", layer=1, site="post_mlp", sample=4096)
    sites = norm_sites(model)
    number = next(i for i, site in enumerate(sites) if (site.layer, site.name) == (1, "post_mlp"))
    run = model.run(model.tokenize("the cat sat").ids)
    passed = passed_through(model, run.ids, sites)[number]
    first = int(result.tokens[0].special)
    points = sorted(
        zip(passed.given[first:].flatten().tolist(), passed.returned[first:].flatten().tolist(), strict=True)
    )
    shown = sorted(zip(values(result, "entry_in").tolist(), values(result, "entry_out").tolist(), strict=True))
    assert np.array(shown) == pytest.approx(np.array(points), rel=1e-4, abs=1e-5)
    assert (result.facts["entry_layer"], result.facts["entry_site"]) == (1, "post_mlp")


@pytest.mark.parametrize("params", [{"site": "q_norm"}, {"site": "post_mlp", "layer": 0}])
def test_a_norm_that_is_not_there_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("gpt2"), **params)
    assert refused.value.code == "no_norm"
    assert "has no normalisation in layer" in refused.value.message
    assert call(METHOD, load_tiny("gpt2"), **(refused.value.changes or {})).summary


def test_all_norms_of_the_bundled_model_but_the_last_are_almost_fixed_scalings() -> None:
    result = call(METHOD, specimen(), "When Mary and John went to the store, John gave a drink to")
    r2 = values(result, "r2")
    assert r2[:2, :5].min() > 0.9
    assert r2[2, 5] < 0.8
    assert values(result, "first_gain")[2, 5] < 0.3 * values(result, "value")[2, 5]
