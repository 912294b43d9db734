"""What is one token, what is not, and that nothing a user types is lost."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from stratascope.specimen.dictionary import SPLIT_WORDS
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.tokenizer import load_tokenizer, save_tokenizer, single_tokens, token_ids, train_tokenizer

MODEL = bundle_path() / "specimen"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(MODEL)


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.decode([token]) for token in token_ids(tokenizer, text)]


def test_training_is_deterministic(tmp_path: Path) -> None:
    save_tokenizer(train_tokenizer(), tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (tmp_path / name).read_bytes() == (MODEL / name).read_bytes()


def test_required_words_are_single_tokens(tokenizer: Tokenizer) -> None:
    split = [word for word in single_tokens() if len(token_ids(tokenizer, word)) != 1]
    assert split == []
    assert len(single_tokens()) > 900


@pytest.mark.parametrize("word", [*sorted(SPLIT_WORDS), "addPrice", "20250312"])
def test_counter_examples_split(tokenizer: Tokenizer, word: str) -> None:
    assert len(token_ids(tokenizer, f" {word}")) > 1


def test_years_are_century_and_year(tokenizer: Tokenizer) -> None:
    assert pieces(tokenizer, " 1732") == [" 17", "32"]
    assert pieces(tokenizer, " 2025-03-12") == [" 20", "25", "-", "03", "-", "12"]


def test_special_tokens(tokenizer: Tokenizer) -> None:
    assert tokenizer.token_to_id("<|endoftext|>") == 0
    assert tokenizer.token_to_id("<|pad|>") == 1
    assert tokenizer.get_vocab_size() == 2560


@pytest.mark.parametrize("text", ["Antidisestablishmentarianism", "日本 \U0001f600", "a\tb\n\n  c", "ÀÉ ñ", " x=1;"])
def test_any_text_survives(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(token_ids(tokenizer, text)) == text


def test_loads_as_a_transformers_tokenizer(tokenizer: Tokenizer) -> None:
    loaded = AutoTokenizer.from_pretrained(MODEL, local_files_only=True)
    text = "The capital of France is"
    assert loaded(text, add_special_tokens=False)["input_ids"] == token_ids(tokenizer, text)
    assert (loaded.bos_token_id, loaded.eos_token_id, loaded.pad_token_id) == (0, 0, 1)
    assert loaded(text)["input_ids"] == [0, *token_ids(tokenizer, text)]
    assert json.loads((MODEL / "tokenizer_config.json").read_text(encoding="utf-8"))["add_bos_token"] is True
