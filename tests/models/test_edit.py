"""Edited passes: each row of a batch is the network's own pass with one thing replaced, in every family."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from stratascope.jobs.hygiene import state
from stratascope.models.edit import BATCH_TOKENS, ENOUGH_TOKENS, MOST_ROWS, Patch, Rerun, Site, batches, values_at
from stratascope.models.model import Model
from stratascope.models.run import Run
from tests.families import FAMILIES, LAYERS, WIDTH, load_tiny
from tests.models.test_other_families import connected

LENGTH = 9
SITES: tuple[Site, ...] = get_args(Site)
families = pytest.mark.parametrize("family", FAMILIES)


def run_of(model: Model, seed: int) -> Run:
    ids = torch.randint(3, model.vocabulary, (LENGTH,), generator=torch.Generator().manual_seed(seed))
    return model.run(ids.tolist())


@cache
def two_runs(family: str) -> tuple[Run, Run]:
    return run_of(load_tiny(family), 1), run_of(load_tiny(family), 2)


def naive(model: Model, ids: Tensor, site: Site, layer: int, position: int, value: Tensor) -> Tensor:
    """Logits of one whole pass with one hook that overwrites one vector where it leaves its module."""
    parts = model.structure.layers[layer]
    module: Any = {"resid_pre": parts.module, "z": parts.projection}.get(site, parts.attention_output)
    if site == "mlp_out":
        (module,) = parts.mlp_outputs

    def overwrite(x: Tensor) -> None:
        x.view(-1, len(value))[position] = value

    def enters(_: Any, args: Any, options: Any) -> None:
        overwrite(args[0] if args else options["hidden_states"])

    def leaves(_: Any, args: Any, output: Any) -> None:
        overwrite(output[0] if isinstance(output, tuple) else output)

    if site in ("resid_pre", "z"):
        handle = module.register_forward_pre_hook(enters, with_kwargs=True)
    else:
        handle = module.register_forward_hook(leaves)
    try:
        with torch.no_grad():
            logits: Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0]
    finally:
        handle.remove()
    return logits


@families
@pytest.mark.parametrize("site", SITES)
def test_every_cell_equals_a_pass_of_its_own(family: str, site: Site) -> None:
    model, (one, two) = load_tiny(family), two_runs(family)
    given, at = values_at(one, site), LENGTH - 2
    patches = [Patch(layer, [t], given[layer, t][None]) for layer in range(LAYERS) for t in range(LENGTH)]
    rerun = Rerun(model, two)
    found = torch.cat([rerun.patched(site, batch, at) for batch in batches(patches, LENGTH)])
    for patch, stream in zip(patches, found, strict=True):
        expected = naive(model, two.ids, site, patch.layer, patch.positions[0], patch.values[0])[at]
        assert (model.unembedding.logits(stream) - expected).abs().max() <= 1e-5


@families
@pytest.mark.parametrize("site", SITES)
def test_a_layer_replaced_by_itself_changes_nothing(family: str, site: Site) -> None:
    model, (run, _) = load_tiny(family), two_runs(family)
    own = [Patch(layer, range(LENGTH), values) for layer, values in enumerate(values_at(run, site))]
    assert (Rerun(model, run).patched(site, own, -1) - run.resid[-1, -1]).abs().max() <= 2e-5


@families
def test_a_whole_layer_from_another_run_makes_it_that_run(family: str) -> None:
    model, (one, two) = load_tiny(family), two_runs(family)
    whole = [Patch(layer, range(LENGTH), one.resid[layer]) for layer in range(LAYERS)]
    found = Rerun(model, two).patched("resid_pre", whole, 4)
    assert (found - one.resid[-1, 4]).abs().max() <= 2e-5


@pytest.mark.parametrize("site", ["attn_out", "mlp_out"])
def test_multipliers_and_parts_beside_each_other_are_accounted_for(site: Site) -> None:
    sizes = {
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "shared_intermediate_size": 24,
        "residual_multiplier": 0.3,
    }
    model = connected("granitemoeshared", **sizes)
    one, two = run_of(model, 1), run_of(model, 2)
    own = [Patch(layer, range(LENGTH), values) for layer, values in enumerate(values_at(two, site))]
    assert (Rerun(model, two).patched(site, own, -1) - two.resid[-1, -1]).abs().max() <= 2e-5
    last = Rerun(model, two).patched(site, [Patch(LAYERS - 1, [3], values_at(one, site)[-1, 3][None])], 3)[0]
    kept = two.resid_mid(LAYERS - 1) if site == "mlp_out" else None
    if kept is not None:
        assert (last - kept[3] - one.mlp_out[-1, 3]).abs().max() <= 2e-5
    else:
        assert (last - two.resid[-1, 3]).abs().max() > 1e-3


@families
def test_the_whole_stream_of_one_patch(family: str) -> None:
    model, (one, two) = load_tiny(family), two_runs(family)
    rerun, patch = Rerun(model, two), Patch(1, [3], one.resid[2, 5][None])
    stream = rerun.stream(patch)
    assert torch.equal(stream[0], two.resid[0])
    assert torch.equal(stream[1, 3], one.resid[2, 5])
    assert (stream[:, :3] - two.resid[:, :3]).abs().max() <= 1e-5
    assert (stream[-1, -1] - rerun.patched("resid_pre", [patch], -1)[0]).abs().max() <= 1e-5
    assert (rerun.stream(Patch(1, [3], two.resid[1, 3][None])) - two.resid).abs().max() <= 2e-5


def test_nothing_stays_behind() -> None:
    model, (one, two) = load_tiny("gpt2"), two_runs("gpt2")
    rerun, before = Rerun(model, two), state(model.network)
    rerun.patched("mlp_out", [Patch(1, [2], one.mlp_out[1, 2][None])] * 3, -1)
    assert state(model.network) == before
    with pytest.raises(RuntimeError):
        rerun.patched("mlp_out", [Patch(1, [2], torch.zeros(1, WIDTH + 1))], -1)
    assert state(model.network) == before


def test_what_was_run_is_counted() -> None:
    model, (one, two) = load_tiny("gpt2"), two_runs("gpt2")
    before = model.runs.forwards
    rerun = Rerun(model, two)
    assert model.runs.forwards == before + 1
    for layer in (0, 2, 2):
        rerun.patched("resid_pre", [Patch(layer, [2], one.resid[layer, 2][None])], -1)
    assert model.runs.forwards == before + 1 + 2


def test_a_family_whose_layers_want_a_mask_per_row_is_followed() -> None:
    model = connected("xglm", ffn_dim=48)
    one, two = run_of(model, 1), run_of(model, 2)
    found = Rerun(model, two).patched("resid_pre", [Patch(1, range(LENGTH), one.resid[1])] * 2, -1)
    assert (found - one.resid[-1, -1]).abs().max() <= 2e-5


def test_batches_are_bounded_by_rows_and_by_tokens() -> None:
    patch = Patch(0, [0], torch.zeros(1, WIDTH))
    assert [len(batch) for batch in batches([patch] * (MOST_ROWS + 1), 2)] == [MOST_ROWS, 1]
    assert [len(batch) for batch in batches([patch] * 5, BATCH_TOKENS // 2)] == [2, 2, 1]
    assert [len(batch) for batch in batches([patch] * 2, 4 * BATCH_TOKENS)] == [1, 1]
    assert list(batches([], 2)) == []


def test_a_batch_that_is_large_enough_ends_with_its_layer() -> None:
    patches = [Patch(layer, [0], torch.zeros(1, WIDTH)) for layer in range(4) for _ in range(3)]
    assert [[patch.layer for patch in batch] for batch in batches(patches, ENOUGH_TOKENS // 4)] == [
        [0, 0, 0, 1, 1, 1],
        [2, 2, 2, 3, 3, 3],
    ]
    assert len(list(batches(patches, 2))) == 1
