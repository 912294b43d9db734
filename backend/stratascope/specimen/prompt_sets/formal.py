"""Sets of formal text: brackets, and programs in several spellings."""

import random
from collections.abc import Iterator

from stratascope.specimen.families.formal import brackets as bracket_document
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import other_than
from stratascope.specimen.wording import words

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_HEADING = "Brackets: "
_DEPTHS = (2, 4)


def _open_brackets(symbols: list[str]) -> list[int]:
    """Places of the brackets that are still open, outermost first."""
    opened: list[int] = []
    for place, symbol in enumerate(symbols):
        if symbol in _CLOSING:
            opened.append(place)
        else:
            opened.pop()
    return opened


def _bracket_item(generator: random.Random, symbols: list[str], opened: list[int]) -> Item:
    """The prompt, and its corruption in which the innermost open bracket is of another kind."""
    innermost = opened[-1]
    other = other_than(generator, list(_CLOSING), symbols[innermost])
    return Item(
        _HEADING + " ".join(symbols),
        f" {_CLOSING[symbols[innermost]]}",
        f" {_CLOSING[other]}",
        _HEADING + " ".join([*symbols[:innermost], other, *symbols[innermost + 1 :]]),
        {"innermost": innermost + 3, "end": len(symbols) + 2},  # behind the marker, "Brackets" and ":"
        str(len(opened)),
    )


@prompt_set(
    "brackets",
    title="Brackets",
    description="Three kinds of nested brackets, cut behind a closing one while two or four are open.",
    answer="The kind that closes the innermost open bracket is preferred to another.",
    control="Both depths have the same lengths and end in the same bracket: the embeddings at the last token tell nothing.",
    family="brackets",
    measure="preferred",
    floor=0.9,
)
def brackets(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Seventy-five pairs of a shallow and a deep prompt of one length."""
    written: set[str] = set()
    for index in range(75):
        length = (10, 12, 14)[index % 3]
        for depth in _DEPTHS:
            while True:
                symbols = bracket_document(generator).removeprefix(_HEADING).split()[:length]
                opened = _open_brackets(symbols)
                text = " ".join(symbols)
                if len(symbols) == length and symbols[-1] == ")" and len(opened) == depth and text not in written:
                    break
            written.add(text)
            yield _bracket_item(generator, symbols, opened)


_VARIABLES = words("x y n count total item value size index name")
_OPERATORS = [("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/")]
_THINGS = words("price item user list number file")


@prompt_set(
    "code_drift",
    title="One program, four spellings",
    description="A hundred and twenty functions, each in snake, camel and Pascal case and once without optional spaces.",
    answer="The second variable follows the operator in every spelling.",
    control="The spellings of a group mean the same: what differs between them is tokenization alone.",
    family="code",
    measure="top_1:snake",
    floor=0.9,
    parts=("variant",),
)
def code_drift(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Groups of four prompts, cut behind the operator."""
    written: set[tuple[str, ...]] = set()
    while len(written) < 120:
        first, second = generator.sample(_VARIABLES, 2)
        verb, operator = generator.choice(_OPERATORS)
        thing = generator.choice(_THINGS)
        if (chosen := (first, second, verb, thing)) in written:
            continue
        camel = verb + thing.capitalize()
        spellings = {
            "snake": f"def {verb}_{thing}({first}, {second}):\n    return {first} {operator}",
            "camel": f"def {camel}({first}, {second}):\n    return {first} {operator}",
            "Pascal": f"def {camel[0].upper()}{camel[1:]}({first}, {second}):\n    return {first} {operator}",
            "tight": f"def {verb}_{thing}({first},{second}):\n    return {first}{operator}",
        }
        for variant, prompt in spellings.items():
            space = "" if variant == "tight" else " "
            yield Item(
                prompt,
                space + second,
                space + first,
                positions={"second_variable": tokens.find(prompt, second), "end": tokens.end(prompt)},
                meta={"group": len(written), "variant": variant},
            )
        written.add(chosen)
