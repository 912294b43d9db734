"""What a token id stands for, byte by byte.

Vocabularies spell bytes in their own ways: byte-level ones write every byte as a printable character, sentencepiece ones
write spaces as ▁ and bytes without a piece as <0xE2>. Added tokens are spelled as they are.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Literal

from transformers import PreTrainedTokenizerFast

from stratascope.result import Token

Spelling = Literal["byte-level", "sentencepiece", "plain"]
_SPACE = "▁"


class Pieces:
    """The vocabulary of a tokenizer as exact bytes. Tokens that are looked up by id are remembered."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._tokenizer = tokenizer
        self._added = tokenizer.added_tokens_decoder
        self._special = set(tokenizer.all_special_ids)
        self._known: dict[int, Token] = {}
        self.spelling = _spelling(tokenizer)

    def token(self, token_id: int) -> Token:
        """The token with this id; empty text for an id that the tokenizer has no piece for (padded vocabularies)."""
        if token_id not in self._known:
            self._known[token_id] = self._describe(token_id)
        return self._known[token_id]

    def id_of(self, text: str) -> int | None:
        """The id of the token that stands for exactly this text, None if no single token does."""
        for spelled in (self._spelled(text), text):
            found: int | None = self._tokenizer.backend_tokenizer.token_to_id(spelled)
            if found is not None and self.token(found).bytes == text.encode().hex():
                return found
        return None

    def vocabulary(self, count: int) -> tuple[list[bytes], list[int]]:
        """The bytes of the first `count` tokens, and which of them are markers. Nothing of it is remembered.

        A count of 0 means as many as the tokenizer has.
        """
        every = count or 1 + max(self._tokenizer.get_vocab().values(), default=-1)
        markers = self._special | {token_id for token_id, added in self._added.items() if added.special}
        return [self._bytes(token_id) for token_id in range(every)], sorted(it for it in markers if it < every)

    def _describe(self, token_id: int) -> Token:
        added, raw = self._added.get(token_id), self._bytes(token_id)
        special = token_id in self._special or (added is not None and added.special)
        return Token(id=token_id, text=raw.decode(errors="replace"), bytes=raw.hex(), special=special)

    def _bytes(self, token_id: int) -> bytes:
        added = self._added.get(token_id)
        return str(added).encode() if added is not None else self._vocabulary_bytes(token_id)

    def _vocabulary_bytes(self, token_id: int) -> bytes:
        piece: str | None = self._tokenizer.backend_tokenizer.id_to_token(token_id)
        if piece is None:
            return b""
        if self.spelling == "byte-level":
            spelled = [_bytes_by_character().get(character) for character in piece]
            known = [byte for byte in spelled if byte is not None]
            return bytes(known) if len(known) == len(spelled) else piece.encode()
        if self.spelling == "sentencepiece":
            byte = re.fullmatch(r"<0x([0-9A-F]{2})>", piece)
            return bytes.fromhex(byte[1]) if byte else piece.replace(_SPACE, " ").encode()
        return piece.removeprefix("##").encode()

    def _spelled(self, text: str) -> str:
        if self.spelling == "byte-level":
            return "".join(_characters_by_byte()[byte] for byte in text.encode())
        return text.replace(" ", _SPACE) if self.spelling == "sentencepiece" else text


def _spelling(tokenizer: PreTrainedTokenizerFast) -> Spelling:
    """How the vocabulary spells bytes, from the decoder that undoes it."""
    decoder = tokenizer.backend_tokenizer.decoder
    steps = _types(json.loads(decoder.__getstate__())) if decoder is not None else set()
    if "ByteLevel" in steps:
        return "byte-level"
    return "sentencepiece" if steps & {"ByteFallback", "Metaspace", f"Replace {_SPACE}"} else "plain"


def _types(step: Any) -> set[str]:
    if isinstance(step, list):
        return set().union(*map(_types, step)) if step else set()
    if not isinstance(step, dict):
        return set()
    pattern = step.get("pattern")
    replaced = pattern.get("String", "") if isinstance(pattern, dict) else ""
    own = {str(step.get("type")), f"{step.get('type')} {replaced}"}
    return own.union(*map(_types, step.values()))


@cache
def _characters_by_byte() -> dict[int, str]:
    """The printable character of every byte: itself where it is printable Latin-1, else the next one from 256 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


@cache
def _bytes_by_character() -> dict[str, int]:
    return {character: byte for byte, character in _characters_by_byte().items()}
