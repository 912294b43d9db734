"""Text to tokens, as the model reads it: markers, exact bytes, character ranges, and refusals with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from transformers import PreTrainedTokenizerFast

from stratascope.method import MAX_PROMPT_CHARACTERS, Message
from stratascope.models.pieces import Pieces
from stratascope.problem import Problem
from stratascope.result import Token

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Tokens:
    """A prompt as token ids, with what each stands for. `text` is what offsets count characters of."""

    ids: list[int]
    tokens: list[Token]
    text: str
    bos_prepended: bool


@dataclass(frozen=True)
class _Encoding:
    """Ids with their character ranges; `added` marks the tokens that the tokenizer put in by itself."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    added: list[bool]

    def without_first(self) -> _Encoding:
        return _Encoding(self.ids[1:], self.offsets[1:], self.added[1:])

    def behind(self, marker: int) -> _Encoding:
        return _Encoding([marker, *self.ids], [(0, 0), *self.offsets], [True, *self.added])


class TextReader:
    """Reads prompts for one model: `context` tokens at most, ids below `vocabulary`.

    `bos` is the id to put in front of plain prompts when `prepend_bos` says so; None leaves it to the tokenizer.
    """

    def __init__(
        self,
        name: str,
        tokenizer: PreTrainedTokenizerFast,
        context: int,
        vocabulary: int,
        bos: int | None = None,
        prepend_bos: bool | None = None,
    ) -> None:
        self.name, self.tokenizer, self.context, self.vocabulary = name, tokenizer, context, vocabulary
        self._bos, self._prepend_bos = bos, prepend_bos
        self.pieces = Pieces(tokenizer)

    def read(self, text: str) -> Tokens:
        """A plain prompt, behind the beginning-of-sequence token if this model is used that way."""
        self._refuse_long_text(text)
        encoding = self._marked(text, self._encode(text, self._prepend_bos is not False))
        self._refuse(encoding, lambda: self._shortened(text, encoding))
        bos_prepended = bool(encoding.added[0]) and encoding.ids[0] == self._bos
        return Tokens(encoding.ids, self._described(text, encoding), text, bos_prepended)

    def read_chat(self, messages: Sequence[Message | Mapping[str, str]]) -> Tokens:
        """Chat messages laid out by the model's own template, which also places the markers."""
        plain = [message.model_dump() if isinstance(message, Message) else dict(message) for message in messages]
        text = self._laid_out(plain)
        self._refuse_long_text(text)
        encoding = self._encode(text, add_special=False)
        self._refuse(encoding, lambda: None)
        return Tokens(encoding.ids, self._described(text, encoding), text, bos_prepended=False)

    def cut(self, text: str) -> list[tuple[Token, tuple[int, int]]]:
        """The tokens of a text alone with their character ranges, however many: no markers, no limit of the context."""
        placed = self._placed(text, self._encode(text, add_special=False))
        return [(token, offset) for token, offset, added in placed if not added]

    def describe(self, ids: Sequence[int]) -> Tokens:
        """Ids that come from no text, such as random sequences."""
        tokens = [self.pieces.token(token_id) for token_id in ids]
        return Tokens(list(ids), tokens, "".join(token.text for token in tokens), bos_prepended=False)

    def single(self, text: str) -> int:
        """The id of the one token that stands for this text. Raises `token_not_single` with the pieces."""
        found = self.pieces.id_of(text)
        ids = [found] if found is not None else self._encode(text, add_special=False).ids
        if len(ids) != 1:
            pieces = " · ".join(repr(self.pieces.token(token_id).text) for token_id in ids[:8])
            raise Problem(
                "token_not_single",
                f"{text!r} is {len(ids)} tokens for this tokenizer ({pieces}); give one token or a token id.",
                remedy="Give the text of one token, its leading space included",
            )
        self.check_ids(ids)
        return ids[0]

    def returns(self, text: str) -> bool:
        """Whether a text comes back from reading it, but for a space in front that some tokenizers put there."""
        pieces = (self.pieces.token(token_id) for token_id in self._encode(text, add_special=False).ids)
        read = bytes.fromhex("".join(piece.bytes for piece in pieces))
        return read in (text.encode(), b" " + text.encode())

    def check_ids(self, ids: Sequence[int]) -> None:
        """Refuse ids that the model has no embedding for, and more or fewer of them than it can read."""
        if not ids:
            raise Problem(
                "prompt_empty", "The prompt is empty after tokenization.", field="prompt", remedy="Type some text"
            )
        wrong = next((token_id for token_id in ids if not 0 <= token_id < self.vocabulary), None)
        if wrong is not None:
            raise Problem(
                "token_out_of_range",
                f"Token {wrong} does not exist; {self.name} has tokens 0–{self.vocabulary - 1}.",
                remedy=f"Use token ids between 0 and {self.vocabulary - 1}",
            )
        if len(ids) > self.context:
            raise self._too_long(len(ids), None)

    def _laid_out(self, messages: list[dict[str, str]]) -> str:
        if not self.tokenizer.chat_template:
            raise Problem(
                "no_chat_template",
                f"{self.name} has no chat template, so messages cannot be laid out for it.",
                field="messages",
                remedy="Give the text as a prompt, or choose a chat model",
            )
        lay_out = self.tokenizer.apply_chat_template
        try:
            return str(lay_out(messages, tokenize=False, add_generation_prompt=True))
        except Exception as error:
            raise Problem(
                "chat_template_failed",
                f"The chat template of {self.name} refused these messages ({type(error).__name__}).",
                field="messages",
                remedy="Begin with a user message and alternate roles, or give the text as a prompt",
            ) from error

    def _encode(self, text: str, add_special: bool) -> _Encoding:
        def encode() -> Any:
            return self.tokenizer(
                text, add_special_tokens=add_special, return_offsets_mapping=True, return_special_tokens_mask=True
            )

        found = guarded(self.name, encode)
        offsets = [(int(start), int(end)) for start, end in found["offset_mapping"]]
        return _Encoding(list(found["input_ids"]), offsets, [bool(mark) for mark in found["special_tokens_mask"]])

    def _marked(self, text: str, encoding: _Encoding) -> _Encoding:
        """Exactly one beginning-of-sequence token: not a second one where the text already begins with it."""
        starts = [token_id == self._bos for token_id in encoding.ids[:2]]
        if self._bos is None:
            return encoding
        if starts == [True, True] and encoding.added[0] and not encoding.added[1]:
            return encoding.without_first()
        return encoding if starts[:1] == [True] or not self._prepend_bos else encoding.behind(self._bos)

    def _refuse(self, encoding: _Encoding, shorten: Callable[[], str | None]) -> None:
        if all(encoding.added):
            self.check_ids([])
        if len(encoding.ids) > self.context:
            raise self._too_long(len(encoding.ids), shorten())
        self.check_ids(encoding.ids)

    def _refuse_long_text(self, text: str) -> None:
        if len(text) > MAX_PROMPT_CHARACTERS:
            raise Problem(
                "prompt_too_long",
                f"The prompt has {len(text)} characters; at most {MAX_PROMPT_CHARACTERS} are tokenized.",
                field="prompt",
                remedy="Use a shorter prompt",
            )

    def _too_long(self, count: int, shorter: str | None) -> Problem:
        return Problem(
            "prompt_too_long",
            f"The prompt has {count} tokens; {self.name} reads at most {self.context}.",
            field="prompt",
            remedy=f"Use the last {self.context} tokens" if shorter else "Use a shorter prompt",
            changes={"prompt": shorter} if shorter else None,
        )

    def _shortened(self, text: str, encoding: _Encoding) -> str | None:
        """The end of the text that still fits, cut where a token begins; None if no such cut is found."""
        starts = [start for (start, _), added in zip(encoding.offsets, encoding.added, strict=True) if not added]
        first = len(starts) - (self.context - sum(encoding.added))
        for start in starts[first : first + 8]:
            again = self._marked(text[start:], self._encode(text[start:], self._prepend_bos is not False))
            if len(again.ids) <= self.context:
                return text[start:]
        return None

    def _described(self, text: str, encoding: _Encoding) -> list[Token]:
        placed = self._placed(text, encoding)
        return [token if added else token.model_copy(update={"offset": offset}) for token, offset, added in placed]

    def _placed(self, text: str, encoding: _Encoding) -> Iterator[tuple[Token, tuple[int, int], bool]]:
        tokens = [self.pieces.token(token_id) for token_id in encoding.ids]
        offsets = _exact_offsets(text, tokens, encoding) or encoding.offsets
        return zip(tokens, offsets, encoding.added, strict=True)


