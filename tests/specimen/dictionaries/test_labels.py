"""Names, contexts and promoted tokens of latents that were made by hand."""

from pathlib import Path
from typing import Any

import pytest
import torch

from stratascope.specimen.dictionaries.activations import Text
from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.classes import known_classes, membership
from stratascope.specimen.dictionaries.firings import Firings
from stratascope.specimen.dictionaries.labels import (
    describe,
    promoted_tokens,
    read_labels,
    token_text,
    write_labels,
)
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.subject import Subject


@pytest.fixture(scope="module")
def subject() -> Subject:
    torch.set_num_threads(1)
    return Subject.load(bundle_path() / "specimen")


@pytest.fixture(scope="module")
def described(subject: Subject) -> tuple[dict[str, list[Any]], Text]:
    """Latent 0 fires on months, latent 1 on two unrelated words, latent 2 never."""
    document = subject.prompt("The cat saw May and the dog saw June and Anna saw the table")
    text = Text.of([torch.tensor([document] * 30)])
    ids = text.ids
    months = torch.isin(ids, subject.words(["May", "June"])).nonzero().flatten()
    words = torch.isin(ids, subject.words(["Anna", "table"])).nonzero().flatten()
    heavy = ids[words] == subject.word("table")
    firings = Firings.sort(
        torch.cat([months, words]),
        torch.cat([torch.zeros(len(months)), torch.ones(len(words))]).long(),
        torch.cat([torch.ones(len(months)), 1 + 2.0 * heavy]),
        latent_count=3,
        total=len(ids),
    )
    classes = known_classes()
    return describe(firings, text, subject.tokenizer, list(classes), membership(subject.tokenizer, classes)), text


def test_names(described: tuple[dict[str, list[Any]], Text]) -> None:
    assert described[0]["label"] == ["top activations: months", "top tokens: table, Anna", "never fired"]


def test_tokens_and_their_shares(subject: Subject, described: tuple[dict[str, list[Any]], Text]) -> None:
    assert described[0]["tokens"][1] == [subject.word("table"), subject.word("Anna")]
    assert described[0]["token_shares"][1] == [0.75, 0.25]
    assert described[0]["tokens"][2] == []
    assert described[0]["density"] == [pytest.approx(60 / len(described[1].ids), rel=0.05)] * 2 + [0]


def test_contexts_stay_in_their_document(subject: Subject, described: tuple[dict[str, list[Any]], Text]) -> None:
    month, word, never = described[0]["contexts"]
    assert never == []
    assert month == [
        (3, subject.pieces("The cat saw May and")),
        (5, subject.pieces(" May and the dog saw June and")),
    ]
    # The strongest firing is on the last word: nothing of the next document may follow it.
    peak, ids = word[0]
    assert ids[peak] == subject.word("table")
    assert len(ids) == peak + 1


def test_promoted_tokens_are_those_whose_logits_rise(subject: Subject) -> None:
    model: Any = subject.model
    target = subject.word("Paris")
    norm = model.transformer.ln_f.weight.detach()
    directions = torch.stack([model.lm_head.weight[target].detach() / norm, torch.randn(len(norm))])
    made = Autoencoder(directions.T, torch.zeros(2), directions, torch.zeros(len(norm)), active=1)
    promoted = promoted_tokens(subject, made)
    assert promoted[0][0] == target
    with torch.no_grad():  # a small step along the second direction, with the scale of the norm held still
        step = 1e-2 * (directions[1] - directions[1].mean()) * norm
        assert promoted[1][0] == int(model.lm_head(step).argmax())


def test_text_of_tokens_that_show_nothing(subject: Subject) -> None:
    newline = subject.pieces("\n")[0]
    assert token_text(subject.tokenizer, newline) == subject.tokenizer.id_to_token(newline)
    assert token_text(subject.tokenizer, subject.word("Paris")) == "Paris"
    assert token_text(subject.tokenizer, 0) == "<|endoftext|>"


def test_files_are_reproducible(tmp_path: Path) -> None:
    content = {"label": ["top tokens: niño"], "contexts": [[[1, [2, 3]]]]}
    for name in ("a.json.gz", "b.json.gz"):
        write_labels(tmp_path / "labels" / name, content)
    assert read_labels(tmp_path / "labels" / "a.json.gz") == content
    assert (tmp_path / "labels" / "a.json.gz").read_bytes() == (tmp_path / "labels" / "b.json.gz").read_bytes()
