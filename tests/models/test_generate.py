"""Continuations: the library's own without an edit, and with one what whole passes without a memory would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from stratascope.jobs.hygiene import state
from stratascope.models.generate import Edit, Positions, by_length, end_tokens, streams, write
from stratascope.models.model import Model
from stratascope.problem import Problem
from tests.families import FAMILIES, LAYERS, WIDTH, load_tiny

PROMPT, NEW = 9, 7
LAYER = 1
families = pytest.mark.parametrize("family", FAMILIES)


def prompt_of(model: Model, seed: int = 1) -> Tensor:
    return torch.randint(3, model.vocabulary, (1, PROMPT), generator=torch.Generator().manual_seed(seed))


def greedy(logits: Tensor, step: int) -> Tensor:
    return logits.argmax(-1)


def pushes(rows: int, size: float = 3.0) -> Tensor:
    return size * torch.randn(rows, 1, WIDTH, generator=torch.Generator().manual_seed(8))


def adding(push: Tensor, positions: Positions = "all", first: int = 0, layer: int = LAYER) -> Edit:
    return Edit(layer, lambda h: h + push, positions, PROMPT, first)


def hooked(model: Model, layer: int, change: Callable[[Tensor], Tensor]) -> Any:
    """A hook that changes a layer's output, written without what is under test."""

    def hook(module: Any, args: Any, output: Any) -> Any:
        return (change(output[0]), *output[1:]) if isinstance(output, tuple) else change(output)

    return model.structure.layers[layer].module.register_forward_hook(hook)


@families
def test_without_an_edit_it_writes_what_the_library_writes(family: str) -> None:
    model = load_tiny(family)
    ids = prompt_of(model)
    written = write(model, ids.repeat(3, 1), NEW, greedy)
    settings = {"do_sample": False, "max_new_tokens": NEW, "eos_token_id": sorted(end_tokens(model))}
    expected = model.network.generate(ids, attention_mask=torch.ones_like(ids), pad_token_id=0, **settings)[0, PROMPT:]
    assert written.length.tolist() == [len(expected)] * 3
    for row in written.ids[:, : len(expected)]:
        assert row.tolist() == expected.tolist()


@families
@pytest.mark.parametrize("positions", get_args(Positions))
def test_a_remembered_prompt_was_edited_too(family: str, positions: Positions) -> None:
    """Step by step with a memory, against whole passes over everything so far with a hook that edits from scratch."""
    model = load_tiny(family)
    push = pushes(1)
    written = write(model, prompt_of(model), NEW, greedy, adding(push, positions, first=1))
    edited = {"all": (1, PROMPT + NEW), "generated": (PROMPT - 1, PROMPT + NEW), "last": (PROMPT - 1, PROMPT)}[
        positions
    ]

    def change(h: Tensor) -> Tensor:
        h = h.clone()
        h[:, edited[0] : edited[1]] += push
        return h

    handle, ids, logprobs = hooked(model, LAYER, change), prompt_of(model), []
    try:
        for _ in range(int(written.length[0])):
            log_p = model.network(input_ids=ids, use_cache=False).logits[:, -1].log_softmax(-1)
            ids = torch.cat([ids, log_p.argmax(-1, keepdim=True)], 1)
            logprobs.append(log_p.max(-1).values)
    finally:
        handle.remove()
    assert written.ids[0, : len(logprobs)].tolist() == ids[0, PROMPT:].tolist()
    torch.testing.assert_close(written.logprob[0, : len(logprobs)], torch.cat(logprobs), atol=1e-5, rtol=1e-5)


@families
def test_rows_have_edits_of_their_own(family: str) -> None:
    model = load_tiny(family)
    push = torch.cat([torch.zeros(1, 1, WIDTH), pushes(2)])
    together = write(model, prompt_of(model).repeat(3, 1), NEW, greedy, adding(push))
    for row in range(3):
        alone = write(model, prompt_of(model), NEW, greedy, adding(push[row : row + 1]))
        length = int(alone.length[0])
        assert length == int(together.length[row])
        assert alone.ids[0, :length].tolist() == together.ids[row, :length].tolist()
        torch.testing.assert_close(alone.logprob[0, :length], together.logprob[row, :length], atol=1e-5, rtol=1e-5)


