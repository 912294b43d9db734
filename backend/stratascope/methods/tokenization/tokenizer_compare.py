"""Tokenizer comparison: one text, several tokenizers, and the borders they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, method
from stratascope.methods.tokenization import reproduces_text
from stratascope.numerics.borders import Segmentation, jaccard
from stratascope.numerics.fragments import word_by_word
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, Similarity

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokenizers import Tokenizers
    from stratascope.models.tokens import TextReader

MOST_CHARACTERS = 20_000
MOST_PIECES = 512

Plain = Literal["words", "characters"]


class TokenizerCompareParams(PromptParams):
    """What the tokenizers are set beside."""

    plain: Annotated[list[Plain], Field(max_length=2)] = Field(
        ["words", "characters"],
        title="Beside",
        description="Plain ways of cutting that stand beside the tokenizers, to see what they are close to.",
    )


def _cost(model: ModelFacts, params: TokenizerCompareParams, tokens: int) -> Cost:
    """Tokenizers and their vocabularies only."""
    return Cost(forwards=0, bytes=4000 * max(tokens, 1) + 200 * model.vocabulary)


@method(
    title="Tokenizer comparison",
    version=2,
    guide=Guide(
        question="What does the model read?",
        purpose="Cuts one text with several tokenizers and measures how many of their borders they share.",
        reading="1: both put every border in the same place; 0: they share none. Borders that all agree on line up in the "
        "strips. A tokenizer that lowers or rewrites characters before it cuts shifts what follows; a warning says so.",
        synonyms=("tokenizer", "Jaccard", "vocabulary overlap", "merging", "BPE", "token count", "strips"),
        next=("tokenization/fragmentation", "tokenization/boundary-alignment", "tokenization/date-fragmentation"),
    ),
    papers=[
        Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025),
        Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025),
    ],
    requires=(),
    cost=_cost,
)
def tokenizer_compare(model: Model, params: TokenizerCompareParams, others: Tokenizers | None = None) -> Similarity:
    """Compare how up to six tokenizers cut a text. Runs tokenizers only, without markers.

    Arrays [tokenizer, other]: `shared` = |B_a ∩ B_b| / |B_a ∪ B_b| over the borders inside the text, white space in front of
    a piece left out of the comparison, 1 where neither has one; `pieces_shared`, the same of the pieces that the vocabularies
    hold, as exact bytes without markers, undefined for plain ways of cutting. `token_count` [tokenizer] counts pieces;
    `piece` [tokenizer, position] is text, the first 512 of each. `facts.agreed` are the borders that all tokenizers put,
    `facts.specials` their markers.
    """
    from stratascope.models.tokenizers import cut, given_text, readers

    text = given_text(model, params.prompt, params.messages)
    if len(text) > MOST_CHARACTERS:
        raise Problem(
            "prompt_too_long",
            f"The text is longer than {MOST_CHARACTERS:,} characters.",
            field="prompt",
            remedy="Use a shorter text",
        )
    tokenizers = readers(model, others)
    own = [cut(reader, text) for reader in tokenizers]
    cuts = [*own, *(_PLAIN[name](text) for name in dict.fromkeys(params.plain))]
    if len(cuts) < 2:
        raise Problem(
            "nothing_to_compare",
            "There is only one tokenizer: another, or a plain way of cutting, is missing.",
            field="others",
            remedy="Set it beside words and characters",
            changes={"plain": ["words", "characters"]},
        )
    borders = [each.borders() for each in cuts]
    shared = np.array([[jaccard(one, two) for two in borders] for one in borders], np.float32)
    names = [each.name for each in cuts]
    return Similarity(
        arrays={
            "shared": Array(values=shared, dims=("tokenizer", "other")),
            "pieces_shared": _vocabulary(tokenizers, len(cuts)),
            "token_count": Array(values=np.array([each.count for each in cuts], np.int32), dims=("tokenizer",)),
            "piece": Array(values=_strips(cuts), dims=("tokenizer", "position")),
        },
        quantities=[
            Quantity(name="shared", label="borders shared", scale="prob", limits=(0.0, 1.0)),
            Quantity(name="pieces_shared", label="vocabulary shared", scale="prob", limits=(0.0, 1.0)),
        ],
        coords={"tokenizer": names, "other": names},
        facts={
            "agreed": sorted(set.intersection(*borders[: len(own)])),
            "specials": {reader.name: _specials(reader) for reader in tokenizers},
        },
        summary=_summary(cuts, shared, len(own)),
        checks=_checks(own, shared),
        warnings=[
            f"{each.name} changes the text before it cuts it, so its borders may be displaced."
            for each in own
            if each.agreement() < 1.0
        ],
    )


def _characters(text: str) -> Segmentation:
    spans = [(i, i + 1) for i in range(len(text))]
    return Segmentation("characters", text, spans, [character.encode() for character in text])


_PLAIN = {"words": word_by_word, "characters": _characters}


def _vocabulary(tokenizers: Sequence[TextReader], count: int) -> Array:
    """Pieces that two vocabularies share, of those that either has: [tokenizer, other]."""
    pieces = []
    for reader in tokenizers:
        every, markers = reader.pieces.vocabulary(reader.vocabulary)
        pieces.append({piece for number, piece in enumerate(every) if piece} - {every[number] for number in markers})
    found = np.full((count, count), np.nan, np.float32)
    for i, one in enumerate(pieces):
        for j, other in enumerate(pieces):
            found[i, j] = len(one & other) / max(len(one | other), 1)
    return Array(values=found, dims=("tokenizer", "other"), undefined="a plain way of cutting has no vocabulary")


def _strips(cuts: Sequence[Segmentation]) -> np.ndarray:
    """The first pieces of each, as text; empty behind the end."""
    width = max(1, min(MOST_PIECES, max(each.count for each in cuts)))
    found = np.full((len(cuts), width), "", dtype=object)
    for row, each in zip(found, cuts, strict=True):
        pieces = [each.text[start:end] for start, end in each.spans[:width]]
        row[: len(pieces)] = pieces
    return found


def _specials(reader: TextReader) -> list[str]:
    every, markers = reader.pieces.vocabulary(reader.vocabulary)
    return [every[number].decode(errors="replace") for number in markers[:64]]


def _checks(own: Sequence[Segmentation], shared: np.ndarray) -> list[Check]:
    """That each agrees with itself and with the others both ways, and that the pieces are the text."""
    return [
        reproduces_text(min(each.agreement() for each in own)),
        Check(
            name="symmetric",
            label="same both ways",
            value=float(np.abs(shared - shared.T).max() + np.abs(np.diag(shared) - 1.0).max()),
            ok=0.0,
            explanation="Largest difference between the two orders of a pair, and of a tokenizer with itself from 1.",
        ),
    ]


def _summary(cuts: Sequence[Segmentation], shared: np.ndarray, tokenizers: int) -> str:
    counts = ", ".join(f"{each.name} {each.count}" for each in cuts[:tokenizers])
    best = 1 + int(shared[0, 1:].argmax())
    return (
        f"Tokens of the text: {counts}; {cuts[0].name} is closest to {cuts[best].name}, "
        f"with {shared[0, best]:.2f} of their borders shared."
    )
