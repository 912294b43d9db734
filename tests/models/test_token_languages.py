"""Tokens and their languages: scripts, lists, words, and texts that change language."""

import pytest
import torch

from stratascope.models.token_languages import TokenLanguages, by_script, by_word, confusion_points, word_line
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.polyglot import WORDS, polyglot


def test_scripts_of_tokens() -> None:
    languages = by_script(polyglot())
    found = {word: languages.name(i) for i, word in enumerate(WORDS)}
    assert found == {
        "<s>": None, "book": "Latin", "livre": "Latin", "дом": "Cyrillic", "книга": "Cyrillic", "語": "Han",
        "ご飯": "Kana", "책": "Hangul", "42": None, "aб": None, "λόγος": "Greek", "ไทย": "Thai", "كتاب": "Arabic",
        "किताब": "Devanagari", "ספר": "Hebrew",
    }  # fmt: skip
    assert languages.name(15) is None  # padding behind the tokenizer's vocabulary
    assert (languages.count("Latin"), languages.count("Cyrillic")) == (2, 2)


def test_lists_tell_latin_languages_apart() -> None:
    filler = {name: [f"{name}{i}" for i in range(500)] for name in ("English", "French")}
    languages = by_script(
        polyglot(), {"English": ["Book", "table", *filler["English"]], "French": ["livre", "table", *filler["French"]]}
    )
    assert [languages.name(i) for i in (1, 2, 3)] == ["English", "French", "Cyrillic"]
    with pytest.raises(Problem, match="The word list of English needs at least 500 words; got 2"):
        by_script(polyglot(), {"English": ["book", "table"]})


def test_beginnings_of_words() -> None:
    model = load_tiny("gpt2")
    languages = by_word(model, {"English": "model", "Tongan": "reads"})
    texts = {
        name: {model.token(i).text for i in range(len(languages.of)) if languages.name(i) == name}
        for name in languages.names
    }
    assert texts["English"] == {"m", " m", " mo", " mod", " mode", " model"}
    assert texts["Tongan"] >= {"r", " r", " re", " rea", " read", " reads"}


def test_first_bytes_of_other_scripts_count() -> None:
    model = load_tiny("llama")
    languages = by_word(model, {"English": "cat", "Russian": "дом"})
    assert [model.token(i).bytes for i in range(len(languages.of)) if languages.name(i) == "Russian"] == ["d0"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"English": "book", "Chinese": "字"}, "No vocabulary token starts the Chinese word '字'."),
        (
            {"English": "book", "Dutch": "book"},
            "The words for English and Dutch share the token 'book'; choose another word.",
        ),
    ],
)
def test_words_that_cannot_be_told(words: dict[str, str], message: str) -> None:
    with pytest.raises(Problem) as found:
        by_word(polyglot(), words)
    assert found.value.message == message


@pytest.mark.parametrize("line", ["", "English", "English: book", "English: book, French:", "book, livre"])
def test_lines_that_name_no_words(line: str) -> None:
    with pytest.raises(Problem, match="words must be lines such as English: book, French: livre"):
        word_line(line)


def test_a_text_leaves_its_language_where_the_language_changes() -> None:
    """book 42 | дом книга livre дом, asked for in Latin: two points; rows 2 and 1 on outweigh."""
    model = polyglot()
    ids = [WORDS.index(word) for word in ("book", "42", "дом", "книга", "livre", "дом")]
    languages = TokenLanguages(("Latin", "Cyrillic"), by_script(model).of.clone())
    names = by_script(model).names
    of = torch.tensor([("Latin", "Cyrillic").index(names[i]) if i < len(names) and names[i] in ("Latin", "Cyrillic") else 2
                       for i in languages.of.tolist()])  # fmt: skip
    languages = TokenLanguages(("Latin", "Cyrillic"), of)
    latin = torch.tensor([[0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1], [0.9, 0.9, 0.9, 0.9], [0.9, 0.1, 0.1, 0.1]]).T
    points = confusion_points(model.text.describe(ids), languages, torch.stack([latin, 1 - latin]), 2, None)
    assert [(point["step"], point["token"], point["language"]) for point in points] == [
        (0, "дом", "Cyrillic"),
        (3, "дом", "Cyrillic"),
    ]
    assert [point["transition_row"] for point in points] == [2, 1]
    assert confusion_points(model.text.describe(ids), languages, torch.stack([latin, 1 - latin]), 2, "Thai") == []
