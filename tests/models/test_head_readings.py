"""One head through the vocabulary: blocks and ranks against the whole tables."""

import pytest
import torch

from stratascope.models.head_probe import feeds
from stratascope.models.head_readings import HeadReadings
from stratascope.models.head_weights import HeadReader
from stratascope.models.model import Model
from stratascope.models.token_embeddings import TokenEmbeddings
from tests.families import load_tiny
from tests.planted import INDUCTION_HEAD, WORDS, golden_model, induction_model

SAMPLE = list(range(5, 60, 3))


def whole(model: Model, layer: int, head: int) -> tuple[torch.Tensor, torch.Tensor]:
    """OV logits [read, written] of the whole vocabulary and QK scores [query, key] of the sample, above their means."""
    weights = HeadReader(model).layer(layer)
    x = TokenEmbeddings(model, "mlp0").read_by(layer, torch.arange(model.vocabulary))
    y = weights.read(x)
    plain = weights.norm.freeze(x).apply(x)
    written = plain @ weights.value[head] @ weights.output[head]
    facts = model.unembedding.facts
    logits = (
        (written - written.mean(-1, keepdim=True) if facts.centred else written)
        * facts.gain
        @ model.unembedding.weight.T
    )
    query = y[SAMPLE] @ weights.query[head] + weights.query_bias[head]
    key = y[SAMPLE] @ weights.key[head] + weights.key_bias[head]
    scores = query @ key.T * weights.scaling
    return logits - logits.mean(-1, keepdim=True), scores - scores.mean(-1, keepdim=True)


@pytest.mark.parametrize("model", [golden_model, lambda: load_tiny("llama")], ids=["gpt2", "llama"])
@torch.no_grad()
def test_lists_and_pairs_are_the_largest_of_the_whole_tables(model: object) -> None:
    loaded: Model = model()  # type: ignore[operator]
    layer, head = 1, 1
    readings = HeadReadings(loaded, HeadReader(loaded), layer, head, "mlp0", SAMPLE)
    logits, scores = whole(loaded, layer, head)
    up, down, own = readings.raised([7, 30], 4)
    torch.testing.assert_close(up.values, logits[[7, 30]].topk(4).values, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(down.values, -(-logits[[7, 30]]).topk(4).values, rtol=1e-3, atol=1e-4)
    assert int(own[1]) == int((logits[30] >= logits[30, 30] - 1e-5).sum())
    writes = readings.strongest_writes(6)
    torch.testing.assert_close(writes.values, logits[SAMPLE].flatten().topk(6).values, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(logits[writes.first, writes.second], writes.values, rtol=1e-3, atol=1e-4)
    looks = readings.strongest_looks(6)
    torch.testing.assert_close(looks.values, scores.flatten().topk(6).values, rtol=1e-3, atol=1e-4)
    sought = readings.sought([SAMPLE[3]], 2)
    torch.testing.assert_close(sought.values[0], scores[3].topk(2).values, rtol=1e-3, atol=1e-4)
    assert set(sought.ids.flatten().tolist()) <= set(SAMPLE)


def test_the_planted_induction_head_raises_what_it_reads_and_looks_for_nothing_it_has_not_met() -> None:
    model = induction_model()
    readings = HeadReadings(model, HeadReader(model), *INDUCTION_HEAD, "raw", list(range(1, WORDS)))
    up, _, own = readings.raised([7, 30], 1)
    assert up.ids.flatten().tolist() == [7, 30]
    assert own.tolist() == [1, 1]
    copied = readings.copying(seed=0)
    assert copied.score > 0.95 > copied.control
    assert int((copied.ranks == 1).sum()) == WORDS - 1
    assert float(readings.strongest_looks(5).values.abs().max()) < 0.05


def test_a_planted_previous_token_head_is_asked_about_by_the_induction_head() -> None:
    model = induction_model()
    fed = feeds(model, HeadReader(model), *INDUCTION_HEAD, seed=0)
    assert float(fed["key"].scores[0, 0]) == pytest.approx(1 / 8, abs=1e-3), (
        "all of 64 equal directions lie in 64 others"
    )
    assert fed["key"].control == pytest.approx(1 / 16, abs=2e-3)
    assert float(fed["key"].scores[0, 0]) > 1.5 * fed["key"].bound
    assert float(fed["query"].scores[0, 0]) < 0.1 * fed["query"].control
    assert bool(fed["key"].scores[1].isnan().all())
    assert bool(feeds(model, HeadReader(model), 0, 0, seed=0)["key"].scores.isnan().all())