def _exact_offsets(text: str, tokens: Sequence[Token], encoding: _Encoding) -> list[tuple[int, int]] | None:
    """Character ranges counted in bytes, which keep leading spaces and parts of characters; None if bytes disagree.

    Tokenizers report ranges without the spaces their tokens stand for; and where text was normalised first, only they
    know where a token came from.
    """
    lengths = [0 if added else len(token.bytes) // 2 for token, added in zip(tokens, encoding.added, strict=True)]
    raw = bytes.fromhex("".join(token.bytes for token, added in zip(tokens, encoding.added, strict=True) if not added))
    if raw != text.encode():
        return None
    starts_character = [byte & 0xC0 != 0x80 for byte in raw]
    before = [0]
    for starts in starts_character:
        before.append(before[-1] + starts)
    offsets, end = [], 0
    for length in lengths:
        start, end = end, end + length
        whole = start == len(raw) or starts_character[start]
        offsets.append((before[start] - (not whole), before[end]))
    return offsets


def guarded(name: str, call: Callable[[], Answer]) -> Answer:
    """Call into the tokenizer library, whose panics are not ordinary exceptions. Raises `tokenizer_failed`."""
    try:
        return call()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise Problem(
            "tokenizer_failed",
            f"The tokenizer of {name} failed ({type(error).__name__}).",
            remedy="Change the text, or repair tokenizer.json",
        ) from error
