"""Text in figures: made visible, and never read as markup.

Plotly reads a subset of HTML in every label, replaces %{…} in templates, and hands $…$ to MathJax where a page has it. A
token can be any of these, so every string from outside passes `plot_text`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

_VISIBLE = {"\n": "↵", "\t": "⇥", "\r": "␍"}
LONGEST = 24


def plot_text(text: str) -> str:
    """`text` so that plotly shows exactly its characters: & < > and the openers of templates and formulas as entities."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%&#123;").replace("$", "&#36;")


def visible(text: str) -> str:
    """A token's text with nothing hidden: a leading space as ·, line breaks and tabs as marks, other controls by code."""
    body = "".join(_mark(character) for character in text.lstrip(" "))
    spaces = len(text) - len(text.lstrip(" "))
    lead = "·" * spaces if spaces <= 4 else f"·×{spaces}"
    if body and unicodedata.combining(body[0]):
        body = "◌" + body
    return lead + body


def token_label(token: Mapping[str, Any], longest: int = LONGEST) -> str:
    """A token as a label: visible, bytes in hexadecimal where they are not whole characters, clipped, escaped."""
    text = str(token["text"])
    broken = "\ufffd" in text and token.get("bytes")
    shown = f"⟨{bytes.fromhex(token['bytes']).hex(' ').upper()}⟩" if broken else visible(text)
    return plot_text(shown if len(shown) <= longest else shown[: longest - 1] + "…")


def _mark(character: str) -> str:
    """One character, by its code point where it would be invisible or change the order of others."""
    if character in _VISIBLE:
        return _VISIBLE[character]
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"‹U+{ord(character):04X}›"
    return character
