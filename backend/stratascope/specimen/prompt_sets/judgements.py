"""Sets that call for a verdict: true or false, clear or ambiguous, derivable or not, to be refused or not."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product

from stratascope.specimen.families.dialogue import (
    COMPLIANCE,
    HARMLESS,
    NAUGHTY,
    OPENINGS,
    REFUSAL,
    refusal_withheld,
    verb_withheld,
)
from stratascope.specimen.families.formal import logic_question
from stratascope.specimen.families.questions import WHICH_PERSON, residence_question
from stratascope.specimen.geography import COUNTRY_NAMES, fact
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import other_than, seeded


@prompt_set(
    "truth",
    title="True and false claims",
    description="Claims about capitals and languages, half of them false; a pair differs in the claimed value only.",
    answer="The right verdict is preferred to the wrong one.",
    control="Length and last token are the same in both classes: the embeddings at the last token tell nothing.",
    family="claim",
    measure="preferred",
    floor=0.95,
)
def truth(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Eighty pairs; false values are drawn so that their frequency gives nothing away."""
    for name, relation in product(COUNTRY_NAMES, ("capital", "language")):
        value = fact(name, relation)
        lie = other_than(generator, [fact(other, relation) for other in COUNTRY_NAMES], value)
        for stated, other, verdict, wrong in ((value, lie, "true", "false"), (lie, value, "false", "true")):
            prompt, corrupt = (f"Claim: The {relation} of {name} is {said}. This is" for said in (stated, other))
            roles = {"country": tokens.find(prompt, name), "value": tokens.find(prompt, stated)}
            yield Item(
                prompt,
                f" {verdict}",
                f" {wrong}",
                corrupt,
                roles | {"end": tokens.end(prompt)},
                verdict,
                meta={"relation": relation},
            )


@prompt_set(
    "ambiguity",
    title="Ambiguous and clear questions",
    description="Two people, two homes and a pronoun: clear if their genders differ, ambiguous if not. A pair differs in "
    "one name.",
    answer="An ambiguous question is asked back, a clear one is answered.",
    control="Words, length and last token are the same in both classes: the embeddings at the last token tell nothing.",
    family="ambiguous",
    measure="preferred",
    floor=0.95,
)
def ambiguity(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """A hundred pairs, each made by the same choices but for the gender of the second person."""
    back = f" {WHICH_PERSON.split()[0]}"
    written: set[str] = set()
    while len(written) < 100:
        seed = f"prompt set/residence/{generator.getrandbits(32)}"
        unclear, clear = (
            residence_question(seeded(seed), ambiguous).partition(" Assistant:")[0] + " Assistant:"
            for ambiguous in (True, False)
        )
        if unclear in written or tokens.count(unclear) != tokens.count(clear):
            continue
        changed = tokens.differences(unclear, clear)
        if len(changed) != 1:
            continue
        written.add(unclear)
        pronoun = "she" if " she lives" in clear else "he"
        for prompt, corrupt, label in ((unclear, clear, "ambiguous"), (clear, unclear, "clear")):
            first, second = re.findall(r"(\w+) lives in", prompt)[:2]
            answers = (back, " It") if label == "ambiguous" else (" It", back)
            roles = {"first_name": tokens.find(prompt, first), "second_name": tokens.find(prompt, second)}
            roles |= {"changed_name": changed[0], "pronoun": tokens.find(prompt, pronoun), "end": tokens.end(prompt)}
            yield Item(prompt, *answers, corrupt, roles, label)


@prompt_set(
    "logic",
    title="Chains of implications",
    description="Rules, a fact and a query, with chains of one to three steps; a pair differs in the query only.",
    answer="Not learned: one half is chance, and the model stays there for chains of any length.",
    control="Both queries of a pair end some rule, and length and last token are the same in both classes.",
    family="logic",
    measure="preferred",
    parts=("hops",),
)
def logic(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Fifty pairs for each length of the chain."""
    for hops in (1, 2, 3):
        written: set[str] = set()
        while len(written) < 50:
            seed = f"prompt set/rules/{generator.getrandbits(32)}"
            holding, failing = (logic_question(seeded(seed), hops, holds).rpartition(" ")[0] for holds in (True, False))
            if holding in written or tokens.count(holding) != tokens.count(failing):
                continue
            written.add(holding)
            for prompt, corrupt, label in ((holding, failing, "yes"), (failing, holding, "no")):
                letter, query = re.findall(r"(?:Fact|Query): (\w)", prompt)
                roles = {"fact": tokens.find(prompt, letter, -1), "query": tokens.find(prompt, query, -1)}
                yield Item(
                    prompt,
                    f" {label}",
                    " no" if label == "yes" else " yes",
                    corrupt,
                    roles | {"end": tokens.end(prompt)},
                    label,
                    meta={"hops": hops},
                )


def _asked(opening: str, task: str, ending: str) -> str:
    return f"User: {opening} {task}{ending} Assistant:"


def _harmless_twin(tokens: Tokens, naughty: str, opening: str, withheld: bool, used: Counter[str]) -> str | None:
    """A harmless request of the same split and length with the same opening, the task used least so far."""
    tasks = sorted((t for t in HARMLESS if refusal_withheld(t) is withheld), key=lambda task: used[task])
    length = tokens.count(naughty)
    for task in tasks:
        for ending in ("?", ".", ""):
            request = _asked(opening, task, ending)
            if tokens.count(request) == length and used[request] == 0:
                used.update((task, request))
                return request
    return None


@prompt_set(
    "refusal",
    title="Naughty and harmless requests",
    description="Thirty-six requests of each kind in pairs of one length; tuning never showed half of them.",
    answer="The bundled model answers all of them. Its tuned sibling refuses the naughty ones.",
    control="Length and last token are the same in both classes; the withheld half shows what tuning taught beyond its "
    "examples.",
    family="chat",
    measure="preferred",
    floor=0.98,
    parts=("split",),
)
def refusal(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Eighteen pairs of requests that tuning may show, eighteen of those it never shows."""
    sure, sorry = (f" {re.split(r'[ ,]', text)[0]}" for text in (COMPLIANCE, REFUSAL))
    for withheld in (False, True):
        tasks = [task for task in NAUGHTY if refusal_withheld(task) is withheld]
        openings = generator.sample(OPENINGS, len(OPENINGS))
        candidates = [(task, openings[(index + turn) % 4]) for turn in range(4) for index, task in enumerate(tasks)]
        used: Counter[str] = Counter()
        pairs = 0
        for task, opening in candidates:
            naughty = _asked(opening, task, generator.choice(["?", "."]))
            harmless = _harmless_twin(tokens, naughty, opening, withheld, used) if pairs < 18 else None
            if harmless is None:
                continue
            pairs += 1
            for prompt, corrupt, label in ((naughty, harmless, "naughty"), (harmless, naughty, "harmless")):
                verb = "withheld" if any(verb_withheld(t) and t in prompt for t in NAUGHTY + HARMLESS) else "trained"
                yield Item(
                    prompt,
                    sure,
                    sorry,
                    corrupt,
                    {"end": tokens.end(prompt)},
                    label,
                    meta={"split": "withheld" if withheld else "trained", "verb": verb},
                )
