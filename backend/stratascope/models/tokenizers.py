"""Tokenizers side by side: that of the model, and those of further models, of which nothing else is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from stratascope.models.guard import inspect_folder
from stratascope.models.library import ModelEntry
from stratascope.models.tokenizer_files import load_tokenizer
from stratascope.models.tokens import TextReader
from stratascope.numerics.borders import Segmentation, Span
from stratascope.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stratascope.method import Message
    from stratascope.models.model import Model
    from stratascope.result import Token


class Tokenizers(tuple[TextReader, ...]):
    """The tokenizers of further models, in the order of the request."""

    __slots__ = ()


def read_tokenizers(entries: Iterable[Mapping[str, Any]]) -> Tokenizers:
    """The tokenizers of these entries of the library. Raises the `Problem` of a folder or of a file."""
    return Tokenizers(_reader(ModelEntry.model_validate(entry)) for entry in entries)


def _reader(entry: ModelEntry) -> TextReader:
    tokenizer = load_tokenizer(inspect_folder(entry.path), entry.id)
    return TextReader(entry.id, tokenizer, entry.context, entry.vocabulary or len(tokenizer))


def readers(model: Model, others: Tokenizers | None) -> list[TextReader]:
    """The model's own tokenizer and the others, each id once."""
    found: dict[str, TextReader] = {}
    for reader in (model.text, *(others or ())):
        found.setdefault(reader.name, reader)
    return list(found.values())


def given_text(model: Model, prompt: str, messages: Sequence[Message] | None) -> str:
    """The prompt, or the messages as the model's template lays them out."""
    return prompt if messages is None else model.tokenize(None, messages).text


def cut(reader: TextReader, text: str) -> Segmentation:
    """How a tokenizer cuts a text that it reads without markers. Raises `offsets_unavailable`."""
    return _segmentation(reader.name, text, reader.cut(text)) if text else Segmentation(reader.name, "", [], [])


def segmentation(name: str, text: str, tokens: Sequence[Token]) -> Segmentation:
    """These tokens as pieces of the text, without those that the tokenizer added. Raises `offsets_unavailable`."""
    return _segmentation(name, text, [(token, token.offset) for token in tokens if token.offset is not None])


def _segmentation(name: str, text: str, placed: Sequence[tuple[Token, Span]]) -> Segmentation:
    if text.strip() and not placed:
        raise offsets_unavailable(name)
    exact = {token.bytes: bytes.fromhex(token.bytes) for token, _ in placed}
    unknown = [token.special and text[a:b].strip() != token.text for token, (a, b) in placed]
    return Segmentation(name, text, [span for _, span in placed], [exact[token.bytes] for token, _ in placed], unknown)


def offsets_unavailable(name: str) -> Problem:
    """A tokenizer that does not say which characters its tokens come from."""
    return Problem(
        "offsets_unavailable",
        f"The tokenizer of {name} gives no character offsets; boundary views are unavailable.",
        remedy="Choose another model",
    )
