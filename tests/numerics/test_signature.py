"""The signature of predictions, against its definition."""

import pytest
import torch

from stratascope.numerics import decoding
from stratascope.numerics.signature import least_likely, signature
from tests.numerics.heads import random_head, stream


@pytest.mark.parametrize("chunk", [1, 1 << 24])
def test_signatures_equal_their_definition(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    head, x, came = random_head(200), stream()[-1], torch.tensor([1, 5, 199, 0, 7, 8, 9])
    found = signature(head, x, came, 200)
    log_p = head.logits(x).log_softmax(-1).float()
    ordered = log_p.sort(descending=True).values
    torch.testing.assert_close(found.sorted, ordered, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.sorted.exp().sum(-1), torch.ones(7))
    torch.testing.assert_close(found.actual, log_p[range(7), came], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.actual, found.sorted[range(7), found.place])
    torch.testing.assert_close(found.entropy, -(log_p.exp() * log_p).sum(-1), atol=1e-5, rtol=1e-5)
    assert signature(head, x, came, 3).sorted.shape == (7, 3)


def test_the_lowest_share_is_at_least_one_value() -> None:
    values = torch.tensor([-1.0, -5.0, -2.0, -3.0, -0.5, -0.1, -0.2, -0.3, -0.4, -4.0])
    assert least_likely(values, 0.2) == pytest.approx(-4.5)
    assert least_likely(values[:3], 0.2) == pytest.approx(-5.0)
