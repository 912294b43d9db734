"""From stream vectors to logits."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from stratascope.models.norms import norm_facts
from stratascope.models.unembedding import Unembedding


def made(
    bias: bool = True, scale: float = 1.0, softcap: float | None = None
) -> tuple[Unembedding, nn.Module, nn.Linear]:
    torch.manual_seed(0)
    norm, head = nn.LayerNorm(8), nn.Linear(8, 20, bias=bias)
    norm.bias.data += 0.3
    norm.requires_grad_(False), head.requires_grad_(False)
    return Unembedding([norm], head, scale, softcap, norm_facts(norm, 8, torch.device("cpu"))), norm, head


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("scale", "softcap"), [(1.0, None), (0.25, None), (1.0, 0.5), (2.0, 0.5)])
def test_logits_are_norm_then_matrix_then_scale_then_cap(bias: bool, scale: float, softcap: float | None) -> None:
    unembedding, norm, head = made(bias, scale, softcap)
    x = torch.randn(3, 5, 8)
    expected = head(norm(x)) * scale
    expected = expected if softcap is None else softcap * torch.tanh(expected / softcap)
    torch.testing.assert_close(unembedding.logits(x), expected)
    assert (unembedding.bias is None) != bias


def test_projecting_on_some_tokens_gives_their_columns() -> None:
    unembedding, _, _ = made(scale=0.5, softcap=1.0)
    x = torch.randn(4, 8)
    torch.testing.assert_close(unembedding.project(x, [3, 19, 3]), unembedding.logits(x)[:, [3, 19, 3]])
    torch.testing.assert_close(unembedding.project(x, torch.tensor([7])), unembedding.logits(x)[:, [7]])


def test_contributions_of_parts_and_constants_add_up_to_the_logit() -> None:
    unembedding, _, _ = made()
    parts = torch.randn(6, 8)
    frozen = unembedding.frozen(parts.sum(0))
    direction = unembedding.weight[4]
    constant = frozen.constant @ direction + unembedding.bias[4]
    assert float((frozen.apply(parts) @ direction).sum() + constant) == pytest.approx(
        float(unembedding.logits(parts.sum(0))[4]), rel=1e-5
    )


def test_vectors_of_another_format_are_read_in_the_models_own() -> None:
    unembedding, _, _ = made()
    assert unembedding.logits(torch.randn(2, 8, dtype=torch.float64)).dtype == torch.float32
