"""A tiny model whose every token is hostile: markup, controls, bidirectional overrides, other people's syntax."""

from __future__ import annotations

import json
from pathlib import Path

from tests.families import tiny
from tests.hostile.texts import TEXTS

NAME = "<img src=x onerror=__xss('name')>"
"""The folder's name, which is the model's id and title."""

LONGEST = 120
HOSTILE_TOKENS = tuple(dict.fromkeys(text.text for text in TEXTS if 1 < len(text.text) <= LONGEST))
"""Texts that become one token each."""


def save_hostile_model(root: Path) -> Path:
    """A GPT-2 of four layers under `root`, with every hostile text as a token of its own."""
    from tokenizers import AddedToken

    _, tokenizer = tiny("gpt2")
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in HOSTILE_TOKENS])
    network, _ = tiny("gpt2", vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=512)
    folder = root / NAME
    folder.mkdir(parents=True)
    network.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    markers = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(markers), encoding="utf-8")
    return folder
