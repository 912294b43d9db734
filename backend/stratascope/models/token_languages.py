"""Which language a token belongs to: by its script, by a list of words, or as the beginning of one word."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from stratascope.numerics.commitment import crossing
from stratascope.problem import Problem, not_enough_samples

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

SCRIPTS = ("Latin", "Han", "Kana", "Hangul", "Cyrillic", "Arabic", "Devanagari", "Greek", "Hebrew", "Thai")
LEAST_WORDS = 500
EXAMPLE = "English: book, French: livre"

_BY_NAME = {"CJK": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana", "KATAKANA-HIRAGANA": "Kana"}
_BY_NAME |= {script.upper(): script for script in SCRIPTS if script not in ("Han", "Kana")}


@dataclass(frozen=True)
class TokenLanguages:
    """`names` of the languages; `of` [vocabulary] is the number of each token's language, len(names) for none."""

    names: tuple[str, ...]
    of: Tensor

    def name(self, token_id: int) -> str | None:
        """The language of a token, if it has one."""
        number = int(self.of[token_id])
        return self.names[number] if number < len(self.names) else None

    def count(self, name: str) -> int:
        """How many tokens a language has."""
        return int((self.of == self.names.index(name)).sum())


def by_script(model: Model, lists: Mapping[str, Sequence[str]] | None = None) -> TokenLanguages:
    """Tokens by the script of their letters; those without letters, or with letters of several scripts, have none.

    With `lists` of words, Latin tokens belong to the one language whose list has the whole token as a word, or to none.
    Raises `not_enough_samples` for a list of fewer than 500 words.
    """
    owner = _owners(lists or {})
    found = [_language(piece.decode(errors="replace"), owner, bool(lists)) for piece in _pieces(model)]
    named = [name for name in (*SCRIPTS, *(lists or {})) if name in set(found)]
    numbers = {name: number for number, name in enumerate(named)}
    return TokenLanguages(tuple(named), torch.tensor([numbers.get(name or "", len(named)) for name in found]))


def by_word(model: Model, words: Mapping[str, str]) -> TokenLanguages:
    """Tokens that begin the word of a language, with and without a space in front.

    Bytes are compared, so in a vocabulary of bytes the first ones of a character count too. Raises `no_word_token` and
    `shared_token`, for a token that begins the words of two languages.
    """
    pieces, none = _pieces(model), len(words)
    of = torch.full((len(pieces),), none)
    for number, (language, word) in enumerate(words.items()):
        whole = word.strip().encode()
        begins = [i for i, piece in enumerate(pieces) if piece.strip() and _begins(piece, whole)]
        if not begins:
            raise Problem(
                "no_word_token",
                f"No vocabulary token starts the {language} word {word!r}.",
                field="words",
                remedy="Choose another word",
            )
        taken = next((i for i in begins if int(of[i]) != none), None)
        if taken is not None:
            other = list(words)[int(of[taken])]
            raise Problem(
                "shared_token",
                f"The words for {other} and {language} share the token {model.token(taken).text!r}; choose another word.",
                field="words",
                remedy="Choose words that begin with different letters",
            )
        of[begins] = number
    return TokenLanguages(tuple(words), of)


def word_line(line: str) -> dict[str, str]:
    """The words by language of a line such as "English: book, French: livre". Raises `bad_parameter`."""
    pairs = [part.partition(":") for part in line.split(",")]
    words = {language.strip(): word.strip() for language, _, word in pairs}
    if len(words) < 2 or not all(language and word for language, word in words.items()):
        raise Problem(
            "bad_parameter",
            f"words must be lines such as {EXAMPLE}; got {line[:80]!r}.",
            field="words",
            remedy=f"Give a line such as {EXAMPLE}",
        )
    return words


def word_list(line: str) -> tuple[str, list[str]]:
    """The language and the words of a line such as "French: le la les"."""
    language, _, words = line.partition(":")
    return language.strip()[:40], words.split()


def confusion_points(
    tokens: Tokens, languages: TokenLanguages, shares: Tensor, since: int, requested: str | None
) -> list[dict[str, Any]]:
    """Where a text leaves the language asked for, from token `since` on; tokens without a language are passed over.

    `shares` [language, row, new token] are those of the rows that predict each new token. Without `requested` it is the
    language of the last earlier token that has one.
    """
    spoken = [languages.name(token) for token in tokens.ids]
    before = [language for language in spoken[:since] if language]
    last = requested = requested or (before[-1] if before else None)
    points: list[dict[str, Any]] = []
    if requested not in languages.names:
        return points
    for step, language in enumerate(spoken[since:]):
        if language and language != requested and last == requested:
            wrong, right = (
                shares[languages.names.index(language), :, step],
                shares[languages.names.index(requested), :, step],
            )
            token = tokens.tokens[since + step].text
            point = {"step": step, "position": since + step, "token": token, "language": language}
            points.append(point | {"transition_row": crossing(wrong - right)})
        last = language or last
    return points


def _begins(piece: bytes, word: bytes) -> bool:
    return word.startswith(piece) or (b" " + word).startswith(piece)


def _pieces(model: Model) -> list[bytes]:
    """The bytes of every token; none for markers, which belong to no language."""
    pieces, special = model.text.pieces.vocabulary(model.vocabulary)
    markers = set(special)
    return [b"" if i in markers else piece for i, piece in enumerate(pieces)]


def _owners(lists: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """The language of a word that stands in one list; None for one that stands in several."""
    found: dict[str, str | None] = {}
    for language, words in lists.items():
        own = {word.casefold() for word in words}
        if len(own) < LEAST_WORDS:
            raise not_enough_samples(f"The word list of {language}", LEAST_WORDS, "words", len(own))
        for word in own:
            found[word] = None if word in found else language
    return found


def _language(text: str, owner: Mapping[str, str | None], listed: bool) -> str | None:
    scripts = {_script(letter) for letter in text if letter.isalpha()}
    if scripts == {"Han", "Kana"}:
        return "Kana"
    script = scripts.pop() if len(scripts) == 1 else None
    return owner.get(text.strip().casefold()) if listed and script == "Latin" else script


@cache
def _script(letter: str) -> str | None:
    """The script of one letter, from its Unicode name."""
    return _BY_NAME.get(unicodedata.name(letter, "").partition(" ")[0])
