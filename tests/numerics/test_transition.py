"""From current to next token: cosines, probabilities and divergences against their definitions."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

from stratascope.numerics import decoding
from stratascope.numerics.transition import (
    best_tokens,
    direction_cosines,
    reference_divergence,
    switch_row,
    token_probabilities,
)
from tests.numerics.heads import random_head, stream


@pytest.mark.parametrize("chunk", [1, 1 << 24])
def test_probabilities_ranks_and_divergences(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    head, x = random_head(90), stream()
    ids = torch.tensor([[1, 5, 89, 0, 7, 8, 9], [5, 89, 0, 7, 8, 9, -1]])
    probability, rank = token_probabilities(head, x, ids)
    p = head.logits(x).softmax(-1).float()
    for series in range(2):
        at = ids[series].clamp(min=0).expand(5, -1)[..., None]
        known = slice(None) if series == 0 else slice(0, 6)
        torch.testing.assert_close(probability[series][:, known], p.gather(-1, at)[:, known, 0], atol=1e-6, rtol=1e-4)
        counted = 1.0 + (p > p.gather(-1, at)).sum(-1)
        torch.testing.assert_close(rank[series][:, known], counted[:, known])
    assert bool(probability[1, :, -1].isnan().all())
    reference = stream(rows=1, seed=5)[0]
    q = head.logits(reference).softmax(-1).float()
    middle = (p + q) / 2
    js = ((p * (p / middle).log()).sum(-1) + (q * (q / middle).log()).sum(-1)) / 2
    torch.testing.assert_close(reference_divergence(head, x, reference), js, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(best_tokens(head, x[-1]), p[-1].argmax(-1))


def test_cosines_are_taken_from_the_centre() -> None:
    x, centre, toward = stream(), stream(seed=3).mean(1), stream(rows=2, seed=4)
    found = direction_cosines(x, centre, *toward)
    for series in range(2):
        expected = cosine_similarity(x - centre[:, None], toward[series][None], dim=-1)
        torch.testing.assert_close(found[series], expected)
    assert bool(direction_cosines(x, centre, torch.zeros(7, 24), toward[1])[0].isnan().all())


def test_the_switch_is_the_last_crossing() -> None:
    one = torch.tensor([1.0, 1.0, 1.0, 1.0])
    assert switch_row(one, torch.tensor([0.0, 2.0, 0.0, 2.0])) == 3
    assert switch_row(one, torch.tensor([2.0, 2.0, 2.0, 2.0])) == 0
    assert switch_row(one, torch.tensor([2.0, 2.0, 2.0, 0.0])) is None
