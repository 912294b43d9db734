"""Paths: straight ones, ones that return, and what every path must obey."""

import pytest
import torch

from stratascope.numerics.latent_path import path, segment_means, shuffled_alignment


def test_equal_steps_in_one_direction() -> None:
    h = torch.arange(5.0)[None, :, None] * torch.tensor([3.0, 4.0]) + 1
    found = path(h)
    assert float(found.net) == pytest.approx(5.0)
    assert float(found.cumulative) == pytest.approx(4 * float(found.net))
    assert float(found.aligned) == pytest.approx(1.0, abs=1e-6)
    assert found.steps.tolist() == [[5.0] * 4]
    assert found.error < 1e-6
    assert float(shuffled_alignment(h)) < 0.9


def test_a_return_has_no_direction() -> None:
    h = torch.tensor([[[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]]])
    found = path(h)
    assert (float(found.net), float(found.cumulative)) == (0.0, 10.0)
    assert bool(found.aligned.isnan().all())
    assert found.error == 0.0


def test_a_detour_by_hand() -> None:
    found = path(torch.tensor([[[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]]))
    assert float(found.net) == pytest.approx(1.0)
    assert float(found.cumulative) == pytest.approx(2 * 2**0.5)
    assert float(found.aligned) == pytest.approx(0.5**0.5)


def test_random_paths_obey_the_triangle_and_add_up() -> None:
    h = torch.randn(6, 9, 16, generator=torch.Generator().manual_seed(0))
    found = path(h)
    assert bool((found.net * 8 <= found.cumulative).all())
    assert found.error < 1e-6


def test_segments_are_means() -> None:
    x = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(0))
    found = segment_means(x, torch.tensor([0, 0, 0, 1, 1, 1, 2]))
    expected = torch.stack([x[:, :3].mean(1), x[:, 3:6].mean(1), x[:, 6]], 1)
    torch.testing.assert_close(found, expected)
