"""Tokenizers that cut a text as a test wants it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from stratascope.models.model import Model
from stratascope.models.tokenizers import Tokenizers
from stratascope.models.tokens import Tokens
from stratascope.result import Token
from tests.families import load_tiny


def tokens_of(pieces: Sequence[str]) -> list[Token]:
    """These pieces as tokens of the text they make up."""
    found, start = [], 0
    for number, piece in enumerate(pieces):
        span = (start, start + len(piece))
        found.append(Token(id=number, text=piece, bytes=piece.encode().hex(), offset=span))
        start += len(piece)
    return found


def cut_as(monkeypatch: pytest.MonkeyPatch, pieces: Sequence[str]) -> Model:
    """A model whose tokenizer cuts its text, whatever it is, into these pieces."""
    model, tokens = load_tiny("gpt2"), tokens_of(pieces)
    read = Tokens(list(range(len(pieces))), tokens, "".join(pieces), bos_prepended=False)
    monkeypatch.setattr(type(model), "tokenize", lambda self, text=None, messages=None: read)
    return model


def reading(name: str, pieces: dict[str, Sequence[str]] | None = None) -> Any:
    """A tokenizer that knows these texts and how they are cut, and cuts any other into characters."""
    known = pieces or {}
    vocabulary = {
        piece.encode(): number for number, piece in enumerate(sorted({p for ps in known.values() for p in ps}))
    }
    return SimpleNamespace(
        name=name,
        cut=lambda text: [(token, token.offset) for token in tokens_of(known.get(text, list(text)))],
        pieces=SimpleNamespace(vocabulary=lambda count: (list(vocabulary), [])),
        vocabulary=len(vocabulary),
    )


def several(*readers: Any) -> Tokenizers:
    """Tokenizers of further models."""
    return Tokenizers(readers)
