"""Gradients against finite differences for every family, closed forms, and a network that is left as it was."""

import copy

import pytest
import torch

from stratascope.models.gradients import Gradients, gradients, loss_at, refuse_without_gradients
from stratascope.models.model import Model
from stratascope.problem import Problem
from tests.families import FAMILIES, load_tiny, tiny
from tests.planted import connected, still_model

IDS = torch.tensor([1, 7, 30, 41, 7, 30, 99, 12])


def next_token(logits: torch.Tensor) -> torch.Tensor:
    return -logits[:-1].double().log_softmax(-1)[torch.arange(len(IDS) - 1), IDS[1:]].sum()


def slope(model: Model, row: int, direction: torch.Tensor, step: float) -> float:
    ends = [loss_at(model, IDS, next_token, row, sign * step * direction) for sign in (1.0, -1.0)]
    return (ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_agrees_with_finite_differences(family: str) -> None:
    model = load_tiny(family)
    found = gradients(model, IDS, next_token)
    assert found.stream.shape == (model.layers + 1, len(IDS), model.width)
    for row in range(model.layers + 1):
        drawn = torch.randn(len(IDS), model.width, generator=torch.Generator().manual_seed(row))
        direction = drawn / drawn.norm() + found.stream[row] / found.stream[row].norm()
        expected = float((found.stream[row] * direction).sum())
        assert slope(model, row, direction, 1e-3) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma2", "mixtral"])
def test_the_norms_of_the_weights_agree_with_the_library_and_with_finite_differences(family: str) -> None:
    """Along the gradient itself the loss changes by its norm."""
    network, tokenizer = tiny(family)
    model = connected(f"tiny-{family}", network, tokenizer)
    found = gradients(model, IDS, next_token, parameters=True)
    assert found.parameters is not None
    still = torch.zeros(len(IDS), model.width)
    for number, layer in enumerate(model.structure.layers):
        weights = list(layer.module.parameters())
        own = weight_gradients(model, weights)
        norm = float(sum(g.square().sum() for g in own)) ** 0.5
        assert found.parameters[number] == pytest.approx(norm / sum(w.numel() for w in weights) ** 0.5, rel=1e-4)
        before = [weight.clone() for weight in weights]
        ends = []
        for step in (1e-3, -1e-3):
            for weight, start, g in zip(weights, before, own, strict=True):
                weight.copy_(start + step * g / norm)
            ends.append(loss_at(model, IDS, next_token, 0, still))
        for weight, start in zip(weights, before, strict=True):
            weight.copy_(start)
        assert (ends[0] - ends[1]) / 2e-3 == pytest.approx(norm, rel=1e-2)


def weight_gradients(model: Model, weights: list[torch.Tensor]) -> list[torch.Tensor]:
    """The library's own gradients, by its own loss, through .grad."""
    for weight in weights:
        weight.requires_grad_(True)
    (model.network(input_ids=IDS[None], labels=IDS[None]).loss * (len(IDS) - 1)).backward()
    found = [torch.zeros_like(w) if w.grad is None else w.grad.clone() for w in weights]
    for weight in weights:
        weight.grad = None
        weight.requires_grad_(False)
    return found


def hooks(network: torch.nn.Module) -> int:
    """How many there are: the library leaves some of its own once hidden states have been asked for."""
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in network.modules())


@pytest.mark.parametrize("family", FAMILIES)
def test_the_network_is_left_as_it_was(family: str) -> None:
    model = load_tiny(family)
    before, hooked = copy.deepcopy(model.network.state_dict()), hooks(model.network)
    plain = model.network(input_ids=IDS[None]).logits
    found = [gradients(model, IDS, next_token, parameters=True) for _ in range(2)]
    assert all(torch.equal(now, before[name]) for name, now in model.network.state_dict().items())
    assert not any(weight.requires_grad or weight.grad is not None for weight in model.network.parameters())
    assert hooks(model.network) == hooked
    after = model.network(input_ids=IDS[None]).logits
    assert not after.requires_grad
    assert torch.equal(plain, after)
    assert same(*found)
    assert found[0].loss == pytest.approx(float(next_token(plain[0].float())), rel=1e-6)
    assert not found[0].stream.requires_grad


def same(one: Gradients, other: Gradients) -> bool:
    return torch.equal(one.stream, other.stream) and one.parameters == other.parameters


def test_a_loss_that_fails_leaves_the_network_as_it_was() -> None:
    model = load_tiny("llama")
    hooked = hooks(model.network)
    with pytest.raises(ZeroDivisionError):
        gradients(model, IDS, lambda logits: logits[0, 0] * (1 / 0), parameters=True)
    assert not any(weight.requires_grad for weight in model.network.parameters())
    assert hooks(model.network) == hooked


def test_through_layers_that_add_nothing_the_gradient_stays_the_same() -> None:
    stream = gradients(still_model(), IDS, next_token).stream
    for row in stream:
        torch.testing.assert_close(row, stream[-1], rtol=1e-6, atol=0)


def test_a_layer_that_doubles_the_stream_doubles_the_gradient() -> None:
    model = still_model("llama")
    handle = model.structure.layers[2].module.register_forward_hook(lambda module, given, output: 2.0 * output)
    try:
        stream = gradients(model, IDS, next_token).stream
    finally:
        handle.remove()
    torch.testing.assert_close(stream[2], 2.0 * stream[3])
    torch.testing.assert_close(stream[1], stream[2])
    torch.testing.assert_close(stream[4], stream[3])


def test_the_last_row_is_the_softmax_less_the_answer_through_the_unembedding() -> None:
    model = still_model("llama")
    run = model.run(IDS.tolist())
    found = gradients(model, IDS, lambda logits: -logits[-1].log_softmax(-1)[5]).stream
    residue = run.logits()[-1].softmax(-1)
    residue[5] -= 1.0
    written = residue @ model.unembedding.weight.float()
    x = run.resid[-1, -1].float().requires_grad_(True)
    (model.unembedding.norm(x) @ written).backward()
    torch.testing.assert_close(found[-1, -1], x.grad, rtol=1e-4, atol=1e-6)
    assert float(found[:, :-1].abs().max()) == 0.0


def test_weights_without_gradients_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    monkeypatch.setattr(torch.nn.Parameter, "element_size", lambda self: 1)
    with pytest.raises(Problem, match=r"gpt2 is loaded in float32; gradients need float16 or wider\."):
        refuse_without_gradients(model)
