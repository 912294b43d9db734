"""Skips: every row is the network's own pass with parts left out, in every family."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
import torch
from torch import Tensor

from stratascope.jobs.hygiene import state
from stratascope.models.edit import MOST_ROWS
from stratascope.models.model import Model
from stratascope.models.run import Run
from stratascope.models.skip import Row, Skip, Skipping, row_batches
from stratascope.models.trace import the_tensor
from tests.families import FAMILIES, LAYERS, WIDTH, load_tiny, tiny
from tests.models.test_other_families import connected
from tests.planted import connected as planted

LENGTH = 9
families = pytest.mark.parametrize("family", FAMILIES)


def run_of(model: Model) -> Run:
    ids = torch.randint(3, model.vocabulary, (LENGTH,), generator=torch.Generator().manual_seed(1))
    return model.run(ids.tolist())


def naive(model: Model, ids: Tensor, row: Row) -> Tensor:
    """Logits of one whole pass in which hooks hand on a layer's input, or zeros for what a part writes."""
    inputs: dict[int, Tensor] = {}

    def enters(number: int) -> Any:
        def hook(_: Any, args: Any, options: Any) -> None:
            inputs[number] = the_tensor(args, options)

        return hook

    def leaves(skip: Skip) -> Any:
        def hook(_: Any, args: Any, output: Any) -> Any:
            new = the_tensor(output).clone()
            where = slice(None) if skip.positions is None else skip.positions
            before = inputs[skip.layer] if skip.part == "layer" else torch.zeros(1)
            new.view(-1, WIDTH)[where] = before.expand(1, LENGTH, WIDTH)[0, where]
            return (new, *output[1:]) if isinstance(output, tuple) else new

        return hook

    with ExitStack() as stack, torch.no_grad():
        for number, layer in enumerate(model.structure.layers):
            handle = layer.module.register_forward_pre_hook(enters(number), with_kwargs=True)
            stack.callback(handle.remove)
        for skip in row:
            layer = model.structure.layers[skip.layer]
            found = {"layer": [layer.module], "attn": [layer.attention_output], "mlp": layer.mlp_outputs}
            for part in found[skip.part]:
                assert part is not None
                stack.callback(part.register_forward_hook(leaves(skip)).remove)
        logits: Tensor = model.network(input_ids=ids[None], use_cache=False).logits[0]
    return logits


ROWS: list[list[Skip]] = [
    [],
    [Skip(0)],
    [Skip(1, "attn")],
    [Skip(1, "mlp", [2, 5])],
    [Skip(1, positions=range(1, 6)), Skip(2, positions=[0, 8]), Skip(3, "mlp")],
    [Skip(2, "attn", range(4)), Skip(2, "mlp", range(3, LENGTH))],
    [Skip(3)],
]


@families
def test_rows_of_a_batch_are_passes_of_their_own(family: str) -> None:
    model = load_tiny(family)
    run = run_of(model)
    found = model.unembedding.logits(Skipping(model, run).stream(ROWS))
    for row, logits in zip(ROWS, found, strict=True):
        expected = naive(model, run.ids, row)
        assert (logits - expected).abs().max() <= 2e-5, row
        assert not row or (logits - run.logits()).abs().max() > 1e-3, row


def test_a_loop_over_the_layers_written_by_hand() -> None:
    model = load_tiny("gpt2")
    run = run_of(model)
    blocks = [layer.module for layer in model.structure.layers]
    kept = torch.ones(LAYERS, 2, LENGTH, 1)
    kept[1, :, 3:] = 0  # layer 1 from position 3 on
    kept[2, 0, :5] = 0  # attention 2 before position 5
    with torch.no_grad():
        x = run.resid[0][None]
        for i, block in enumerate(blocks):
            x = x + kept[i, 0] * block.attn(block.ln_1(x))[0]
            x = x + kept[i, 1] * block.mlp(block.ln_2(x))
    row = [Skip(1, positions=range(3, LENGTH)), Skip(2, "attn", range(5))]
    assert (Skipping(model, run).stream([row])[0] - x[0]).abs().max() <= 1e-5


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "olmoe"])
def test_a_scale_multiplies_the_stream_before(family: str) -> None:
    model = load_tiny(family)
    run = run_of(model)
    last, middle = LAYERS - 1, run.resid_mid(LAYERS - 1)
    assert middle is not None
    whole, attn, mlp, both = Skipping(model, run).stream(
        [
            [Skip(last, scale=1.5)],
            [Skip(last, "attn", scale=1.5), Skip(last, "mlp")],
            [Skip(last, "mlp", [4], scale=0.5)],
            [Skip(last, "attn", scale=1.5), Skip(last, "mlp", scale=0.5)],
        ]
    )
    for found, expected in (
        (whole, 1.5 * run.resid[last]),
        (attn, 1.5 * run.resid[last]),
        (mlp[4], 0.5 * middle[4]),
        (mlp[3], run.resid[-1, 3]),
        (both, 0.75 * run.resid[last]),
    ):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=2e-5)


