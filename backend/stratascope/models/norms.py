"""The linear part of a normalisation, with its statistics frozen at given inputs.

A norm divides by a number that depends on its whole input, so it cannot be split over the terms of a sum. Once that
number is held fixed what remains is linear, and the split is exact. What a norm module does (gain, additive part,
centring, epsilon) is read off its outputs rather than off its class: every family has its own norm, with weights
around zero or around one, with or without a mean.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

_LOUD, _QUIET = 64.0, 2.0**-10


@dataclass(frozen=True)
class NormFacts:
    """What a norm does to x: (x − mean if `centred`) / sqrt(mean square + `epsilon`) · `gain` + `constant`.

    `gain` and `constant` are float32 [width]. An `epsilon` of None means that nothing is divided: no norm at all.
    `error` is the largest deviation from the module's own output on random input, relative to its largest output.
    """

    gain: Tensor
    constant: Tensor
    centred: bool
    epsilon: float | None
    error: float = 0.0

    def freeze(self, x: Tensor) -> FrozenNorm:
        """The linear map that this norm is at x, [..., width]."""
        return FrozenNorm(self, self._inverse_deviation(x.float()))

    def _inverse_deviation(self, x: Tensor) -> Tensor:
        if self.epsilon is None:
            return x.new_ones((*x.shape[:-1], 1))
        x = x - x.mean(-1, keepdim=True) if self.centred else x
        return (x.square().mean(-1, keepdim=True) + self.epsilon).rsqrt()


@dataclass(frozen=True)
class FrozenNorm:
    """A norm with its statistics held at one input: linear up to `constant`.

    `inverse_deviation` is [..., 1] over the leading axes of that input.
    """

    facts: NormFacts
    inverse_deviation: Tensor

    @property
    def constant(self) -> Tensor:
        """The additive part, float32 [width]: what the norm adds whatever its input is."""
        return self.facts.constant

    def apply(self, component: Tensor) -> Tensor:
        """What a term of the input, [..., width], becomes. The terms' images and `constant` add up to the norm."""
        component = component.float()
        if self.facts.centred:
            component = component - component.mean(-1, keepdim=True)
        return component * self.inverse_deviation * self.facts.gain

    def pull_back(self, reading: Tensor) -> Tensor:
        """The reading u′ [..., width] of a term that is the reading u of its image: ⟨apply(c), u⟩ = ⟨c, u′⟩."""
        pulled = reading * self.inverse_deviation * self.facts.gain
        return pulled - pulled.mean(-1, keepdim=True) if self.facts.centred else pulled


def identity_facts(width: int, device: torch.device) -> NormFacts:
    """The facts of no norm at all."""
    return NormFacts(torch.ones(width, device=device), torch.zeros(width, device=device), centred=False, epsilon=None)


def norm_facts(module: nn.Module, width: int, device: torch.device) -> NormFacts:
    """Read off what a norm module does. The answer always comes with its measured `error`; judge it by that."""
    try:
        return _read_off(copy.deepcopy(module).float(), width, device)
    except (TypeError, ValueError, RuntimeError):  # no norm: it needs other inputs, or other sizes
        return replace(identity_facts(width, device), error=float("inf"))


@torch.no_grad()
def _read_off(norm: nn.Module, width: int, device: torch.device) -> NormFacts:
    constant: Tensor = norm(torch.zeros(width, device=device))
    level = norm(torch.full((width,), _LOUD, device=device)) - constant
    wave = _balanced(width).to(device)
    deviation = float(wave.square().mean().sqrt())
    gain = (norm(wave * _LOUD) - constant) / wave * deviation
    quiet = (norm(wave * _QUIET) - constant) / wave * deviation
    centred = bool(level.abs().max() < 1e-2 * gain.abs().max())
    facts = NormFacts(gain, constant, centred, _epsilon(gain, quiet, deviation * _QUIET))
    return replace(facts, error=_error(facts, norm, width, device))


def _balanced(width: int) -> Tensor:
    """A vector of alternating sign whose mean is zero, also for an odd width."""
    positive, negative = (width + 1) // 2, max(width // 2, 1)
    signs = torch.ones(width)
    signs[::2], signs[1::2] = 1.0 / positive, -1.0 / negative
    return signs * positive


def _epsilon(gain: Tensor, quiet: Tensor, deviation: float) -> float:
    """Epsilon from how much the gain shrinks on an input of this small deviation."""
    strongest = gain.abs().argmax()
    shrink = float(quiet[strongest] / gain[strongest])
    return deviation**2 * (1.0 / shrink**2 - 1.0) if shrink > 0 else 0.0


def _error(facts: NormFacts, norm: nn.Module, width: int, device: torch.device) -> float:
    x = torch.randn(8, width, generator=torch.Generator().manual_seed(0)).to(device)
    x = x * torch.logspace(-2, 2, 8, device=device)[:, None] + 0.5
    expected: Tensor = norm(x)
    difference = (facts.freeze(x).apply(x) + facts.constant - expected).abs().max()
    return float(difference / expected.abs().max().clamp_min(1e-30))
