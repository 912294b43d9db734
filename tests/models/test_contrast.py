"""Directions from texts: exact states without padding, and a refusal with numbers for everything that is no direction."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from stratascope.models import labelled_prompts
from stratascope.models.contrast import last_states, read_contrast, tokenized
from stratascope.models.steered import refuse_too_strong, row_edit
from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import items_path
from tests.families import LAYERS, load_tiny

families = pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox", "mixtral", "gemma2"])


@dataclass(frozen=True)
class Request:
    positive: list[str] = field(default_factory=lambda: ["the cat sat", "one model reads on", "cat on"])
    negative: list[str] = field(default_factory=lambda: ["London is", "Paris is the capital", "The London"])
    prompt_set: str | None = None
    label: str | None = None
    layer: int | None = None


@families
def test_states_in_batches_are_those_of_every_text_alone(family: str) -> None:
    model = load_tiny(family)
    texts = ["the cat", "one cat", "the capital of paris is", "on", "London"]
    rows = [tokens.ids for tokens in tokenized(model, "positive", texts)]
    found = last_states(model, rows, {0, LAYERS - 1})
    for layer, states in found.items():
        alone = torch.stack([model.run(row).resid[layer + 1][-1] for row in rows])
        torch.testing.assert_close(states, alone, atol=1e-5, rtol=1e-5)


def test_the_direction_is_the_difference_of_the_means() -> None:
    model, asked = load_tiny("llama"), Request(layer=2)
    reading = read_contrast(model, asked)
    means = [
        torch.stack([model.run(model.tokenize(text).ids).resid[3][-1] for text in texts]).double().mean(0)
        for texts in (asked.positive, asked.negative)
    ]
    torch.testing.assert_close(reading.contrast.direction, means[0] - means[1], atol=1e-5, rtol=1e-5)
    assert (reading.layer, reading.counts) == (2, (3, 3))
    assert read_contrast(model, Request()).layer == LAYERS // 2
    assert float(reading.favoured.sum()) == pytest.approx(0.0, abs=1e-5)


def test_a_text_given_twice_counts_once() -> None:
    model = load_tiny("gpt2")
    once, twice = (read_contrast(model, Request(positive=texts)) for texts in (["cat", "on"], ["cat", "on", "cat"]))
    assert torch.equal(once.contrast.direction, twice.contrast.direction)


@pytest.mark.parametrize(
    ("asked", "code", "field_", "words"),
    [
        (Request(positive=["cat"]), "not_enough_samples", "positive", "got 1"),
        (Request(negative=["on", "on"]), "not_enough_samples", "negative", "got 1"),
        (Request(positive=["a", "b"], negative=["b", "a"]), "zero_direction", "positive", "layer 2"),
        (Request(layer=9), "layer_out_of_range", "layer", "0–3"),
        (Request(positive=["cat", ""]), "prompt_empty", "positive", "Text 2"),
        (Request(negative=["cat", "x" * 100]), "prompt_too_long", "negative", "Text 2"),
        (Request(prompt_set="../secret"), "unknown_prompt_set", "prompt_set", "no prompt set"),
    ],
)
def test_what_is_no_direction_is_refused(asked: Request, code: str, field_: str, words: str) -> None:
    with pytest.raises(Problem, match=words) as refused:
        read_contrast(load_tiny("gpt2"), asked)
    assert (refused.value.code, refused.value.field) == (code, field_)


def write_sets(bundle: Path, sets: dict[str, list[dict[str, str | None]]]) -> None:
    """A bundle's prompt sets, with as much of an index as names them."""
    folder = bundle / "prompt-sets"
    folder.mkdir()
    empty = {"title": "", "description": "", "pairs": False, "answer": "", "control": "", "bytes": 0, "sha256": ""}
    index = [empty | {"id": name, "count": len(items)} for name, items in sets.items()]
    (folder / "index.json").write_text(json.dumps({"sets": index}))
    for name, items in sets.items():
        with gzip.open(items_path(folder, name), "wt") as file:
            file.writelines(json.dumps(item) + "\n" for item in items)


def test_labels_of_a_prompt_set_are_the_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled = [
        ("the cat", "positive"),
        ("cat on", "positive"),
        ("London", "negative"),
        ("Paris is", "negative"),
        ("x", None),
    ]
    items = {"moods": [{"prompt": p, "label": x} for p, x in labelled], "plain": [{"prompt": "the cat", "label": None}]}
    write_sets(tmp_path, items)
    monkeypatch.setattr(labelled_prompts, "bundle_path", lambda: tmp_path)
    model = load_tiny("gpt2")
    lists = Request(positive=["the cat", "cat on"], negative=["London", "Paris is"])
    expected = read_contrast(model, lists).contrast.direction
    assert torch.equal(read_contrast(model, Request(prompt_set="moods")).contrast.direction, expected)
    assert torch.equal(
        read_contrast(model, Request(prompt_set="moods", label="negative")).contrast.direction, -expected
    )
    for asked, code in (
        (Request(prompt_set="moods", label="blue"), "unknown_label"),
        (Request(prompt_set="plain"), "unknown_label"),
    ):
        with pytest.raises(Problem) as refused:
            read_contrast(model, asked)
        assert refused.value.code == code


def test_doubtful_directions_are_said_to_be_so() -> None:
    model = load_tiny("gpt2")
    few, apart = read_contrast(
        model, Request(positive=["the cat", "a cat"], negative=["on London", "is London"])
    ).warnings()
    assert "2 and 2 texts" in few
    assert "100%" in apart
    same_end = Request([f"{n} cat" for n in range(16)], [f"{n} model cat" for n in range(16)])
    assert read_contrast(model, same_end).warnings() == []


def test_an_edit_far_beyond_the_stream_needs_to_be_insisted_on() -> None:
    reading = read_contrast(load_tiny("gpt2"), Request())
    strong = 25 / reading.contrast.edit_size(1.0, "add")
    with pytest.raises(Problem, match=r"25\.0 times") as refused:
        refuse_too_strong(reading, strong, "add", force=False)
    assert refused.value.changes == {"force": True}
    assert refuse_too_strong(reading, strong, "add", force=True) == pytest.approx(25)
    assert refuse_too_strong(reading, 1.0, "project", force=False) < 20


@families
def test_rows_are_pushed_by_their_own_strength_and_the_marker_is_not(family: str) -> None:
    model = load_tiny(family)
    reading = read_contrast(model, Request())
    tokens = model.tokenize("the cat sat")
    directions = torch.stack([reading.contrast.direction, reading.contrast.random(1, 0)[0]])
    edit = row_edit(model, reading, directions, [2.0, -1.0], "add", "all", tokens)
    h = torch.randn(2, len(tokens.ids), model.width, generator=torch.Generator().manual_seed(1))
    moved = edit.apply(h, 0) - h
    first = int(tokens.tokens[0].special)
    assert not moved[:, :first].any()
    expected = directions.float() * torch.tensor([[2.0], [-1.0]])
    torch.testing.assert_close(moved[:, first:], expected[:, None].expand_as(moved[:, first:]), atol=1e-5, rtol=1e-4)
