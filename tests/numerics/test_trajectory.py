"""The trajectory: equal to its definitions, and its identities."""

import math
from typing import get_args

import pytest
import torch
from torch.nn.functional import kl_div

from stratascope.numerics import trajectory as module
from stratascope.numerics.trajectory import Metric, trajectory, violation
from tests.numerics.heads import HandHead, random_head, stream

METRICS = get_args(Metric)


def measure(head: HandHead, x: torch.Tensor, targets: torch.Tensor | None, k: int = 5) -> dict[str, torch.Tensor]:
    return trajectory(head, x, metrics=METRICS, targets=targets, k=k, own=head.logits(x[-1, -1]).float())[0]


@pytest.mark.parametrize("chunk", [1, 1 << 24])
def test_measures_equal_their_definitions(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_BYTES", chunk)
    head, x = random_head(300), stream()
    targets = torch.tensor([4, 8, 15, 16, 23, 42, -1])
    found = measure(head, x, targets)
    z = head.logits(x).float()
    log_p = z.log_softmax(-1)
    log_q = log_p[-1].expand_as(log_p)
    middle = ((log_p.exp() + log_q.exp()) / 2).log()
    at = targets.clamp(min=0).expand(5, -1)[..., None]

    def divergence(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return kl_div(b, a, reduction="none", log_target=True).sum(-1)

    expected = {
        "entropy": -(log_p.exp() * log_p).sum(-1),
        "kl": divergence(log_q, log_p),
        "reverse_kl": divergence(log_p, log_q),
        "js": (divergence(log_p, middle) + divergence(log_q, middle)) / 2,
        "tv": (log_p.exp() - log_q.exp()).abs().sum(-1) / 2,
        "target_logprob": log_p.gather(-1, at).squeeze(-1),
        "target_rank": 1.0 + (z > z.gather(-1, at)).sum(-1),
        "margin": z.topk(2).values[..., 0] - z.topk(2).values[..., 1],
        "ce": -log_p.gather(-1, at).squeeze(-1),
    }
    for name, values in expected.items():
        columns = slice(None, -1) if name in module.TARGETED else slice(None)
        torch.testing.assert_close(found[name][:, columns], values[:, columns], atol=2e-5, rtol=2e-5)
    top = z.topk(5).indices.tolist()
    shares = [[len(set(a) & set(b)) / 5 for a, b in zip(row, top[-1], strict=True)] for row in top]
    torch.testing.assert_close(found["overlap"], torch.tensor(shares))


def test_no_target_is_undefined_and_only_there() -> None:
    found = measure(random_head(50), stream(), torch.tensor([1, 2, 3, 4, 5, 6, -1]))
    for name in ("target_logprob", "target_rank", "ce"):
        assert bool(found[name][:, -1].isnan().all())
        assert bool(found[name][:, :-1].isfinite().all())
    assert bool(found["delta_logprob"][0].isnan().all() and found["delta_logprob"][:, -1].isnan().all())


def test_last_row_is_at_distance_zero() -> None:
    found = measure(random_head(50), stream(), None)
    for name in ("kl", "reverse_kl", "js", "tv"):
        assert float(found[name][-1].abs().max()) < 1e-6
    assert found["overlap"][-1].tolist() == [1.0] * 7
    assert found["target_rank"][-1].tolist() == [1.0] * 7


def test_steps_of_the_log_probability_add_up() -> None:
    found = measure(random_head(80), stream(), torch.arange(7))
    logprob = found["target_logprob"]
    torch.testing.assert_close(found["delta_logprob"][1:].sum(0), logprob[-1] - logprob[0], atol=1e-5, rtol=0)


def test_an_output_that_is_not_the_last_row() -> None:
    """Against an output of its own every row but the last is measured as if the output were the last row."""
    head, x = random_head(80), stream()
    whole, _ = trajectory(head, x, metrics=METRICS, targets=None, own=head.logits(x[-1, -1]).float())
    part, gap = trajectory(head, x[:-1], metrics=METRICS, targets=None, own=head.logits(x[-1, -1]).float(), final=x[-1])
    for name in METRICS:
        torch.testing.assert_close(part[name], whole[name][:-1], atol=1e-5, rtol=1e-5, equal_nan=True)
    assert gap < 1e-5


def test_uniform_rows_have_entropy_ln_v_and_no_margin() -> None:
    found = measure(HandHead(torch.zeros(64, 24)), stream(), torch.zeros(7, dtype=torch.long))
    torch.testing.assert_close(found["entropy"], torch.full((5, 7), math.log(64)))
    assert float(found["margin"].max()) == 0.0


def test_violation_is_zero_for_measures_and_finds_a_broken_one() -> None:
    found = measure(random_head(80), stream(), None)
    assert violation(found) < 1e-6
    assert violation(found | {"js": found["js"] + 1.0}) > 0.3
    assert violation(found | {"tv": found["tv"] * 100}) > 1.0
    assert violation(found | {"entropy": found["entropy"] - 100}) > 1.0


def test_gap_compares_the_last_position() -> None:
    head, x = random_head(50), stream()
    own = head.logits(x[-1, -1]).float()
    own[3] -= 2.0
    _, gap = trajectory(head, x, metrics=["entropy"], targets=None, own=own)
    assert gap == pytest.approx(2.0, abs=1e-5)


def test_tokens_that_cannot_be_predicted_leave_every_measure_finite() -> None:
    head, x = random_head(60), stream()
    assert head.bias is not None
    head.bias[7] = float("-inf")
    found = measure(head, x, torch.arange(7) + 10)
    log_p = head.logits(x).log_softmax(-1).float()
    kept = [i for i in range(60) if i != 7]
    p = log_p[..., kept]
    torch.testing.assert_close(found["entropy"], -(p.exp() * p).sum(-1), atol=1e-5, rtol=1e-5)
    assert all(bool(values[1:].isfinite().all()) for values in found.values())
