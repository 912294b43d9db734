"""Attention between groups of positions, by hand."""

import pytest
import torch

from stratascope.numerics.attention import uniform_pattern
from stratascope.numerics.spans import span_attention, span_mass

GROUPS = [[0], [1, 2], [3, 5], [4]]
SEEN = torch.ones(6, 6).tril().bool()


def test_mass_is_the_mean_over_queries_of_sums_over_keys() -> None:
    torch.manual_seed(0)
    pattern = torch.rand(2, 6, 6).tril()
    found = span_mass(pattern, GROUPS)
    expected = sum(pattern[1, t, s] for t in (3, 5) for s in (1, 2)) / 2
    assert float(found[1, 2, 1]) == pytest.approx(float(expected), rel=1e-6)
    assert found.shape == (2, 4, 4)


def test_uniform_attention_is_enriched_nowhere() -> None:
    found = span_attention(uniform_pattern(6), SEEN, GROUPS, "enrichment", exclude_self=False)
    torch.testing.assert_close(found[~found.isnan()], torch.ones(int((~found.isnan()).sum())))
    assert found[1, 2].isnan()
    assert not found[3, 2].isnan()


def test_per_token_divides_by_the_size_of_the_span_looked_at() -> None:
    mass = span_attention(uniform_pattern(6), SEEN, GROUPS, "mass", exclude_self=False)
    each = span_attention(uniform_pattern(6), SEEN, GROUPS, "per_token", exclude_self=False)
    torch.testing.assert_close(each[2], mass[2] / torch.tensor([1.0, 2, 2, 1]))
    torch.testing.assert_close(mass[2].sum(), torch.tensor(1.0))


def test_without_itself_a_single_token_gives_its_span_nothing() -> None:
    found = span_attention(uniform_pattern(6), SEEN, GROUPS, "mass", exclude_self=True)
    assert found[3, 3].isnan()
    assert float(found[2, 2]) == pytest.approx((0 + 1 / 6) / 2)
