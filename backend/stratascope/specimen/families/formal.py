"""Formal text: implication chains, bracket nesting, small programs."""

import random
from itertools import pairwise

from stratascope.specimen.wording import words
from stratascope.specimen.world import LETTERS

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 5


def logic_question(generator: random.Random, hops: int, holds: bool) -> str:
    """A chain of implications beside an unrelated rule; the query ends the chain, or the unrelated rule."""
    letters = generator.sample(LETTERS, hops + 3)
    chain, unrelated = letters[: hops + 1], letters[hops + 1 :]
    links = [*pairwise(chain), (unrelated[0], unrelated[1])]
    rules = " ".join(f"{before} implies {after}." for before, after in generator.sample(links, len(links)))
    query = chain[-1] if holds else unrelated[1]
    return f"Rules: {rules} Fact: {chain[0]}. Query: {query}? {'yes' if holds else 'no'}."


def logic(generator: random.Random) -> str:
    """Chains of one to three implications, half of the queries derivable."""
    return logic_question(generator, generator.randint(1, 3), generator.random() < 0.5)


def brackets(generator: random.Random) -> str:
    """A balanced sequence of three kinds of brackets."""
    written: list[str] = []
    opened: list[str] = []
    for _ in range(generator.randint(6, 24)):
        if opened and (generator.random() < 0.5 or len(opened) == _DEEPEST):
            written.append(_CLOSING[opened.pop()])
        else:
            opened.append(generator.choice("([{"))
            written.append(opened[-1])
    written += [_CLOSING[bracket] for bracket in reversed(opened)]
    return "Brackets: " + " ".join(written)


def _function_name(generator: random.Random, verb: str, thing: str) -> str:
    """The same identifier in snake, camel or Pascal case."""
    joined = verb + thing.capitalize()
    return generator.choice([f"{verb}_{thing}", joined, joined[0].upper() + joined[1:]])


def code(generator: random.Random) -> str:
    """Tiny programs that differ in naming and spacing but not in meaning."""
    choose = generator.choice
    first, second = generator.sample(words("x y n count total item value size index name"), 2)
    verb, operator = choose([("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/")])
    thing = choose(words("price item user list number file"))
    name = _function_name(generator, verb, thing)
    comma, assign = choose([", ", ","]), choose([" = ", "="])
    expression = choose([f"{first} {operator} {second}", f"{first}{operator}{second}"])
    return choose(
        [
            f"def {name}({first}{comma}{second}):\n    return {expression}\n",
            f"def {name}({first}{comma}{second}):\n    {thing}{assign}{expression}\n    return {thing}\n",
            f"for {first} in range({second}):\n    print({first})\n",
            f"if {first} > {second}:\n    print({first})\nelse:\n    print({second})\n",
        ]
    )
