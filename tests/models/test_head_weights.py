"""Head matrices of every family: what is rebuilt from them is what the model computed."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor, nn

from stratascope.models.head_weights import HeadReader, HeadWeights
from stratascope.models.model import Model
from stratascope.models.run import Run
from stratascope.numerics.attention import scores
from stratascope.numerics.vectors import cosine, relative_error
from stratascope.problem import Problem
from tests.families import FAMILIES, HEADS, LAYERS, WIDTH, load_tiny, tiny
from tests.planted import INDUCTION_HEAD, PREVIOUS_HEAD, WORDS, connected, induction_model

families = pytest.mark.parametrize("family", FAMILIES)
NORMED_QUERIES = {"qwen3", "gemma3_text", "olmo2", "olmoe"}
POST_NORMS = {"gemma2", "gemma3_text", "olmo2"}


@cache
def case(family: str) -> tuple[Model, Run, HeadReader]:
    model = load_tiny(family)
    ids = torch.randint(3, model.vocabulary, (12,), generator=torch.Generator().manual_seed(5)).tolist()
    return model, model.run(ids), HeadReader(model)


def made(weights: HeadWeights, run: Run, layer: int, kind: str) -> Tensor:
    matrix, bias = getattr(weights, kind), getattr(weights, f"{kind}_bias")
    return torch.einsum("td,hdw->htw", weights.read(run.resid[layer]), matrix) + bias[:, None]


@families
def test_the_matrices_have_the_shapes_of_heads(family: str) -> None:
    model, _, reader = case(family)
    weights = reader.layer(1)
    for kind in ("query", "key", "value"):
        assert getattr(weights, kind).shape == (HEADS, WIDTH, model.head_width)
        assert getattr(weights, f"{kind}_bias").shape == (HEADS, model.head_width)
    assert weights.output.shape == (HEADS, model.head_width, WIDTH)
    assert reader.rotary == (family != "gpt2")
    assert weights.divided == {
        *(("query", "key") if family in NORMED_QUERIES else ()),
        *(("output",) if family in POST_NORMS else ()),
    }


@families
@pytest.mark.parametrize("fold", [False, True], ids=["plain", "folded"])
def test_values_and_head_outputs_are_those_of_the_run(family: str, fold: bool) -> None:
    model, run, reader = case(family)
    for layer in range(LAYERS):
        weights = reader.layer(layer).folded() if fold else reader.layer(layer)
        value = run.value(layer).repeat_interleave(HEADS // model.key_value_heads, 0)
        assert relative_error(made(weights, run, layer, "value"), value) <= 2e-6
        written = torch.einsum("thw,hwd->htd", run.z(layer), weights.output)
        own = model.head_output(run, layer)
        if fold and weights.norm.centred:
            own = own - own.mean(-1, keepdim=True)
        if "output" in weights.divided:
            assert float(cosine(written, own).min()) >= 1 - 1e-5
        else:
            assert relative_error(written, own) <= 2e-6


@families
@pytest.mark.parametrize("fold", [False, True], ids=["plain", "folded"])
def test_scores_before_the_softmax_are_those_of_the_run_where_no_rotation_enters(family: str, fold: bool) -> None:
    _, run, reader = case(family)
    for layer in range(LAYERS):
        weights = reader.layer(layer).folded() if fold else reader.layer(layer)
        query, key = made(weights, run, layer, "query"), made(weights, run, layer, "key")
        record = run.record(layer)
        if "query" in weights.divided:
            own_key = record.key[0].repeat_interleave(HEADS // record.key.shape[1], 0)
            assert relative_error(cosine(query, key), cosine(record.query[0], own_key)) <= 1e-5
            continue
        own = scores(record.query[0], record.key[0], weights.scaling, None, None)
        rebuilt = query @ key.transpose(-1, -2) * weights.scaling
        if family != "gpt2":
            own, rebuilt = own.diagonal(dim1=-2, dim2=-1), rebuilt.diagonal(dim1=-2, dim2=-1)
        assert relative_error(rebuilt, own) <= 1e-5


@families
def test_the_error_is_small_and_notices_other_matrices(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, run, reader = case(family)
    assert max(reader.error(run, layer) for layer in range(LAYERS)) <= 1e-5
    assert reader.probe_error() <= 1e-5
    other = reader.layer(1)
    monkeypatch.setattr(reader, "layer", lambda number: other)
    assert reader.error(run, 0) > 0.1


def test_folded_matrices_do_not_see_the_mean_of_the_stream() -> None:
    _, run, reader = case("gpt2")
    weights = reader.layer(1).folded()
    assert weights.value.sum(1).abs().max() <= 1e-5
    assert weights.output.sum(-1).abs().max() <= 1e-5
    x = run.resid[1]
    torch.testing.assert_close(
        made(weights, run, 1, "query"),
        torch.einsum(
            "td,hdw->htw", (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True, correction=0), weights.query
        )
        + weights.query_bias[:, None],
        rtol=1e-3,
        atol=1e-4,
    )


def test_a_scaled_rotary_embedding_is_part_of_the_matrices() -> None:
    scaling = {"rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0, "original_max_position_embeddings": 16}
    network, tokenizer = tiny("llama", rope_parameters=scaling)
    model = connected("yarn", network, tokenizer)
    reader = HeadReader(model)
    run = model.run(list(range(5, 15)))
    assert model.network.model.rotary_emb.attention_scaling != 1.0
    assert max(reader.error(run, layer) for layer in range(LAYERS)) <= 1e-5


def test_planted_heads_are_found_as_planted() -> None:
    reader = HeadReader(induction_model())
    previous, induction = (reader.layer(layer) for layer, _ in (PREVIOUS_HEAD, INDUCTION_HEAD))
    ov = previous.value[0] @ previous.output[0]
    assert torch.equal(ov[:WORDS, WORDS : 2 * WORDS], torch.eye(WORDS))
    qk = induction.query[1] @ induction.key[1].T
    assert float(qk[0, WORDS]) > 0
    assert int((qk != 0).sum()) == WORDS


class Squashed(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.squash = inner, nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.squash(self.inner(x))


def test_values_that_no_linear_map_makes_are_refused() -> None:
    network, tokenizer = tiny("llama")
    attention = network.model.layers[1].self_attn
    attention.v_proj = Squashed(attention.v_proj)
    with pytest.raises(Problem, match="in layer 1 its value vectors are no columns") as found:
        HeadReader(connected("squashed", network, tokenizer))
    assert found.value.code == "heads_unreadable"