def test_a_layer_that_adds_nothing_can_be_skipped() -> None:
    network, tokenizer = tiny("llama")
    with torch.no_grad():
        network.model.layers[2].self_attn.o_proj.weight.zero_()
        network.model.layers[2].mlp.down_proj.weight.zero_()
    model = planted("idle-layer", network, tokenizer)
    run = run_of(model)
    idle = Skipping(model, run).stream([[Skip(2)], [Skip(2, "attn"), Skip(2, "mlp")]])
    assert (idle - run.resid[-1]).abs().max() <= 2e-5


def test_layers_are_followed_from_the_first_skip_on() -> None:
    model = load_tiny("llama")
    run, seen = run_of(model), {}

    def see(number: int, before: Tensor, after: Tensor) -> None:
        seen[number] = before, after

    end = Skipping(model, run).stream([[Skip(2, positions=[5])], []], see)
    assert list(seen) == [2, 3]
    assert torch.equal(seen[3][1], end)
    assert torch.equal(seen[2][0][0], run.resid[2])
    assert torch.equal(seen[2][1][0, 5], run.resid[2, 5])
    torch.testing.assert_close(seen[3][0][1], run.resid[3])


@pytest.mark.parametrize("part", ["attn", "mlp"])
def test_multipliers_and_parts_beside_each_other_are_accounted_for(part: Any) -> None:
    sizes = {"num_local_experts": 4, "num_experts_per_tok": 2, "shared_intermediate_size": 24}
    model = connected("granitemoeshared", **sizes, residual_multiplier=0.3)
    run = run_of(model)
    last = LAYERS - 1
    writes = {"attn": run.attn_out[last], "mlp": run.mlp_out[last]}
    without, doubled = Skipping(model, run).stream([[Skip(last, part)], [Skip(last, part, scale=2.0)]])
    if part == "mlp":
        torch.testing.assert_close(without, run.resid[-1] - writes[part], rtol=1e-4, atol=2e-5)
        torch.testing.assert_close(doubled, 2 * without, rtol=1e-4, atol=2e-5)
    else:
        expected = naive(model, run.ids, [Skip(last, part)])
        assert (model.unembedding.logits(without) - expected).abs().max() <= 2e-5


def test_nothing_stays_behind_and_passes_are_counted() -> None:
    model = load_tiny("gpt2")
    run, before = run_of(model), state(model.network)
    skipping, forwards = Skipping(model, run), model.runs.forwards
    skipping.stream([[Skip(2, "mlp")], [Skip(2, "attn", [1])]])
    assert state(model.network) == before
    assert model.runs.forwards == forwards + 1
    with pytest.raises(IndexError):
        skipping.stream([[Skip(1, "mlp", [LENGTH])]])
    assert state(model.network) == before


def test_running_again_with_nothing_left_out_is_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gemma2")
    skipping = Skipping(model, run_of(model))
    assert skipping.identity_error() <= 1e-6
    wrong = skipping.run.resid.clone()
    wrong[1:] *= 1.1
    monkeypatch.setattr(type(skipping.run), "resid", property(lambda run: wrong))
    assert skipping.identity_error() > 1e-2


def test_batches_are_bounded() -> None:
    rows = [[Skip(0)]] * (MOST_ROWS + 1)
    assert [len(batch) for batch in row_batches(rows, 2)] == [MOST_ROWS, 1]
    assert [len(batch) for batch in row_batches(rows[:3], 10_000)] == [1, 1, 1]
    assert list(row_batches([], 5)) == []
