"""Training translators: gradients against automatic differentiation, optimizers against the library's, planted maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from stratascope.numerics import lens_training
from stratascope.numerics.lens_training import Recipe, Weights, clip, gradients, losses, slots, update

WIDTH, VOCABULARY, TOKENS = 6, 50, 40


@dataclass
class PlainHead:
    """logits = cap(scale · (norm(x) Wᵀ + b))."""

    weight: Tensor
    bias: Tensor | None = None
    scale: float = 1.0
    softcap: float | None = None
    normed: bool = True

    def norm(self, x: Tensor) -> Tensor:
        x = x.to(self.weight.dtype)
        return torch.nn.functional.layer_norm(x, x.shape[-1:]) if self.normed else x

    def log_probabilities(self, x: Tensor) -> Tensor:
        z = self.norm(x) @ self.weight.T
        z = (z if self.bias is None else z + self.bias) * self.scale
        return (z if self.softcap is None else torch.tanh(z / self.softcap) * self.softcap).log_softmax(-1)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


HEADS = {
    "plain": PlainHead(drawn(VOCABULARY, WIDTH)),
    "biased": PlainHead(drawn(VOCABULARY, WIDTH), bias=drawn(VOCABULARY, seed=1)),
    "scaled and capped": PlainHead(drawn(VOCABULARY, WIDTH), scale=0.7, softcap=1.5),
}


@pytest.mark.parametrize("loss", ["kl", "ce"])
@pytest.mark.parametrize("name", HEADS)
def test_gradients_are_those_of_automatic_differentiation(
    name: str, loss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lens_training, "CHUNK_BYTES", 4 * VOCABULARY * 7)  # several chunks, the last one short
    head, streams = HEADS[name], [drawn(TOKENS, WIDTH, seed=row + 2) for row in range(3)]
    final, ids = drawn(TOKENS, WIDTH, seed=9), torch.arange(TOKENS) % VOCABULARY
    weights = Weights(0.3 * drawn(3, WIDTH, WIDTH, seed=5), 0.3 * drawn(3, WIDTH, seed=6))
    slope = Weights.zero(3, WIDTH)
    found = gradients(head, weights, streams, final if loss == "kl" else ids, loss, slope)

    matrices, biases = (part.clone().requires_grad_() for part in weights.parts)
    p = head.log_probabilities(final)
    expected = []
    for row, x in enumerate(streams):
        log_q = head.log_probabilities(x + x @ matrices[row].T + biases[row])
        each = (p.exp() * (p - log_q)).sum() if loss == "kl" else -log_q[torch.arange(TOKENS), ids].sum()
        expected.append(each)
    torch.stack(expected).sum().backward()
    torch.testing.assert_close(found.float(), torch.stack(expected).detach(), rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(slope.matrices, matrices.grad, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(slope.biases, biases.grad, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(losses(head, weights, streams, final if loss == "kl" else ids, loss), found)


def test_a_half_precision_head_trains_too() -> None:
    head = PlainHead(drawn(VOCABULARY, WIDTH).bfloat16())
    slope, exact = Weights.zero(1, WIDTH), Weights.zero(1, WIDTH)
    streams, final = [drawn(TOKENS, WIDTH, seed=2)], drawn(TOKENS, WIDTH, seed=9)
    rough = gradients(head, Weights.zero(1, WIDTH), streams, final, "kl", slope)
    whole = gradients(HEADS["plain"], Weights.zero(1, WIDTH), streams, final, "kl", exact)
    assert float((rough - whole).abs()) < 0.02 * float(whole)
    assert float((slope.matrices - exact.matrices).norm()) < 0.02 * float(exact.matrices.norm())


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_steps_are_those_of_the_library(optimizer: Any) -> None:
    recipe = Recipe(12, optimizer, 0.05, 1e-2, "kl")
    ours = Weights(drawn(1, 3, 3), drawn(1, 3, seed=1))
    theirs = [part.clone().requires_grad_() for part in ours.parts]
    options: dict[str, Any] = {"lr": 1.0, "weight_decay": 1e-2}
    library: Any = (
        torch.optim.SGD(theirs, momentum=0.9, nesterov=True, **options)
        if optimizer == "sgd"
        else torch.optim.Adam(theirs, **options)
    )
    memory = slots(recipe, ours)
    for step in range(recipe.steps):
        slope = Weights(drawn(1, 3, 3, seed=step), drawn(1, 3, seed=step + 99))
        for parameter, gradient in zip(theirs, slope.parts, strict=True):
            parameter.grad = gradient.clone()
        library.param_groups[0]["lr"] = recipe.rate(step)
        library.step()
        update(recipe, step, ours, slope, memory)
    for parameter, own in zip(theirs, ours.parts, strict=True):
        torch.testing.assert_close(own, parameter.detach(), rtol=1e-5, atol=1e-6)


def test_the_learning_rate_falls_to_zero_and_adam_warms_up() -> None:
    falling, warmed = Recipe(100, "sgd", 1.0, 0, "kl"), Recipe(100, "adam", 1.0, 0, "kl")
    assert [falling.rate(step) for step in (0, 50, 99)] == [1.0, 0.5, 0.01]
    assert [warmed.rate(step) for step in (0, 9, 19, 20, 99)] == [0.05, 0.5, 1.0, 1.0, pytest.approx(1 / 80)]
    assert Recipe(100_000, "adam", 1.0, 0, "kl").rate(999) == 1.0


def test_every_row_is_cut_to_length_one_by_itself() -> None:
    long, short = 30 * drawn(1, 4, 4), 0.01 * drawn(1, 4, 4, seed=1)
    slope = Weights(torch.cat([long, short]), torch.zeros(2, 4))
    clip(slope)
    assert float(slope.matrices[0].norm()) == pytest.approx(1.0, rel=1e-4)
    torch.testing.assert_close(slope.matrices[1:], short)


def test_a_known_rotation_is_found() -> None:
    """Where the last stream is R x and nothing is normed, the best translator is I + A = R."""
    head = PlainHead(drawn(VOCABULARY, WIDTH), normed=False)
    rotation = torch.linalg.qr(drawn(WIDTH, WIDTH, seed=3))[0]
    recipe = Recipe(400, "adam", 0.03, 0.0, "kl")
    weights, first = Weights.zero(1, WIDTH), 0.0
    memory = slots(recipe, weights)
    for step in range(recipe.steps):
        x, slope = drawn(256, WIDTH, seed=100 + step), Weights.zero(1, WIDTH)
        loss = float(gradients(head, weights, [x], x @ rotation.T, "kl", slope)) / 256
        first = first or loss
        for part in slope.parts:
            part.div_(256)
        clip(slope)
        update(recipe, step, weights, slope, memory)
    learned = torch.eye(WIDTH) + weights.matrices[0]
    assert float(torch.nn.functional.cosine_similarity(learned.flatten(), rotation.flatten(), dim=0)) > 0.99
    assert float(torch.nn.functional.cosine_similarity(torch.eye(WIDTH).flatten(), rotation.flatten(), dim=0)) < 0.5
    assert loss < 0.01 * first
