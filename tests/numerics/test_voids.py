"""L2 adaptive computation by hand."""

import torch

from stratascope.numerics.voids import activated, growth, last_activated, thresholds

DELTA = torch.tensor([[3.0, 0.0], [1.0, -1.0], [2.0, 0.5], [0.1, 2.0]])


def test_thresholds_follow_the_layers_before() -> None:
    torch.testing.assert_close(thresholds(DELTA, 0.8)[:, 0], torch.tensor([0.0, 0.0, 1.6, 1.6]))
    torch.testing.assert_close(thresholds(DELTA, 0.8)[:, 1], torch.tensor([0.0, 0.0, 0.8, 1.2]))


def test_activated_layers() -> None:
    assert activated(DELTA, 0.8).T.tolist() == [[True, True, True, False], [True, False, False, True]]
    assert torch.equal(activated(DELTA, 0.0), DELTA >= 0)
    assert activated(torch.zeros(5, 2), 1.0).all()


def test_raising_alpha_only_makes_voids() -> None:
    delta = torch.randn(8, 100, generator=torch.Generator().manual_seed(0))
    for low, high in ((0.0, 0.3), (0.3, 1.0)):
        assert not (activated(delta, high) & ~activated(delta, low)).any()


def test_growth_and_the_last_activated_row() -> None:
    assert growth(torch.tensor([[1.0], [4.0], [2.0]])).tolist() == [[3.0], [-2.0]]
    active = torch.tensor([[True, False, False], [False, False, True], [True, False, False]])
    assert last_activated(active).tolist() == [3, 0, 2]
