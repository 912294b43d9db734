"""Stream vectors of single tokens: the embedding as the model uses it, and the first MLP's answer to it."""

import pytest
import torch

from stratascope.models.capture import capture
from stratascope.models.token_embeddings import TokenEmbeddings
from stratascope.problem import Problem
from tests.families import FAMILIES, WIDTH, load_tiny, tiny
from tests.planted import connected

IDS = [5, 9, 40, 200]


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_raw_embeddings_are_what_enters_the_stream_but_for_the_position(family: str) -> None:
    model = load_tiny(family)
    raw = TokenEmbeddings(model, "raw").of(IDS)
    entered = torch.stack([capture(model, [token]).resid[0][0] for token in IDS])
    position = model.network.transformer.wpe.weight[0] if family == "gpt2" else torch.zeros(WIDTH)
    torch.testing.assert_close(raw + position, entered, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "llama", "gemma2", "olmo2", "mixtral"])
@torch.no_grad()
def test_effective_embeddings_add_the_first_mlp_without_attention(family: str) -> None:
    model = load_tiny(family)
    raw, effective = TokenEmbeddings(model, "raw").of(IDS), TokenEmbeddings(model, "mlp0").of(IDS)
    layer = model.structure.layers[0].module
    if family == "gpt2":
        expected = layer.mlp(layer.ln_2(raw))
    elif family == "gpt_neox":
        expected = layer.mlp(layer.post_attention_layernorm(raw))
    elif family == "gemma2":
        expected = layer.post_feedforward_layernorm(layer.mlp(layer.pre_feedforward_layernorm(raw)))
    elif family == "olmo2":
        expected = layer.post_feedforward_layernorm(layer.mlp(raw))
    else:
        expected = layer.mlp(layer.post_attention_layernorm(raw)[None])[0]
    torch.testing.assert_close(effective, raw + expected, rtol=1e-4, atol=1e-4)


def test_tokens_may_be_many_and_come_in_their_order() -> None:
    model = load_tiny("llama")
    embeddings = TokenEmbeddings(model, "mlp0")
    many = embeddings.of(torch.arange(300))
    torch.testing.assert_close(many[[299, 4]], embeddings.of([299, 4]), rtol=1e-4, atol=1e-5)


def test_heads_of_the_first_layer_read_raw_embeddings() -> None:
    model = load_tiny("gpt2")
    effective, raw = TokenEmbeddings(model, "mlp0"), TokenEmbeddings(model, "raw")
    assert torch.equal(effective.read_by(0, IDS), raw.of(IDS))
    assert torch.equal(effective.read_by(1, IDS), effective.of(IDS))
    assert torch.equal(raw.read_by(1, IDS), raw.of(IDS))


def test_the_layer_is_left_as_it_was() -> None:
    model = load_tiny("gpt2")
    before = capture(model, IDS).own_logits
    TokenEmbeddings(model, "mlp0").of(IDS)
    assert torch.equal(capture(model, IDS).own_logits, before)


def test_a_stream_that_begins_otherwise_is_refused() -> None:
    network, tokenizer = tiny("gpt2")
    network.transformer.drop = torch.nn.LayerNorm(WIDTH)
    with pytest.raises(Problem, match="does not begin with its embedding matrix"):
        TokenEmbeddings(connected("normed-embedding", network, tokenizer), "raw")
