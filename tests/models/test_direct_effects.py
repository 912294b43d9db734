"""Readings pulled back through frozen norms, and what sources and neurons add along them."""

import pytest
import torch
from torch import nn

from stratascope.models.direct_effects import neuron_effects, source_effects
from stratascope.models.norms import norm_facts
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT

CPU = torch.device("cpu")


@pytest.mark.parametrize("norm", [nn.LayerNorm(16), nn.RMSNorm(16)])
def test_a_reading_pulled_back_reads_the_term_as_the_reading_reads_its_image(norm: nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    nn.init.normal_(norm.weight, generator=generator)
    x, terms, u = (torch.randn(*shape, generator=generator) for shape in ((16,), (5, 16), (16,)))
    frozen = norm_facts(norm, 16, CPU).freeze(x)
    torch.testing.assert_close(frozen.apply(terms) @ u, terms @ frozen.pull_back(u), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_moved_and_fires_is_what_the_layer_adds(family: str) -> None:
    """Along a random direction, at every layer: the sources of all heads are attention without its bias, neurons the MLP."""
    model = load_tiny(family)
    run = model.run_of(model.tokenize(PROMPT))
    u = torch.randn(model.width, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for layer in range(model.layers):
        heads = model.head_output(run, layer)[:, 5].double() @ u
        torch.testing.assert_close(source_effects(model, run, layer, 5, u).sum(-1), heads, atol=1e-4, rtol=1e-4)
        if "neurons" in model.capabilities:
            found = neuron_effects(model, run, layer, 5, u)
            whole = float(run.mlp_out[layer, 5].double() @ u)
            assert float(found.effect.sum()) + found.bias == pytest.approx(whole, abs=1e-4 * max(1.0, abs(whole)))
