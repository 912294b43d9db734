"""Rewriting text without changing what it means: other spaces, other spellings of names, other quotes. No torch.

Rules work on the units of a lexer, so that nothing inside a string or a comment is touched. For Python the syntax trees of
both texts are compared afterwards, which is the proof that a rule changed the spelling only.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import keyword
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from stratascope.numerics.units import Unit

Rule = Literal[
    "insert_spaces", "remove_spaces", "snake_case", "camel_case", "pascal_case", "screaming_case", "indent", "newlines",
    "quotes",
]  # fmt: skip

_NAMES = ("id", "arg", "attr", "name", "asname", "module", "rest")
"""Fields of syntax nodes that hold a name."""
_FIXED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))


class Collision(ValueError):
    """A new name that is in use already."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"Renaming '{old}' to '{new}' collides with an existing name.")


class BadPair(ValueError):
    """A pair that is not two parts with a space between them."""


def _snake(words: Sequence[str]) -> str:
    return "_".join(word.lower() for word in words)


def _pascal(words: Sequence[str]) -> str:
    return "".join(word.capitalize() for word in words)


def _camel(words: Sequence[str]) -> str:
    return words[0].lower() + _pascal(words[1:])


def _screaming(words: Sequence[str]) -> str:
    return _snake(words).upper()


CASES: dict[str, Callable[[Sequence[str]], str]] = {
    "snake_case": _snake, "camel_case": _camel, "pascal_case": _pascal, "screaming_case": _screaming,
}  # fmt: skip


def rewritten(text: str, units: Sequence[Unit], rule: Rule, pair: str, names: Mapping[str, str]) -> str:
    """The text by a rule. `pair` says between which units spaces are put or taken, `names` what names become.

    Raises `BadPair`.
    """
    if rule in ("insert_spaces", "remove_spaces"):
        return _spaced(text, units, pair, insert=rule == "insert_spaces")
    if rule in CASES:
        return _replaced(text, [(unit, names.get(_of(text, unit), "")) for unit in units if unit.label == "name"])
    if rule == "indent":
        return re.sub(r"(?m)^(?: {4})+", lambda found: " " * (len(found[0]) // 2), text)
    if rule == "newlines":
        return re.sub(r"(?<!\r)\n", "\r\n", text)
    return _replaced(text, [(unit, _requoted(_of(text, unit))) for unit in units if unit.label == "string"])


def new_names(text: str, units: Sequence[Unit], case: str, chosen: Collection[str] = ()) -> dict[str, str]:
    """What names become in another case: those chosen, or else all that the text itself defines. Raises `Collision`.

    Where the text is no Python, names of several words are meant.
    """
    present = list(dict.fromkeys(_of(text, unit) for unit in units if unit.label == "name"))
    own = _defined(text)
    wanted = [
        name
        for name in present
        if name not in _FIXED
        and (name in chosen if chosen else name in own if own is not None else len(_words(name)) > 1)
    ]
    found = {name: _cased(name, case) for name in wanted}
    found = {old: new for old, new in found.items() if new != old}
    taken = set(present) - set(found)
    for old, new in found.items():
        if new in taken or new in _FIXED:
            raise Collision(old, new)
        taken.add(new)
    return found


def same_program(text: str, variant: str, names: Mapping[str, str]) -> bool | None:
    """Whether two texts parse to one syntax tree, names aside that were changed; None if the first is no Python."""
    first = _parsed(text)
    if first is None:
        return None
    second = _parsed(variant)
    return second is not None and ast.dump(_renamed(first, names)) == ast.dump(second)


def _of(text: str, unit: Unit) -> str:
    return text[unit.start : unit.end]


def _spaced(text: str, units: Sequence[Unit], pair: str, insert: bool) -> str:
    parts = pair.split(" ")
    if len(parts) != 2 or not all(parts):
        raise BadPair(pair)
    pieces, end = [], 0
    for one, other in itertools.pairwise(units):
        gap = text[one.end : other.start]
        if gap.strip(" \t") or not all(_fits(text, unit, part) for unit, part in zip((one, other), parts, strict=True)):
            continue
        glues = _wordlike(text[one.end - 1]) and _wordlike(text[other.start])
        pieces.append(text[end : one.end] + (gap + " " if insert else gap if glues else ""))
        end = other.start
    return "".join(pieces) + text[end:]


def _fits(text: str, unit: Unit, part: str) -> bool:
    return part in ("ALL", _of(text, unit)) or {"NAME": "name", "OP": "operator"}.get(part) == unit.label


def _wordlike(character: str) -> bool:
    return character.isalnum() or character in "_\"'."


def _replaced(text: str, changes: Sequence[tuple[Unit, str]]) -> str:
    """The text with units exchanged; those for nothing stay."""
    pieces, end = [], 0
    for unit, new in changes:
        pieces.append(text[end : unit.start] + (new or _of(text, unit)))
        end = unit.end
    return "".join(pieces) + text[end:]


def _requoted(string: str) -> str:
    """The same string in the other quotes; nothing where they would have to be escaped."""
    found = re.fullmatch(r"""(\w*)(['"])([^'"\\\n]*)\2""", string)
    if not found:
        return ""
    other = '"' if found[2] == "'" else "'"
    return f"{found[1]}{other}{found[3]}{other}"


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+|[^\W_]", name)


def _cased(name: str, case: str) -> str:
    """A name in another case; underscores around it stay."""
    words = _words(name)
    if not words or name.startswith("__"):
        return name
    bare = name.strip("_")
    before = name[: name.index(bare)]
    new = CASES[case](words)
    return f"{before}{new}{name[len(before) + len(bare) :]}" if new.isidentifier() else name


def _defined(text: str) -> set[str] | None:
    """Names that a program gives to things of its own; None if it is no Python. Those inside f-strings are left alone."""
    tree = _parsed(text)
    if tree is None:
        return None
    found: set[str] = set()
    fixed = {inner.id for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in _name_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            fixed.add(node.asname or node.name.split(".")[0])
    return found - fixed


def _name_nodes(node: ast.AST) -> list[ast.Name]:
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _renamed(tree: ast.Module, names: Mapping[str, str]) -> ast.Module:
    for node in ast.walk(tree):
        for name in _NAMES:
            value = getattr(node, name, None)
            if isinstance(value, str) and value in names:
                setattr(node, name, names[value])
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [names.get(name, name) for name in node.names]
    return tree
