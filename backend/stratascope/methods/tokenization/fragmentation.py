"""Fragmentation: how many pieces tokenizers make of words, script by script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    PromptText,
    method,
    silent,
)
from stratascope.methods.tokenization import reproduces_text
from stratascope.numerics.fragments import Counts, byte_by_byte, counted, total, word_by_word
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, Table

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokenizers import Tokenizers
    from stratascope.models.tokens import TextReader

MOST_CHARACTERS = 1_000_000
CHECKED = 1000
"""Characters of each text that the tokenizers of known numbers are tried on."""
NAMES = ("one token", "two tokens", "three tokens", "four or more")


class FragmentationParams(PromptsParams):
    """The text, and the same in another language to set it against."""

    reference: PromptText = Field(
        "", description="The same text in another language, whose tokens the text's are divided by."
    )


@dataclass(frozen=True)
class Row:
    """One tokenizer on one script."""

    tokenizer: str
    script: str
    counts: Counts
    parity: float


def _cost(model: ModelFacts, params: FragmentationParams, tokens: int) -> Cost:
    """Tokenizers only."""
    return Cost(forwards=0, bytes=2000 * max(tokens, sum(map(len, params.prompts)), 1))


@method(
    title="Fragmentation",
    version=2,
    guide=Guide(
        question="What does the model read?",
        purpose="Counts how many tokens words cost, for the model's tokenizer and for others, script by script.",
        reading="A fertility of 2.3 means that the average word costs 2.3 tokens; the split rate is the share of words in more "
        "than one. A parity above 1 is the price of writing in this language rather than in that of the reference. "
        "What a word is differs between languages: Chinese and Japanese are counted by character.",
        synonyms=("fertility", "tokenizer", "words", "languages", "parity", "bytes per token", "compression", "UNK"),
        next=("tokenization/tokenizer-compare", "tokenization/token-boundaries", "tokenization/date-fragmentation"),
    ),
    papers=[
        Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025),
        Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025),
        Paper("CLaS-Bench: A Cross-Lingual Alignment and Steering Benchmark", 2026),
        Paper("LayAlign: Enhancing Multilingual Reasoning in Large Language Models via Layer-Wise Adaptive Fusion and "
              "Alignment Strategy", 2025),
    ],
    requires=(),
    cost=_cost,
)  # fmt: skip
def fragmentation(
    model: Model, params: FragmentationParams, others: Tokenizers | None = None, progress: Progress = silent
) -> Table:
    """Count tokens and words. Runs tokenizers only; texts are read without markers, and may be longer than a context.

    Words are runs of letters and digits, Chinese and Japanese characters one by one. Sums are taken over all texts, then
    divided: fertility = tokens / words. The rows "all" count every token; those of a script the tokens that touch its words.

    Arrays [entry], one entry per tokenizer and script: `tokenizer`, `script` (text); `words`, `token_count`; `fertility`;
    `split_rate`, share of words in two tokens or more; `chars_per_token`, `bytes_per_token`; `unknown_rate`, share of tokens
    that stand for an unknown character or for a part of one; `parity`, tokens over those of the reference; and the number
    of words of one, two, three and more tokens.
    """
    from stratascope.models.tokenizers import cut, readers

    texts = _texts(model, params)
    rows, least = [], 1.0
    tokenizers = readers(model, others)
    for number, reader in enumerate(tokenizers):
        progress(number, len(tokenizers), "cutting")
        cuts = [cut(reader, text) for text in texts]
        counts = total(map(counted, cuts))
        least = min(least, *(each.agreement() for each in cuts))
        if not counts["all"].words:
            raise Problem("no_words", "No words were found.", field="prompt", remedy="Type some words")
        parity = _parity(reader, counts["all"].tokens, params.reference)
        rows += [Row(reader.name, name, own, parity if name == "all" else float("nan")) for name, own in counts.items()]
    return Table(
        arrays=_arrays(rows),
        quantities=[Quantity(name="fertility", label="tokens per word", scale="mag")],
        facts={"n_prompts": len(texts), "n_tokens": rows[0].counts.tokens, "n_words": rows[0].counts.words},
        summary=_summary([row for row in rows if row.script == "all"]),
        checks=_checks(texts, least),
    )


def _texts(model: Model, params: FragmentationParams) -> list[str]:
    """The texts of the request. Raises `too_many_characters`."""
    from stratascope.models.labelled_prompts import labelled_prompts
    from stratascope.models.tokenizers import given_text

    if params.prompts_from is not None:
        texts = [item.prompt for item in labelled_prompts(params.prompts_from, "prompts_from")]
    else:
        texts = list(params.prompts) or [given_text(model, params.prompt, params.messages)]
    count = sum(map(len, texts))
    if count > MOST_CHARACTERS:
        raise Problem(
            "too_many_characters",
            f"The texts have {count:,} characters together; at most {MOST_CHARACTERS:,} are counted.",
            field="prompts",
            remedy="Give fewer or shorter texts",
        )
    return texts


def _parity(reader: TextReader, tokens: int, reference: str) -> float:
    from stratascope.models.tokenizers import cut

    found = cut(reader, reference).count
    return tokens / found if found else float("nan")


def _arrays(rows: Sequence[Row]) -> dict[str, Array]:
    counts = [row.counts for row in rows]
    numbers = {
        "words": [it.words for it in counts],
        "token_count": [it.tokens for it in counts],
        "fertility": [it.fertility for it in counts],
        "split_rate": [it.split_rate for it in counts],
        "chars_per_token": [it.characters_per_token for it in counts],
        "bytes_per_token": [it.bytes_per_token for it in counts],
        "unknown_rate": [it.unknown_rate for it in counts],
        "parity": [row.parity for row in rows],
        **{name: [it.by_tokens[i] for it in counts] for i, name in enumerate(NAMES)},
    }
    undefined = {"parity": "no reference, or a single script"}
    texts = {"tokenizer": [row.tokenizer for row in rows], "script": [row.script for row in rows]}
    return {
        **{name: Array(values=np.array(values, dtype=object), dims=("entry",)) for name, values in texts.items()},
        **{
            name: Array(values=np.array(values, np.float32), dims=("entry",), undefined=undefined.get(name))
            for name, values in numbers.items()
        },
    }


def _checks(texts: Sequence[str], least: float) -> list[Check]:
    """Two tokenizers whose numbers are known, counted in the same way, and whether the pieces are the text."""
    beginnings = [text[:CHECKED] for text in texts]
    words = total(counted(word_by_word(text)) for text in beginnings)["all"]
    bytes_ = total(counted(byte_by_byte(text)) for text in beginnings)["all"]
    return [
        reproduces_text(least),
        Check(
            name="words_as_tokens",
            label="fertility of whole words",
            value=abs(words.fertility - 1.0) + words.split_rate,
            ok=0.0,
            explanation="Distance from fertility 1 and split rate 0 when the words themselves are counted as tokens.",
        ),
        Check(
            name="bytes_as_tokens",
            label="bytes per byte",
            value=abs(bytes_.bytes_per_token - 1.0),
            ok=0.0,
            explanation="Distance from one byte per token when the bytes themselves are counted as tokens.",
        ),
    ]


def _summary(rows: Sequence[Row]) -> str:
    first, *rest = rows
    own = first.counts
    said = (
        f"{first.tokenizer} makes {own.tokens} tokens of {own.words} words: {own.fertility:.2f} per word, "
        f"{own.split_rate:.0%} of the words in more than one"
    )
    others = ", ".join(f"{row.tokenizer} {row.counts.fertility:.2f}" for row in rest)
    return f"{said}{f'; per word by other tokenizers: {others}' if others else ''}."
