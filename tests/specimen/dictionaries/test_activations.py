"""Activations come from the right place, in the right order and without markers; edits take effect there."""

from pathlib import Path
from typing import Any

import pytest
import torch

from stratascope.specimen.dictionaries.activations import (
    HELD_OUT_SEED,
    TRAINING_SEED,
    WORDED_FAMILIES,
    Text,
    harvest,
    rows,
)
from stratascope.specimen.dictionaries.sites import Site, edited
from stratascope.specimen.families import FAMILIES
from stratascope.specimen.subject import Subject
from tests.specimen.dictionaries.tiny import tiny_subject


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return tiny_subject(Path(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def ids() -> torch.Tensor:
    return torch.tensor([[0, 5, 9, 0, 12], [0, 30, 31, 32, 33]])


def test_names_are_those_of_transformer_lens() -> None:
    assert Site("resid-post", 3).hook_name == "blocks.3.hook_resid_post"
    assert Site("attn-z", 1).hook_name == "blocks.1.attn.hook_z"


def test_residual_streams_are_those_of_the_model(subject: Subject, ids: torch.Tensor) -> None:
    found = harvest(subject, [ids], [Site("resid-post", 0)])[Site("resid-post", 0)]
    with torch.no_grad():
        expected = subject.model(input_ids=ids, output_hidden_states=True).hidden_states[1]
    assert torch.allclose(found, expected[ids != 0], atol=1e-6)


def test_attention_values_give_the_output_of_the_attention(subject: Subject, ids: torch.Tensor) -> None:
    z = harvest(subject, [ids], [Site("attn-z", 1)])[Site("attn-z", 1)]
    block: Any = subject.blocks[1]
    outputs: list[torch.Tensor] = []
    hook = block.attn.register_forward_hook(lambda _, __, output: outputs.append(output[0]))
    with torch.no_grad():
        subject.model(input_ids=ids)
        expected = block.attn.c_proj(z)
    hook.remove()
    assert torch.allclose(expected, outputs[0][ids != 0], atol=1e-6)


def test_text_and_activations_run_in_parallel(subject: Subject, ids: torch.Tensor) -> None:
    text = Text.of([ids[:1], ids[1:]])
    assert text.ids.tolist() == [5, 9, 12, 30, 31, 32, 33]
    site = Site("resid-post", 1)
    together, apart = harvest(subject, [ids], [site])[site], harvest(subject, [ids[:1], ids[1:]], [site])[site]
    assert torch.allclose(together, apart, atol=1e-6)
    assert len(together) == len(text.ids)


@pytest.mark.parametrize("site", [Site("resid-post", 0), Site("attn-z", 1)])
def test_an_edit_changes_what_follows_and_ends(subject: Subject, ids: torch.Tensor, site: Site) -> None:
    with torch.no_grad():
        before = subject.model(input_ids=ids).logits
        with edited(subject, site, lambda x: x + torch.arange(x.shape[-1])):
            during = subject.model(input_ids=ids).logits
        after = subject.model(input_ids=ids).logits
    assert not torch.allclose(before, during)
    assert torch.equal(before, after)


def test_rows_are_held_out(subject: Subject) -> None:
    training, held_out = (rows(subject.tokenizer, seed, 2) for seed in (TRAINING_SEED, HELD_OUT_SEED))
    assert [batch.shape for batch in training] == [(64, 64), (16, 256)]
    assert not torch.equal(training[0], held_out[0])
    assert torch.equal(training[0], rows(subject.tokenizer, TRAINING_SEED, 1)[0])


def test_worded_rows_are_other_rows(subject: Subject) -> None:
    assert set(WORDED_FAMILIES) < set(FAMILIES)
    worded, all_kinds = (rows(subject.tokenizer, 7, 1, families)[0] for families in (WORDED_FAMILIES, FAMILIES))
    # Arbitrary ids come from all over the vocabulary, words from a part of it.
    assert len(worded.unique()) < len(all_kinds.unique())
