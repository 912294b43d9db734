"""Successor scores: a planted shift reaches one, a planted copy none, random weights chance."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import HeadGrid
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values
from tests.planted import WORDS, connected, golden_model, words

ID = "attention/successor-score"
ITEMS = [f"w{number}" for number in range(10, 30)]


@cache
def shifting_model() -> Model:
    """One layer of two heads over one-hot tokens: head 0.0 writes the token after the one it reads, head 0.1 the same one."""
    from transformers import GPT2Config, GPT2LMHeadModel

    width = 2 * WORDS
    config = GPT2Config(
        vocab_size=WORDS, n_positions=16, n_embd=width, n_layer=1, n_head=2, n_inner=4, bos_token_id=0, eos_token_id=0
    )
    network = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.transformer.wte.weight[:, :WORDS] = torch.eye(WORDS)
        network.transformer.ln_f.weight.fill_(1.0)
        block = network.transformer.h[0]
        block.ln_1.weight.fill_(1.0)
        for head, written in enumerate((torch.eye(WORDS).roll(1, dims=1), torch.eye(WORDS))):
            inside = slice(head * WORDS, (head + 1) * WORDS)
            block.attn.c_attn.weight[:WORDS, 2 * width :][:, inside] = torch.eye(WORDS)
            block.attn.c_proj.weight[inside, :WORDS] = written
    return connected("planted-successor", network, words(WORDS))


def test_a_planted_shift_scores_one_and_a_planted_copy_none() -> None:
    result = call(ID, shifting_model(), items=ITEMS)
    assert isinstance(result, HeadGrid)
    np.testing.assert_array_equal(values(result, "score"), [[1.0, 0.0]])
    np.testing.assert_array_equal(values(result, "itself"), [[0.0, 1.0]])
    np.testing.assert_array_equal(values(result, "before"), [[0.0, 0.0]])
    assert values(result, "margin")[0, 0, 0] > 0 > values(result, "margin")[0, 0, 1]
    assert values(result, "n_pairs").tolist() == [19]
    assert result.facts["successor_heads"] == ["0.0"]
    assert "Head 0.0 maps 1.00 of the items to the next (chance 0.05" in result.summary


def test_the_last_item_has_a_successor_only_in_a_cycle() -> None:
    result = call(ID, shifting_model(), items=ITEMS, cyclic=True)
    assert values(result, "n_pairs").tolist() == [20]
    assert float(values(result, "score")[0, 0]) == pytest.approx(19 / 20)


def test_reversed_items_are_mapped_to_the_one_before() -> None:
    result = call(ID, shifting_model(), items=ITEMS[::-1])
    assert float(values(result, "score")[0, 0]) == 0.0
    assert float(values(result, "before")[0, 0]) == 1.0


@pytest.mark.parametrize("embedding", ["raw", "mlp0"])
def test_random_weights_score_around_chance(embedding: str) -> None:
    result = call(ID, golden_model(), items=[f"w{number}" for number in range(1, 64)], embedding=embedding)
    assert abs(float(values(result, "score").mean()) - 1 / 63) < 0.03


def test_letters_of_a_byte_level_vocabulary_are_found_without_a_space() -> None:
    result = call(ID, load_tiny("gpt2"))
    assert result.coords["list"] == ["numbers", "letters"]
    assert values(result, "n_pairs").tolist() == [8, 25]
    assert "left out: 191 of numbers." in result.warnings[0]
    assert "Orders with too few single tokens are left out: number words, ordinals" in result.warnings[1]


def test_head_0_2_of_the_bundled_model_knows_what_comes_next() -> None:
    result = call(ID, specimen())
    score, by_list = values(result, "score"), values(result, "by_list")
    assert result.facts["best"]["head"] == "0.2"
    assert float(score[0, 2]) == pytest.approx(0.52, abs=0.02)
    assert result.facts["best"]["before"] < 0.05
    assert np.delete(score.ravel(), 2).max() < 0.25
    ordinals = dict(zip(result.coords["list"], by_list[:, 0, 2].tolist(), strict=True))
    assert ordinals["ordinals"] == pytest.approx(8 / 9, abs=1e-6)
    assert ordinals["weekdays"] == pytest.approx(4 / 7, abs=1e-6)
    assert ordinals["letters"] == pytest.approx(0.2, abs=1e-6)
    assert result.facts["successor_heads"] == ["0.2"]
    assert check(result, "reproduces_heads").verdict == "ok"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"items": ["w1", "w2"]}, "An order needs at least 3 items; got 2"),
        ({"lists": []}, "No order is chosen"),
        ({"lists": ["weekdays"]}, "Only 0 of 'weekdays' are single tokens; at least 3 consecutive ones are needed"),
        ({"items": ["w1", "w2", "no", "w4", "w5"]}, "Only 4 of 'own items' are single tokens"),
    ],
)
def test_orders_that_cannot_be_asked_for_are_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem, match=message):
        call(ID, golden_model(), **params)


def test_items_that_occur_twice_count_once() -> None:
    result = call(ID, shifting_model(), items=["w1", "w2", "w3", "w1"])
    assert values(result, "n_pairs").tolist() == [2]
    assert values(result, "dropped").tolist() == [1]
