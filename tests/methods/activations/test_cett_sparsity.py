"""CETT sparsity, on planted outputs and on the bundled model."""

import numpy as np
import pytest
import torch

from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.models.neurons import neuron_activations, neuron_writes
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values

METHOD = "activations/cett-sparsity"
TEXTS = ["the capital of france is paris and the cat", "one model reads the capital of london"] * 3


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "phi3"])
def test_the_threshold_is_where_the_loss_is_reached(family: str) -> None:
    model = load_tiny(family)
    result = call(METHOD, model, "", prompts=TEXTS, cett=0.3)
    lost, tau = values(result, "cett_achieved"), values(result, "tau")
    assert lost.max() <= 0.3
    assert lost.min() > 0.28
    layer, outputs, left, shares = 2, [], [], []
    for text in TEXTS:
        run = model.run(model.tokenize(text).ids)
        first = int(run.tokens.tokens[0].special)
        a, w = neuron_activations(model, run, layer), neuron_writes(model, layer)
        off = a.abs() * w.norm(dim=1) <= tau[layer]
        outputs.append((a @ w).norm(dim=1)[first:])
        left.append(((a * off) @ w).norm(dim=1)[first:])
        shares.append(float((~off).float().mean(1)[first:].mean()))
    assert float((torch.cat(left) / torch.cat(outputs)).mean()) == pytest.approx(float(lost[layer]), abs=1e-4)
    assert float(np.mean(shares)) == pytest.approx(float(values(result, "value")[0, layer]), abs=1e-4)


def test_a_larger_loss_needs_fewer_neurons() -> None:
    needed = [values(call(METHOD, load_tiny("llama"), "", prompts=TEXTS, cett=c), "value")[0] for c in (0.05, 0.3, 0.8)]
    assert (needed[0] > needed[1]).all()
    assert (needed[1] > needed[2]).all()


def test_one_long_prompt_is_shown_token_by_token() -> None:
    text = " ".join(TEXTS[0].split() * 6)
    assert len(specimen().tokenize(text).ids) > 64
    result = call(METHOD, specimen(), text)
    first = len(result.facts["left_out"])
    assert values(result, "by_token")[:, first:].mean(1) == pytest.approx(values(result, "value")[0], abs=1e-6)
    assert "advised" in result.warnings[0]


def test_a_short_prompt_is_refused_with_a_set_to_read() -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("gpt2"), "the cat")
    assert refused.value.code == "not_enough_samples"
    assert "at least 64 tokens; got" in refused.value.message
    assert refused.value.changes == {"prompts": [], "prompts_from": "icl"}


def test_a_loss_that_no_neuron_is_weak_enough_for_is_said() -> None:
    model = load_tiny("gpt2")
    result = call(METHOD, model, "", prompts=TEXTS, cett=0.001)
    unreached = [layer for layer in range(4) if values(result, "tau")[layer] == 0]
    assert [f"No threshold reaches CETT 0.001 in layer {layer}." for layer in unreached] == [
        warning for warning in result.warnings if "No threshold" in warning
    ]


def test_the_bundled_model_needs_few_neurons_late_and_many_early() -> None:
    result = call(METHOD, specimen(), "", prompts=[item.prompt for item in labelled_prompts("capital", "prompts")[:16]])
    needed = values(result, "value")[0]
    assert needed[4] < 0.1 < 0.4 < needed[:3].min()
    assert result.facts["ppl_ratio"] == pytest.approx(1.0, abs=0.05)
    random_loss = check(result, "cett").control
    assert random_loss is not None
    assert random_loss > 0.4
