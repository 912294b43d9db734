"""Angular distance: planted streams, definitions by hand, and removals held against runs without the layers."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.models.model import Model
from stratascope.problem import Problem
from stratascope.result import Similarity
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, document, specimen, values
from tests.planted import still_model

ID = "activations/angular-distance"
SEVERAL = ["the capital of france", "paris and the capital", "one cat sat on the model"]


def planted(monkeypatch: pytest.MonkeyPatch, rows: list[torch.Tensor]) -> Model:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    stream = torch.stack([row.expand(len(run.ids), -1) for row in rows])
    monkeypatch.setattr(type(run), "resid", property(lambda self: stream))
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_distances_by_hand(family: str) -> None:
    model = load_tiny(family)
    run = model.run(model.tokenize(PROMPT).ids)
    x = run.resid.double()
    for token, at in (("last", slice(-1, None)), ("mean_over_tokens", slice(0, None))):
        found = values(call(ID, model, token=token, include_bos=True), "distance")
        assert found.shape == (3, 4)
        for n in (1, 2, 3):
            cos = torch.nn.functional.cosine_similarity(x[:-n, at], x[n:, at], dim=-1)
            expected = cos.arccos().mean(-1) / np.pi
            np.testing.assert_allclose(found[n - 1, : 5 - n], expected, atol=1e-5)
            assert np.isnan(found[n - 1, 5 - n :]).all()


def test_layers_that_add_nothing_are_no_distance_apart() -> None:
    result = call(ID, still_model(), evaluate_removal=True)
    assert isinstance(result, Similarity)
    found = values(result, "distance")
    np.testing.assert_allclose(found[np.isfinite(found)], 0.0, atol=1e-6)
    np.testing.assert_allclose(values(result, "kl"), 0.0, atol=1e-6)
    np.testing.assert_allclose(values(result, "delta_nll"), 0.0, atol=1e-6)


def test_a_stream_that_is_negated_every_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(32, generator=torch.Generator().manual_seed(0))
    model = planted(monkeypatch, [x, -x, x, -x, x])
    found = values(call(ID, model), "distance")
    np.testing.assert_allclose(found[0], 1.0, atol=1e-6)
    np.testing.assert_allclose(found[1, :3], 0.0, atol=1e-6)
    assert found[1, 3:].size
    assert np.isnan(found[1, 3:]).all()


def test_the_best_block_is_the_one_that_turns_least(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, third = torch.eye(32)[:3]
    result = call(ID, planted(monkeypatch, [one, other, other + 0.1 * one, third, one]))
    assert values(result, "best_start").tolist() == [1, 0, 0]
    assert float(values(result, "best_distance")[0]) == pytest.approx(np.arctan(0.1) / np.pi, rel=1e-4)
    np.testing.assert_allclose(values(result, "distance")[0, [0, 3]], 0.5, atol=1e-6)
    assert not document(result, ID).head["result"]["nonfinite"]


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "gemma3_text", "mixtral"])
def test_removal_is_a_run_without_the_layers(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, n=[2], evaluate_removal=True, include_bos=True)
    (start,) = values(result, "best_start").tolist()
    ids = torch.tensor(model.tokenize(PROMPT).ids)
    own, without = (network_logits(model, ids, skipped) for skipped in ((), (start, start + 1)))
    kl = (own.exp() * (own - without)).sum(-1).mean()
    assert float(values(result, "kl")[0]) == pytest.approx(float(kl), rel=1e-3, abs=1e-6)
    nll = [-float(p[:-1].gather(1, ids[1:, None]).mean()) for p in (own, without)]
    assert float(values(result, "delta_nll")[0]) == pytest.approx(nll[1] - nll[0], rel=1e-3, abs=1e-5)
    assert check(result, "same_without_skips").verdict == "ok"


def network_logits(model: Model, ids: torch.Tensor, skipped: tuple[int, ...]) -> torch.Tensor:
    """Log-probabilities of the network with the forward of some layers replaced by the identity."""
    inputs: dict[int, Any] = {}
    handles = []
    for number in skipped:
        layer = model.structure.layers[number].module

        def enters(_: Any, args: Any, options: Any, number: int = number) -> None:
            inputs[number] = args[0] if args else options["hidden_states"]

        def leaves(_: Any, args: Any, output: Any, number: int = number) -> Any:
            return (inputs[number], *output[1:]) if isinstance(output, tuple) else inputs[number]

        handles.append(layer.register_forward_pre_hook(enters, with_kwargs=True))
        handles.append(layer.register_forward_hook(leaves))
    with torch.no_grad():
        found: torch.Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0].log_softmax(-1)
    for handle in handles:
        handle.remove()
    return found


def test_prompts_are_averaged() -> None:
    model = load_tiny("llama")
    result = call(ID, model, prompts=SEVERAL, evaluate_removal=True, n=[1, 3])
    alone = [call(ID, model, prompt, n=[1, 3]) for prompt in SEVERAL]
    each = np.stack([values(one, "distance") for one in alone])
    np.testing.assert_allclose(values(result, "by_prompt"), each, atol=1e-6)
    np.testing.assert_allclose(values(result, "distance"), each.mean(0), atol=1e-6)
    assert values(result, "kl_by_prompt").shape == (3, 2)
    np.testing.assert_allclose(values(result, "kl"), values(result, "kl_by_prompt").mean(0), rtol=1e-5)
    assert result.coords["size"] == ["1", "3"]
    assert "3 prompts" in result.warnings[0]
    assert not document(result, ID).head["result"]["nonfinite"]


@pytest.mark.parametrize("wrong", [0, 4])
def test_a_block_must_be_smaller_than_the_model(wrong: int) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), n=[2, wrong])
    assert found.value.message == f"n must be between 1 and 3; got {wrong}."
    assert found.value.changes == {"n": [2]}


def test_distances_that_break_the_triangle_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from stratascope.numerics import angles

    real = angles.angular_distance
    monkeypatch.setattr(angles, "angular_distance", lambda x, y: real(x, y) ** 2)
    assert check(call(ID, load_tiny("gpt2")), "triangle").verdict == "fail"


def test_in_the_bundled_model_removing_more_layers_costs_more() -> None:
    cities = ("France", "Germany", "Spain", "Italy", "Japan", "China", "Egypt", "Peru")
    prompts = [f"The capital of {country} is" for country in cities]
    result = call(ID, specimen(), prompts=prompts, n=[1, 2, 4], evaluate_removal=True)
    assert values(result, "best_start").tolist() == [3, 2, 1]  # of 6 layers
    np.testing.assert_allclose(values(result, "kl"), [0.055, 1.21, 3.86], rtol=0.05)
    np.testing.assert_allclose(values(result, "best_distance"), [0.101, 0.172, 0.339], rtol=0.05)
    assert not result.warnings
