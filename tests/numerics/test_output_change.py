"""Output change: hand-made distributions, bounds, and chunks that change nothing."""

import math

import pytest
import torch

from stratascope.numerics import output_change as module
from stratascope.numerics.output_change import output_change

IDS = torch.tensor([0, 2, 1])


def test_two_certain_distributions_that_disagree() -> None:
    own, other = 50 * torch.eye(3), 50 * torch.eye(3)[[0, 2, 1]]
    found = output_change(lambda x: x, own, other[None], IDS)
    assert found.l2[0].tolist() == pytest.approx([0.0, math.sqrt(2), math.sqrt(2)], abs=1e-6)
    assert found.kl[0].tolist() == pytest.approx([0.0, 50.0, 50.0], abs=1e-4)
    assert found.flip[0].tolist() == [0.0, 1.0, 1.0]
    assert found.delta_nll[0, :2].tolist() == pytest.approx([0.0, 50.0], abs=1e-4)  # after token 2 comes token 1
    assert math.isnan(found.delta_nll[0, 2])


def test_it_is_written_out_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    weight, own, changed = torch.randn(4, 11), torch.randn(3, 4), torch.randn(5, 3, 4)
    p, q = (own @ weight).softmax(-1), (changed @ weight).softmax(-1)
    monkeypatch.setattr(module, "_CHUNK_BYTES", 4 * 11 * 2)
    found = output_change(lambda x: x @ weight, own, changed, IDS)
    torch.testing.assert_close(found.l2, (p - q).norm(dim=-1))
    torch.testing.assert_close(found.kl, (p * (p / q).log()).sum(-1))
    torch.testing.assert_close(found.flip, (p.argmax(-1) != q.argmax(-1)).float())
    for t in (0, 1):
        torch.testing.assert_close(found.delta_nll[:, t], (p[t, IDS[t + 1]] / q[:, t, IDS[t + 1]]).log())
    assert bool((found.l2 <= math.sqrt(2)).all())
    assert bool((found.kl >= 0).all())


def test_nothing_changed_is_nothing() -> None:
    own = torch.randn(3, 4)
    found = output_change(lambda x: x, own, own[None], IDS)
    assert not found.l2.any()
    assert not found.kl.any()
    assert not found.flip.any()
    assert not found.delta_nll[:, :2].any()
