"""Text in figures: nothing hidden, nothing interpreted."""

import html

import pytest

from stratascope.figures.text import plot_text, token_label, visible


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b>",
        "a & b &lt;",
        "%{x} %{customdata[0]:.2f}",
        "$\\frac{a}{b}$",
        "<a href='javascript:alert(1)'>x</a>",
        "</sub>",
        "100% {sure}",
    ],
)
def test_plot_text_means_exactly_its_characters(text: str) -> None:
    escaped = plot_text(text)
    assert html.unescape(escaped) == text
    assert not set("<>$") & set(escaped)
    assert "%{" not in escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" Mary", "·Mary"),
        ("    x", "····x"),
        ("       x", "·×7x"),
        ("a b", "a b"),
        ("\n", "↵"),
        ("\n\t\r", "↵⇥␍"),
        ("\u200b", "‹U+200B›"),
        ("\u202eabc", "‹U+202E›abc"),
        ("\x00", "‹U+0000›"),
        ("\u2028", "‹U+2028›"),
        ("\u0301", "◌\u0301"),
        ("e\u0301", "e\u0301"),
        ("", ""),
        ("日本", "日本"),
    ],
)
def test_nothing_is_hidden(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_labels_are_clipped_before_they_are_escaped() -> None:
    label = token_label({"text": "<" * 50, "bytes": "3c" * 50})
    assert html.unescape(label) == "<" * 23 + "…"


def test_bytes_stand_in_for_broken_characters_only() -> None:
    assert token_label({"text": "a\ufffd", "bytes": "61e2"}) == "⟨61 E2⟩"
    assert token_label({"text": "\ufffd", "bytes": ""}) == "\ufffd"
    assert token_label({"text": "<pad>", "bytes": "3c7061643e"}) == "&lt;pad&gt;"
