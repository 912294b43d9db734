"""What a norm does is read off its outputs, whatever its class."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from transformers.models.gemma2.modeling_gemma2 import Gemma2RMSNorm
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from stratascope.models.norms import identity_facts, norm_facts

CPU = torch.device("cpu")


def moved(norm: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    for parameter in norm.parameters():
        parameter.data += 0.5 * torch.randn_like(parameter)
    return norm


@pytest.mark.parametrize("width", [1 << 5, 33])
@pytest.mark.parametrize(
    ("kind", "centred", "epsilon"),
    [(nn.LayerNorm, True, 1e-5), (LlamaRMSNorm, False, 1e-6), (Gemma2RMSNorm, False, 1e-6)],
)
def test_gain_constant_centring_and_epsilon_are_found(kind: type, centred: bool, epsilon: float, width: int) -> None:
    norm = moved(kind(width, eps=epsilon))
    facts = norm_facts(norm, width, CPU)
    gain = norm.weight + 1 if kind is Gemma2RMSNorm else norm.weight
    torch.testing.assert_close(facts.gain, gain, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(facts.constant, getattr(norm, "bias", torch.zeros(width)), rtol=0, atol=1e-7)
    assert facts.centred == centred
    assert facts.epsilon == pytest.approx(epsilon, rel=1e-3)
    assert facts.error <= 1e-6


def test_terms_of_a_sum_go_through_a_frozen_norm_one_by_one() -> None:
    norm = moved(nn.LayerNorm(16))
    terms = torch.randn(5, 3, 16)
    frozen = norm_facts(norm, 16, CPU).freeze(terms.sum(0))
    images = sum(frozen.apply(term) for term in terms)
    torch.testing.assert_close(images + frozen.constant, norm(terms.sum(0)), rtol=1e-5, atol=1e-5)


def test_no_norm_is_the_identity() -> None:
    x = torch.randn(4, 8)
    assert torch.equal(identity_facts(8, CPU).freeze(x).apply(x), x)


class NotANorm(nn.Module):
    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        return x + other


class Squashing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x)


@pytest.mark.parametrize("module", [NotANorm(), Squashing(), nn.Linear(8, 8)])
def test_what_is_no_norm_is_told_by_its_error(module: nn.Module) -> None:
    assert norm_facts(module, 8, CPU).error > 1e-2
