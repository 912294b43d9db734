"""Copying scores: planted copiers reach one, and the short product gives the eigenvalues of the whole circuit."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.head_weights import HeadReader
from stratascope.models.token_embeddings import TokenEmbeddings
from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import INDUCTION_HEAD, WORDS, golden_model, induction_model

ID = "attention/copying-score"


@pytest.mark.parametrize("params", [{}, {"measure": "topk", "topk": 1, "embedding": "raw"}], ids=["eigen", "topk"])
def test_the_planted_induction_head_copies_and_the_others_write_nothing_that_is_read(params: dict[str, Any]) -> None:
    result = call(ID, induction_model(), **params)
    assert isinstance(result, HeadGrid)
    score = values(result, "copying")
    assert float(score[INDUCTION_HEAD]) >= 0.97
    assert f"Head 1.1 copies most (+{score[INDUCTION_HEAD]:.2f}" in result.summary
    if params:
        assert score[INDUCTION_HEAD] == 1.0
        assert np.delete(score, 3).max() <= 0.05
        assert result.facts["control"] == 1 / WORDS


def test_silent_heads_have_no_eigen_score() -> None:
    score = values(call(ID, induction_model()), "copying")
    assert np.isnan(score[0, 1])
    assert np.isnan(score[1, 0])


@torch.no_grad()
def test_eigenvalues_and_scores_are_those_of_the_full_circuit() -> None:
    model = golden_model()
    result = call(ID, model)
    embeddings = TokenEmbeddings(model, "raw").of(torch.arange(WORDS)).double()
    embeddings = embeddings - embeddings.mean(-1, keepdim=True)
    norm = model.network.transformer.ln_f
    for layer in range(model.layers):
        weights, gain = HeadReader(model).layer(layer), model.network.transformer.h[layer].ln_1.weight
        for head in range(model.heads):
            read = (embeddings * gain) @ weights.value[head].double() @ weights.output[head].double()
            read = (read - read.mean(-1, keepdim=True)) * norm.weight
            whole = torch.linalg.eigvals(read @ model.unembedding.weight.double().T)
            expected = float(whole.sum().real / whole.abs().sum())
            assert float(values(result, "copying")[layer, head]) == pytest.approx(expected, abs=1e-4)
            found = (
                values(result, "eigenvalue_real")[layer, head]
                + 1j * values(result, "eigenvalue_imaginary")[layer, head]
            )
            np.testing.assert_allclose(np.abs(found), np.sort(whole.abs())[::-1][: len(found)], rtol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_scored_and_checked(family: str) -> None:
    result = call(ID, load_tiny(family))
    assert np.abs(values(result, "copying")).max() <= 1.0
    assert check(result, "trace_error").verdict == "ok"
    assert check(result, "reproduces_heads").verdict == "ok"
    assert ("A norm follows" in " ".join(result.warnings)) == (family in {"gemma2", "gemma3_text", "olmo2"})


@torch.no_grad()
def test_topk_counts_tokens_whose_own_logit_is_among_the_best() -> None:
    model = load_tiny("llama")
    result = call(ID, model, measure="topk", embedding="raw", topk=40, sample=5000)
    layer, head = 2, 3
    block, weights = model.network.model.layers[layer], HeadReader(model).layer(layer)
    ids = torch.arange(3, model.vocabulary)
    read = block.input_layernorm(model.network.model.embed_tokens(ids))
    written = read @ weights.value[head] @ weights.output[head]
    logits = (written * model.network.model.norm.weight) @ model.network.lm_head.weight.T
    own = logits[torch.arange(len(ids)), ids][:, None]
    assert result.facts["sample"] == len(ids)
    raised, lowered = ((logits > own).sum(-1) < 40).float().mean(), ((logits < own).sum(-1) < 40).float().mean()
    assert float(values(result, "copying")[layer, head]) == pytest.approx(float(raised), abs=1e-6)
    assert float(values(result, "suppressing")[layer, head]) == pytest.approx(float(lowered), abs=1e-6)


def test_the_bundled_model_copies_effective_embeddings_where_raw_ones_say_the_opposite() -> None:
    raw, effective = (values(call(ID, specimen(), embedding=each), "copying") for each in ("raw", "mlp0"))
    assert raw[3:].max() < -0.75
    assert effective[4, 3] == pytest.approx(0.83, abs=0.02)
    assert effective[4:].mean() > 0.4
    assert effective[INDUCTION_HEAD] == pytest.approx(0.17, abs=0.05)


def test_more_ranks_than_tokens_are_refused() -> None:
    with pytest.raises(Problem, match="topk must be below 64; got 64"):
        call(ID, golden_model(), measure="topk", topk=64)
