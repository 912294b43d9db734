"""Circuits of heads in factors, against the products written out."""

import pytest
import torch

from stratascope.numerics.circuits import copying, eigenvalues, folded_readout, own_rank, random_copying

WIDTH = 6


def circuit(matrix: torch.Tensor) -> torch.Tensor:
    """The copying score of a head whose W_V W_O is this matrix, between embeddings and a readout that are the identity."""
    return copying(eigenvalues(torch.eye(WIDTH)[None], matrix[None], torch.eye(WIDTH)))[0]


def test_projections_copy_their_negatives_suppress_and_quarter_turns_do_neither() -> None:
    projection = torch.diag(torch.tensor([1.0, 1, 1, 0, 0, 0]))
    turn = torch.block_diag(*[torch.tensor([[0.0, 1.0], [-1.0, 0.0]])] * 3)
    assert float(circuit(projection)) == pytest.approx(1.0)
    assert float(circuit(-projection)) == pytest.approx(-1.0)
    assert float(circuit(turn)) == pytest.approx(0.0, abs=1e-12)
    assert circuit(torch.zeros(WIDTH, WIDTH)).isnan()


def test_eigenvalues_are_those_of_the_whole_circuit() -> None:
    torch.manual_seed(0)
    embeddings, readout = torch.randn(20, WIDTH), torch.randn(20, WIDTH)
    value, output = torch.randn(2, WIDTH, 3), torch.randn(2, 3, WIDTH)
    found = eigenvalues(value, output, readout.T @ embeddings)
    for head in range(2):
        whole = torch.linalg.eigvals((embeddings @ value[head] @ output[head] @ readout.T).double())
        whole = whole[whole.abs().argsort(descending=True)[:3]]
        assert float(found[head].sum().real) == pytest.approx(float(whole.sum().real), rel=1e-4)
        torch.testing.assert_close(found[head].abs().sort().values, whole.abs().sort().values, rtol=1e-3, atol=1e-4)


def test_random_heads_score_around_zero() -> None:
    found = random_copying(torch.eye(32), 8, 200)
    assert found.shape == (200,)
    assert abs(float(found.mean())) < 0.05
    assert 0.05 < float(found.abs().quantile(0.95)) < 0.9


def test_ranks_of_own_tokens_are_those_of_sorted_logits() -> None:
    torch.manual_seed(1)
    readout, written, ids = torch.randn(5000, WIDTH), torch.randn(3, 4, WIDTH), torch.tensor([0, 7, 2048, 4999])
    order = (written @ readout.T).argsort(-1, descending=True)
    top = torch.stack([(order[:, i] == token).nonzero()[:, 1] + 1 for i, token in enumerate(ids)], dim=1)
    found = own_rank(written, readout, ids)
    assert torch.equal(found[0], top)
    assert torch.equal(found[1], 5001 - top)


def test_a_folded_readout_reads_what_the_norm_passes_on() -> None:
    torch.manual_seed(2)
    readout, gain, x = torch.randn(9, WIDTH), torch.rand(WIDTH), torch.randn(4, WIDTH)
    expected = (x - x.mean(-1, keepdim=True)) * gain @ readout.T
    torch.testing.assert_close(x @ folded_readout(readout, gain, centred=True).T, expected)
    torch.testing.assert_close(x @ folded_readout(readout, gain, centred=False).T, x * gain @ readout.T)