@families
def test_adding_0_changes_no_bit(family: str) -> None:
    model = load_tiny(family)
    ids = prompt_of(model).repeat(2, 1)
    plain, moved_by_0 = (write(model, ids, NEW, greedy, edit) for edit in (None, adding(0 * pushes(2))))
    assert torch.equal(plain.ids, moved_by_0.ids)
    assert torch.equal(plain.logprob, moved_by_0.logprob)


@families
def test_adding_a_vector_is_a_bias_of_the_layer(family: str) -> None:
    model, push = load_tiny(family), pushes(1)
    handle = hooked(model, LAYER, lambda h: h + push)
    try:
        expected = model.network(input_ids=prompt_of(model), use_cache=False).logits
    finally:
        handle.remove()
    last = streams(model, prompt_of(model), {LAYERS - 1}, adding(push))[LAYERS - 1]
    found = model.unembedding.logits(last)
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()


@families
def test_streams_are_those_of_a_captured_run(family: str) -> None:
    model, ids = load_tiny(family), prompt_of(load_tiny(family))
    found = streams(model, ids, range(LAYERS))
    run = model.run(ids[0].tolist())
    for layer, stream in found.items():
        torch.testing.assert_close(stream[0], run.resid[layer + 1], atol=1e-5, rtol=1e-5)


def test_streams_hold_the_edit_of_their_own_layer_and_nothing_before_it() -> None:
    model, ids, push = load_tiny("llama"), prompt_of(load_tiny("llama")), pushes(1)
    plain, edited = (streams(model, ids, range(LAYERS), edit) for edit in (None, adding(push, first=1)))
    assert torch.equal(edited[LAYER - 1], plain[LAYER - 1])
    torch.testing.assert_close(edited[LAYER][:, 1:], plain[LAYER][:, 1:] + push)
    assert torch.equal(edited[LAYER][:, 0], plain[LAYER][:, 0])
    assert not torch.equal(edited[LAYER + 1][:, 1:], plain[LAYER + 1][:, 1:])


@pytest.mark.parametrize(
    ("positions", "prompt", "later"), [("all", [2, 3, 4], [5, 6]), ("generated", [4], [5, 6]), ("last", [4], [])]
)
def test_positions_name_what_is_touched(positions: Positions, prompt: list[int], later: list[int]) -> None:
    edit = Edit(0, lambda h: h, positions, prompt=5, first=2)
    assert edit.touches(0, 5).nonzero()[:, 0].tolist() == prompt
    assert (edit.touches(5, 7).nonzero()[:, 0] + 5).tolist() == later
    assert not replace(edit, first=9).touches(0, 7).any()


def test_a_row_ends_with_its_end_token_and_the_others_go_on() -> None:
    model = load_tiny("gpt2")
    end = min(end_tokens(model))

    def choose(logits: Tensor, step: int) -> Tensor:
        return torch.tensor([end if step == 2 else 10, 11, end if step == 0 else 12])

    written = write(model, prompt_of(model).repeat(3, 1), 6, choose)
    assert written.length.tolist() == [3, 6, 1]
    assert written.ids[1].tolist() == [11] * 6


def test_it_stops_once_every_row_has_ended() -> None:
    model, steps = load_tiny("gpt2"), []
    end = min(end_tokens(model))
    written = write(
        model, prompt_of(model), 50, lambda logits, step: torch.tensor([end if step == 3 else 9]), step=steps.append
    )
    assert (written.ids.shape[1], steps) == (4, [1, 2, 3, 4])


def test_logits_that_are_no_numbers_are_refused_with_their_step() -> None:
    model = load_tiny("llama")
    with pytest.raises(Problem, match="step 0") as refused:
        write(model, prompt_of(model), 3, greedy, adding(torch.full((1, 1, WIDTH), float("nan"))))
    assert refused.value.code == "not_finite"


def test_nothing_is_left_on_the_network() -> None:
    model = load_tiny("gpt2")
    before = state(model.network)
    write(model, prompt_of(model), 2, greedy, adding(pushes(1)))
    streams(model, prompt_of(model), {0}, adding(pushes(1)))
    assert state(model.network) == before


def test_batches_hold_rows_of_one_length() -> None:
    rows = [[1], [1, 2], [3], [4], [5, 6], [7]]
    assert list(by_length(rows, most=3)) == [[0, 2, 3], [5], [1, 4]]
