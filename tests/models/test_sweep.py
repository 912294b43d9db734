"""Sweeps: every cell is the network's own pass with one thing replaced, in every family, whatever walks together."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from stratascope.jobs.hygiene import state
from stratascope.models.capture import capture
from stratascope.models.edit import Patch, Rerun, Site, values_at
from stratascope.models.model import Model
from stratascope.models.run import Run
from stratascope.models.sweep import Sweep
from stratascope.models.sweep_tiers import sweeper, tier_of
from tests.families import LAYERS, WIDTH, load_tiny
from tests.models.test_edit import LENGTH, SITES, families, naive, run_of, two_runs
from tests.models.test_other_families import connected


def swept(model: Model, run: Run, site: Site, patches: list[Patch], at: int, rows: int = 40) -> Tensor:
    """The stream [patch, width] under each patch, in the order of the patches."""
    found = torch.full((len(patches), WIDTH), torch.nan)
    for numbers, stream in Sweep(model, run, rows).outcomes(site, patches, at):
        assert found[numbers].isnan().all(), "no patch twice"
        found[numbers] = stream
    assert not found.isnan().any(), "every patch once"
    return found


@families
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("at", [LENGTH - 1, LENGTH - 3])
def test_every_cell_equals_a_pass_of_its_own(family: str, site: Site, at: int) -> None:
    model, (one, two) = load_tiny(family), two_runs(family)
    given = values_at(one, site)
    patches = [Patch(layer, [t], given[layer, t][None]) for layer in range(LAYERS) for t in range(LENGTH)]
    found = model.unembedding.logits(swept(model, two, site, patches, at))
    for patch, logits in zip(patches, found, strict=True):
        expected = naive(model, two.ids, site, patch.layer, patch.positions[0], patch.values[0])[at]
        assert (logits - expected).abs().max() <= 2e-5


@families
@pytest.mark.parametrize("site", SITES)
def test_a_layer_replaced_by_itself_changes_nothing(family: str, site: Site) -> None:
    model, (run, _) = load_tiny(family), two_runs(family)
    own = [Patch(layer, range(LENGTH), values) for layer, values in enumerate(values_at(run, site))]
    assert (swept(model, run, site, own, LENGTH - 1) - run.resid[-1, -1]).abs().max() <= 2e-5


@families
def test_a_whole_layer_from_another_run_makes_it_that_run(family: str) -> None:
    model, (one, two) = load_tiny(family), two_runs(family)
    whole = [Patch(layer, range(LENGTH), one.resid[layer]) for layer in range(LAYERS)]
    assert (swept(model, two, "resid_pre", whole, 4) - one.resid[-1, 4]).abs().max() <= 2e-5


@families
def test_a_family_that_calls_attention_through_the_interface_restarts_at_rows(family: str) -> None:
    model = load_tiny(family)
    before = model.runs.forwards
    assert tier_of(model) == "rows"
    assert model.runs.forwards == before, "a trial is nobody's analysis"


@pytest.mark.parametrize(
    ("family", "config", "tier"),
    [
        ("phi", {}, "rows"),
        ("stablelm", {}, "rows"),
        ("opt", {"ffn_dim": 48}, "rows"),
        ("starcoder2", {}, "rows"),
        ("cohere", {}, "rows"),
        ("granite", {}, "rows"),
        ("gpt_oss", {"head_dim": 8, "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 5}, "rows"),
        ("glm4", {}, "rows"),
        ("nemotron", {}, "rows"),
        ("smollm3", {}, "rows"),
        ("xglm", {"ffn_dim": 48}, None),
        ("gptj", {"rotary_dim": 4}, "prompts"),
        ("codegen", {"rotary_dim": 4}, "prompts"),
    ],
)
def test_other_families_take_the_cheapest_way_that_is_exact(
    family: str, config: dict[str, Any], tier: str | None
) -> None:
    model = connected(family, **config)
    assert tier is None or tier_of(model) == tier
    one, two = run_of(model, 1), run_of(model, 2)
    patches = [Patch(layer, [t], one.resid[layer, t][None]) for layer in range(LAYERS) for t in range(LENGTH)]
    for numbers, stream in sweeper(model, two).outcomes("resid_pre", patches, LENGTH - 1):
        for number, logits in zip(numbers, model.unembedding.logits(stream), strict=True):
            patch = patches[number]
            expected = naive(model, two.ids, "resid_pre", patch.layer, patch.positions[0], patch.values[0])[-1]
            assert (logits - expected).abs().max() <= 3e-5


def test_several_positions_and_gaps_between_them_are_one_cell() -> None:
    model, (one, two) = load_tiny("gemma2"), two_runs("gemma2")
    patches = [Patch(2, positions, one.resid[2, positions]) for positions in ([1, 2, 3], [2, 5], [0, 4, 7], [8])]
    found = swept(model, two, "resid_pre", patches, LENGTH - 1)
    for patch, stream in zip(patches, found, strict=True):
        expected = Rerun(model, two).patched("resid_pre", [patch], LENGTH - 1)[0]
        assert (stream - expected).abs().max() <= 2e-5


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_what_walks_together_changes_nothing(rows: int) -> None:
    model, (one, two) = load_tiny("llama"), two_runs("llama")
    patches = [Patch(layer, [t], one.resid[layer, t][None]) for layer in range(LAYERS) for t in range(LENGTH)]
    alone = swept(model, two, "resid_pre", patches, LENGTH - 1, rows=40)
    together = swept(model, two, "resid_pre", patches, LENGTH - 1, rows)
    assert ((together - alone).norm(dim=-1) / alone.norm(dim=-1)).max() <= 1e-5


def test_nothing_stays_behind() -> None:
    model, (one, two) = load_tiny("gpt2"), two_runs("gpt2")
    sweep, before = Sweep(model, two), state(model.network)
    list(sweep.outcomes("mlp_out", [Patch(1, [2], one.mlp_out[1, 2][None])] * 3, LENGTH - 1))
    assert state(model.network) == before
    with pytest.raises(RuntimeError):
        list(sweep.outcomes("mlp_out", [Patch(1, [2], torch.zeros(1, WIDTH + 1))], LENGTH - 1))
    assert state(model.network) == before
    assert torch.equal(capture(model, two.ids).resid, two.resid), "attention is the library's again"


def test_work_is_that_of_the_rows_a_change_can_reach() -> None:
    model, (one, two) = load_tiny("gpt2"), two_runs("gpt2")
    patches = [Patch(layer, [t], one.resid[layer, t][None]) for layer in range(LAYERS) for t in range(LENGTH)]
    sweep, before = Sweep(model, two), model.runs.forwards
    list(sweep.outcomes("resid_pre", patches, LENGTH - 1))
    # From its layer on, each cell's rows up to the measured one; of the last layer that one alone.
    rows = sum((LAYERS - 1 - patch.layer) * (LENGTH - patch.positions[0]) + 1 for patch in patches)
    assert model.runs.forwards - before in (rows // (LAYERS * LENGTH), rows // (LAYERS * LENGTH) + 1)
