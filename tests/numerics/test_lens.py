"""The lens kernel: equal to its definition, whatever the chunk, and right about planted directions."""

from typing import Any

import pytest
import torch
from torch.nn.functional import kl_div

from stratascope.numerics.lens import best, lens_rows, row_labels
from tests.numerics.heads import HandHead, random_head, stream


@pytest.mark.parametrize("more", [{}, {"scale": 0.25}, {"softcap": 2.0}, {"scale": 3.0, "softcap": 5.0}])
@pytest.mark.parametrize("vocabulary", [37, 700])
@pytest.mark.parametrize("chunk_bytes", [1, 20_000, 1 << 30])
def test_rows_equal_the_definition(more: dict[str, Any], vocabulary: int, chunk_bytes: int) -> None:
    head, x = random_head(vocabulary, **more), stream()
    found = lens_rows(head, x, top_k=4, targets=[3, 30], chunk_bytes=chunk_bytes)
    z = head.logits(x)
    log_p = z.log_softmax(-1)
    torch.testing.assert_close(found.topk_logit.double(), z.topk(4).values, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.topk_ids.long(), z.topk(4).indices)
    torch.testing.assert_close(found.topk_logprob.double(), log_p.topk(4).values, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.entropy.double(), -(log_p.exp() * log_p).sum(-1), atol=1e-5, rtol=1e-5)
    expected = kl_div(log_p, log_p[-1].expand_as(log_p), reduction="none", log_target=True).sum(-1)
    torch.testing.assert_close(found.kl.double(), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.target_logprob.double(), log_p[..., [3, 30]], atol=1e-5, rtol=1e-5)
    ranks = 1 + (z[..., None, :] > z[..., [3, 30], None]).sum(-1)
    assert found.target_rank.tolist() == ranks.tolist()


def test_kl_of_the_last_row_is_zero_and_another_reference_can_be_given() -> None:
    head, x = random_head(60), stream()
    assert float(lens_rows(head, x).kl[-1].max()) < 1e-6
    other = head.logits(x[0] * 2).float()
    found = lens_rows(head, x, lambda start, stop: other[start:stop], chunk_bytes=2000)
    log_q = other.log_softmax(-1)
    expected = kl_div(
        head.logits(x).float().log_softmax(-1), log_q.expand(5, -1, -1), reduction="none", log_target=True
    ).sum(-1)
    torch.testing.assert_close(found.kl, expected, atol=1e-5, rtol=1e-5)


def test_large_equal_logits_do_not_cancel() -> None:
    head, x = random_head(500), stream()
    shifted = HandHead(head.weight, head.bias + 1000.0 if head.bias is not None else None)
    plain, moved = lens_rows(head, x), lens_rows(shifted, x)
    torch.testing.assert_close(plain.entropy, moved.entropy, atol=2e-3, rtol=0)
    torch.testing.assert_close(plain.kl, moved.kl, atol=2e-3, rtol=0)


def test_planted_direction_ranks_first() -> None:
    width = 48
    orthogonal, _ = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(2)))
    planted = torch.tensor([[5, 11], [40, 0]])
    found = lens_rows(HandHead(orthogonal), 7.0 * orthogonal[planted], top_k=1, targets=planted.flatten().tolist())
    assert found.topk_ids[..., 0].tolist() == planted.tolist()
    assert [found.target_rank[i // 2, i % 2, i].item() for i in range(4)] == [1, 1, 1, 1]


def test_ties_share_the_better_rank() -> None:
    weight = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    found = lens_rows(HandHead(weight, normed=lambda x: x), torch.tensor([[[2.0, 1.0]]]), top_k=3, targets=[0, 1, 2])
    assert found.target_rank.tolist() == [[[1, 1, 3]]]


def test_without_norm_the_vector_is_decoded_as_it_is() -> None:
    head, x = random_head(90), stream()
    assert head.bias is not None
    expected = (x @ head.weight.T + head.bias).topk(3).values
    torch.testing.assert_close(lens_rows(head, x, top_k=3, norm=False).topk_logit, expected, atol=1e-4, rtol=1e-4)


def test_last_positions_are_decoded_first_and_reported() -> None:
    head, x = random_head(60), stream()
    seen: list[tuple[int, int, list[bool]]] = []

    def report(rows: Any, done: int, total: int) -> None:
        seen.append((done, total, (rows.topk_ids[0, :, 0] >= 0).tolist()))

    lens_rows(head, x, chunk_bytes=60 * 4 * 5 * 3, report=report)
    assert [(done, total) for done, total, _ in seen] == [(3, 7), (6, 7), (7, 7)]
    assert seen[0][2] == [False] * 4 + [True] * 3
    assert seen[1][2] == [False] + [True] * 6


def test_gap_is_measured_against_the_logits_given() -> None:
    head, x = random_head(60), stream()
    own = head.logits(x[-1, -1]).float()
    assert float(lens_rows(head, x, own=own).gap) < 1e-5
    own[17] += 0.5
    assert float(lens_rows(head, x, own=own, chunk_bytes=1).gap) == pytest.approx(0.5, abs=1e-5)


def test_screen_finds_the_same_tokens_and_close_moments() -> None:
    head, x = random_head(4000, width=64), stream(rows=6, positions=9, width=64)
    exact = lens_rows(head, x, top_k=10, targets=[1, 3999])
    screened = lens_rows(head, x, top_k=10, targets=[1, 3999], precision="screen", own=head.logits(x[-1, -1]).float())
    assert [set(ids) for ids in screened.topk_ids.flatten(0, 1).tolist()] == [
        set(ids) for ids in exact.topk_ids.flatten(0, 1).tolist()
    ]
    torch.testing.assert_close(screened.topk_logit, exact.topk_logit, atol=1e-5, rtol=1e-5)
    for name in ("entropy", "kl", "logsumexp", "target_logprob"):
        torch.testing.assert_close(getattr(screened, name), getattr(exact, name), atol=1e-2, rtol=0)
    assert float(screened.gap) < 1e-4


def test_half_precision_weights_are_multiplied_as_they_are() -> None:
    head, x = random_head(300), stream()
    half = HandHead(head.weight.bfloat16(), head.bias)
    found = lens_rows(half, x, top_k=3)
    normed = head.norm(x).bfloat16() @ half.weight.T
    assert head.bias is not None
    torch.testing.assert_close(found.topk_logit, (normed.float() + head.bias).topk(3).values, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("size", [3, 64, 127, 128, 129, 1000, 5003])
@pytest.mark.parametrize("k", [1, 3, 50])
def test_best_is_topk(size: int, k: int) -> None:
    k = min(k, size)
    z = torch.randn(2, 3, size, generator=torch.Generator().manual_seed(size + k))
    values, ids = best(z, k)
    expected = z.topk(k)
    assert torch.equal(values, expected.values)
    assert torch.equal(ids, expected.indices)


def test_best_of_a_row_whose_best_share_one_block() -> None:
    z = torch.zeros(1, 6400)
    z[0, 128:178] = torch.arange(50.0) + 1
    assert best(z, 50)[1][0].tolist() == list(range(177, 127, -1))


def test_row_labels_name_what_enters_each_layer() -> None:
    assert row_labels(3) == ["emb", "1", "2", "out"]
