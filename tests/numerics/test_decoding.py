"""Decoding in chunks: the same logits however few positions fit."""

import pytest
import torch

from stratascope.numerics import decoding
from stratascope.numerics.decoding import logit_chunks, output_gap, token_logprobs
from tests.numerics.heads import random_head, stream


@pytest.mark.parametrize("chunk", [1, 3 * 4 * 5 * 300, 1 << 24])
def test_chunks_are_the_whole(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    head, x = random_head(300, softcap=4.0), stream()
    pieces = list(logit_chunks(head, x))
    assert [place for here, _ in pieces for place in range(here.start, here.stop)] == list(range(7))
    assert max(z.shape[1] for _, z in pieces) == {1: 1, 3 * 4 * 5 * 300: 3, 1 << 24: 7}[chunk]
    torch.testing.assert_close(torch.cat([z for _, z in pieces], 1), head.logits(x).float(), atol=1e-5, rtol=1e-5)
    expected = head.logits(x).log_softmax(-1)[..., [7, 299]].float()
    torch.testing.assert_close(token_logprobs(head, x, [7, 299]), expected, atol=1e-5, rtol=1e-5)


def test_the_gap_is_that_of_the_last_row_and_position() -> None:
    head, x = random_head(50), stream()
    own = head.logits(x[-1, -1]).float()
    own[3] -= 2.0
    assert output_gap(head, x, own) == pytest.approx(2.0, abs=1e-5)
