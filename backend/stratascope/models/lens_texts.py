"""The text a lens is trained on, as rows of token ids: given texts packed one behind the other, or bundled ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.models.tokens import guarded
from stratascope.problem import Problem
from stratascope.specimen.corpus import stream

if TYPE_CHECKING:
    from stratascope.models.model import Model

LEAST_TOKENS = 2_048
"""Below these nothing is trained: a row would learn its few sentences by heart."""
RECOMMENDED_TOKENS = 50_000
MOST_BUNDLED = 500_000
_LEAST_ROWS = 8
_BUNDLED_SEED = "text for lenses"
"""Of a stream of documents apart from the ones the bundled models were trained and measured on."""
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Texts:
    """Rows of token ids [row, position] to train on and to measure with; `tokens` counts those of the text as a whole.

    `sha256` is of all ids in their order, `source` says where they come from.
    """

    training: Tensor
    held_out: Tensor
    tokens: int
    sha256: str
    source: str


def given_texts(prompts: Sequence[str], prompt_set: str | None) -> tuple[list[str], str]:
    """The texts of a request, each once, with what to call them. None if the request names none."""
    if prompt_set is not None:
        found, source = (
            [item.prompt for item in labelled_prompts(prompt_set, "prompts_from")],
            f"prompt set {prompt_set}",
        )
    else:
        found, source = list(prompts), "given texts"
    return list(dict.fromkeys(found)), source


def training_texts(
    model: Model, texts: Sequence[str], source: str, wanted: int, length: int, held_out_share: float, seed: int
) -> Texts:
    """Pack texts, or bundled ones of about `wanted` tokens if there are none, into rows of at most `length` tokens.

    Raises `not_enough_samples` and `tokenizer_failed`.
    """
    if texts:
        ids = [token for text in _read(model, texts) for token in text]
    else:
        source = "bundled texts"
        ids = _some(_read(model, _bundled()), min(MOST_BUNDLED, max(wanted, 2 * LEAST_TOKENS)))
    if len(ids) < LEAST_TOKENS:
        raise Problem(
            "not_enough_samples",
            f"The dataset has {len(ids):,} tokens; training needs at least {LEAST_TOKENS:,}.",
            field="prompts",
            remedy="Give more text, or leave the texts out to train on bundled ones",
            changes={"prompts": [], "prompts_from": None},
        )
    size = min(length, model.text.context, len(ids) // _LEAST_ROWS)
    rows = torch.tensor(ids[: len(ids) // size * size]).view(-1, size)
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed))]
    held = max(1, round(held_out_share * len(rows)))
    digest = hashlib.sha256(rows.numpy().tobytes()).hexdigest()
    return Texts(rows[held:].clone(), rows[:held].clone(), len(ids), digest, source)


def rows_of_step(texts: Texts, step: int, count: int, seed: int) -> Tensor:
    """The rows [row, position] that a step trains on: every row once, then all again in another order."""
    total, found = len(texts.training), list[int]()
    while len(found) < count:
        number = step * count + len(found)
        order = torch.randperm(total, generator=torch.Generator().manual_seed(seed + 1 + number // total))
        found += order[number % total :][: count - len(found)].tolist()
    return texts.training[found]


def _bundled() -> Iterator[str]:
    return (document.text for document in stream(_BUNDLED_SEED) if document.text)


def _some(texts: Iterable[list[int]], most: int) -> list[int]:
    found: list[int] = []
    for ids in texts:
        found += ids
        if len(found) >= most:
            break
    return found[:most]


def _read(model: Model, texts: Iterable[str]) -> Iterator[list[int]]:
    """The ids of each text, behind the markers that the model reads before any prompt or, without such, before an end."""
    before, after = _markers(model)
    remaining = iter(texts)
    while some := list(islice(remaining, _AT_ONCE)):
        for ids in _encoded(model, some):
            _refuse_unknown(model, ids)
            yield [*before, *ids, *after]


def _encoded(model: Model, texts: list[str]) -> list[list[int]]:
    def encode() -> list[list[int]]:
        return list(model.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"])

    return guarded(model.id, encode)


def _markers(model: Model) -> tuple[list[int], list[int]]:
    before = [token.id for token in model.tokenize("a").tokens if token.offset is None]
    end = model.tokenizer.eos_token_id
    return before, [end] if not before and isinstance(end, int) and end < model.text.vocabulary else []


def _refuse_unknown(model: Model, ids: Sequence[int]) -> None:
    wrong = next((token for token in ids if token >= model.text.vocabulary), None)
    if wrong is not None:
        model.text.check_ids([wrong])
