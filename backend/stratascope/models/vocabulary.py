"""A vocabulary to search in: which tokens there are for what somebody begins to type."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from stratascope.result import Token


class Vocabulary:
    """Every token a model has logits for, by id.

    `pieces` are the bytes of each; empty ones pad the vocabulary and stand for nothing. `special` are ids of markers.
    """

    def __init__(self, pieces: Sequence[bytes], special: Collection[int]) -> None:
        self._pieces, self._special = list(pieces), frozenset(special)
        self._texts = [piece.decode(errors="replace") for piece in self._pieces]
        self._folded = [text.casefold() for text in self._texts]

    def __len__(self) -> int:
        return len(self._pieces)

    def token(self, token_id: int) -> Token:
        """What a token id stands for."""
        piece = self._pieces[token_id]
        return Token(id=token_id, text=self._texts[token_id], bytes=piece.hex(), special=token_id in self._special)

    def search(self, query: str, limit: int) -> tuple[list[Token], int]:
        """The first `limit` tokens that fit `query`, and how many do.

        Tokens that are the query come first, then those that begin with it, then those that contain it; among these, as
        written before with another leading space before in other letter case, and low ids first. `#123` finds the token
        with that id before everything else; an empty query finds every token, in the order of ids.
        """
        named, needle = self._named(query), _bare(query).casefold()
        fits = [i for i, text in enumerate(self._folded) if needle in text and self._pieces[i] and i != named]
        first = [] if named is None else [named]
        found = first + self._ordered(fits, query, limit - len(first)) if query else fits
        return [self.token(i) for i in found[:limit]], len(first) + len(fits)

    def _ordered(self, fits: list[int], query: str, limit: int) -> list[int]:
        """The best `limit` of these ids, best first. Sorts no more than it must: a letter fits most of a vocabulary."""
        ordered: list[int] = []
        for is_closer in _closeness(query):
            if len(ordered) >= limit:
                break
            closer = {i for i in fits if is_closer(self._texts[i])}
            ordered += sorted(closer)
            fits = [i for i in fits if i not in closer]
        return [*ordered, *fits]

    def _named(self, query: str) -> int | None:
        """The id that a query like `#123` names, if there is one."""
        found = re.fullmatch(r"#([0-9]{1,9})", query, re.ASCII)
        return int(found[1]) if found and int(found[1]) < len(self) else None


def _bare(text: str) -> str:
    return text.removeprefix(" ")


def _closeness(query: str) -> tuple[Callable[[str], bool], ...]:
    """Tests of a token's text, the closest first. What passes none of them contains the query in other letter case."""
    bare = _bare(query)
    folded = bare.casefold()
    return (
        lambda text: text == query,
        lambda text: _bare(text) == bare,
        lambda text: _bare(text).casefold() == folded,
        lambda text: text.startswith(query),
        lambda text: _bare(text).startswith(bare),
        lambda text: _bare(text).casefold().startswith(folded),
        lambda text: bare in text,
    )
