"""Choosing tokens: greedy is the largest logit, sampling the inverse of the distribution function, for all rows at once."""

import pytest
import torch

from stratascope.numerics.sampling import pick


def test_temperature_0_takes_the_likeliest_whatever_the_random_number() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [5.0, 3.0, 1.0]])
    assert [pick(logits, u).tolist() for u in (0.0, 0.999)] == [[1, 0], [1, 0]]


def test_frequencies_over_uniform_numbers_are_the_probabilities() -> None:
    logits = torch.tensor([[0.5, -1.0, 2.0, 0.0]])
    drawn = torch.cat([pick(logits, (i + 0.5) / 4000, temperature=0.7) for i in range(4000)])
    expected = (logits[0].double() / 0.7).softmax(-1)
    torch.testing.assert_close(drawn.bincount(minlength=4) / 4000, expected.float(), atol=5e-4, rtol=0)


@pytest.mark.parametrize(("top_p", "kept"), [(0.01, {2}), (0.6, {2, 0}), (1.0, {0, 1, 2, 3})])
def test_the_nucleus_holds_the_fewest_tokens_that_reach_its_share(top_p: float, kept: set[int]) -> None:
    logits = torch.tensor([[0.3, 0.12, 0.5, 0.08]]).log()
    drawn = {int(pick(logits, (i + 0.5) / 500, temperature=1.0, top_p=top_p)) for i in range(500)}
    assert drawn == kept


def test_equal_rows_get_the_same_token_and_never_one_without_probability() -> None:
    logits = torch.tensor([[float("-inf"), 1.0, 1.0, float("-inf")]] * 3)
    for i in range(100):
        ids = pick(logits, i / 100, temperature=1.3).tolist()
        assert len(set(ids)) == 1
        assert ids[0] in (1, 2)
    assert pick(logits, 0.9999999999, temperature=1.0).tolist() == [2, 2, 2]
