"""How many pieces a tokenizer makes of words, all together and script by script. Pure text, no torch."""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stratascope.numerics.borders import Segmentation, trimmed
from stratascope.numerics.units import Unit, words

MOST_COUNTED = 4
"""Words of at least so many tokens are counted together."""


@dataclass
class Counts:
    """Sums over words and tokens. `by_tokens[n - 1]` are the words of n tokens, the last entry those of more."""

    words: int
    tokens: int
    characters: int
    bytes: int
    unknown: int
    by_tokens: np.ndarray

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.words + other.words,
            self.tokens + other.tokens,
            self.characters + other.characters,
            self.bytes + other.bytes,
            self.unknown + other.unknown,
            self.by_tokens + other.by_tokens,
        )

    @property
    def fertility(self) -> float:
        """Tokens per word."""
        return _ratio(self.tokens, self.words)

    @property
    def split_rate(self) -> float:
        """Share of words that at least two tokens touch."""
        return _ratio(int(self.by_tokens[1:].sum()), self.words)

    @property
    def characters_per_token(self) -> float:
        """Characters per token."""
        return _ratio(self.characters, self.tokens)

    @property
    def bytes_per_token(self) -> float:
        """UTF-8 bytes per token."""
        return _ratio(self.bytes, self.tokens)

    @property
    def unknown_rate(self) -> float:
        """Share of tokens that stand for an unknown character, or for a part of one."""
        return _ratio(self.unknown, self.tokens)


def counted(cut: Segmentation) -> dict[str, Counts]:
    """What one text comes to: under "all" with every token, under each script with the tokens that touch its words."""
    found = words(cut.text)
    touched = _touched(found, trimmed(cut.text, cut.spans))
    parts = {piece for piece in set(cut.pieces) if _is_part(piece)}
    odd = np.array([piece in parts for piece in cut.pieces], dtype=bool)
    odd[: len(cut.unknown)] |= np.array(cut.unknown, dtype=bool)
    everything = Counts(
        len(found), cut.count, len(cut.text), len(cut.text.encode()), int(odd.sum()), _histogram(touched)
    )
    scripts: dict[str, list[int]] = {}
    for number, word in enumerate(found):
        scripts.setdefault(script(cut.text[word.start]), []).append(number)
    each = {name: _of_script(cut, [found[i] for i in own], touched[own], odd) for name, own in sorted(scripts.items())}
    return {"all": everything, **each}


def _of_script(cut: Segmentation, own: Sequence[Unit], touched: np.ndarray, odd: np.ndarray) -> Counts:
    inside = np.zeros(cut.count, dtype=bool)
    for first, last in touched:
        inside[first:last] = True
    texts = [cut.text[word.start : word.end] for word in own]
    sizes = sum(map(len, texts)), sum(len(text.encode()) for text in texts)
    return Counts(len(own), int(inside.sum()), *sizes, int((inside & odd).sum()), _histogram(touched))


def _touched(found: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """For every word the first token that shares a character with it and the one behind the last: [word, 2]."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    pairs = [(bisect.bisect_right(ends, word.start), bisect.bisect_left(starts, word.end)) for word in found]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _histogram(touched: np.ndarray) -> np.ndarray:
    lengths = np.clip(touched[:, 1] - touched[:, 0], 1, MOST_COUNTED)
    return np.bincount(lengths, minlength=MOST_COUNTED + 1)[1:]


def script(character: str) -> str:
    """The script of a letter, such as latin or cyrillic; digits for a digit."""
    if character.isdigit():
        return "digits"
    return unicodedata.name(character, "other").split(" ")[0].lower()


def _is_part(piece: bytes) -> bool:
    """Whether bytes are no whole characters."""
    try:
        piece.decode()
    except UnicodeDecodeError:
        return True
    return False


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def word_by_word(text: str) -> Segmentation:
    """The words of a text as its only pieces: what a tokenizer would do that knows every word."""
    spans = [(word.start, word.end) for word in words(text)]
    return Segmentation("words", text, spans, [text[a:b].encode() for a, b in spans])


def byte_by_byte(text: str) -> Segmentation:
    """Every byte a piece of its own, with the range of the character it belongs to."""
    pieces = [((i, i + 1), bytes([byte])) for i, character in enumerate(text) for byte in character.encode()]
    return Segmentation("bytes", text, [span for span, _ in pieces], [piece for _, piece in pieces])


def total(each: Iterable[dict[str, Counts]]) -> dict[str, Counts]:
    """The counts of many texts together, by script."""
    found: dict[str, Counts] = {}
    for counts in each:
        for name, own in counts.items():
            found[name] = found[name] + own if name in found else own
    return found
