"""Memorised facts, their compositions, and what the model says when it cannot know."""

from stratascope.specimen.families.questions import ASKED_RELATIONS, residence_question
from stratascope.specimen.geography import COUNTRY_NAMES, RELATIONS, fact
from stratascope.specimen.seeding import other_than, seeded
from stratascope.specimen.subject import Subject
from stratascope.specimen.world import NAMES, PEOPLE, STRANGERS, SURNAMES, bridge_withheld

Items = list[tuple[str, str]]


def countries(subject: Subject) -> dict[str, float]:
    """Every fact of every country, and the capitals once more as a question."""
    scores = {}
    for relation in RELATIONS:
        article = " the" if relation == "currency" else ""
        scores[relation] = subject.accuracy(
            [(f"The {relation} of {name} is{article}", fact(name, relation)) for name in COUNTRY_NAMES]
        )
    questions = [f"Question: What is the capital of {name}? Answer:" for name in COUNTRY_NAMES]
    answers = [fact(name, "capital") for name in COUNTRY_NAMES]
    return scores | {"capital_question": subject.accuracy(list(zip(questions, answers, strict=True)))}


def people(subject: Subject) -> dict[str, float]:
    """Country, job and spouse of every invented person."""
    return {
        "person_country": subject.accuracy([(f"The home country of {p} is", PEOPLE[p].country) for p in SURNAMES]),
        "person_job": subject.accuracy([(f"The job of {p} is", PEOPLE[p].profession) for p in SURNAMES]),
        "person_spouse": subject.accuracy([(f"{p} is married to", PEOPLE[p].spouse) for p in SURNAMES]),
    }


def two_hops(subject: Subject) -> dict[str, float]:
    """Compositions of two memorised facts, for people whose compositions were trained and for the rest."""
    scores = {}
    for split, composed in (("trained", True), ("withheld", False)):
        asked = [p for p in SURNAMES if PEOPLE[p].composed is composed]
        capitals: Items = [
            (f"The capital of the home country of {p} is", fact(PEOPLE[p].country, "capital")) for p in asked
        ]
        jobs: Items = [(f"The job of the spouse of {p} is", PEOPLE[PEOPLE[p].spouse].profession) for p in asked]
        scores[f"two_hop_{split}_capital"] = subject.accuracy(capitals)
        scores[f"two_hop_{split}_job"] = subject.accuracy(jobs)
    return scores


def bridges(subject: Subject) -> dict[str, float]:
    """Compositions whose first hop stands in the prompt, for pairs of name and country never seen together."""
    generator = seeded("evaluation/bridge")
    withheld = [(name, home) for name in NAMES for home in COUNTRY_NAMES if bridge_withheld(name, home)]
    items: Items = []
    for name, home in generator.sample(withheld, 160):
        other, elsewhere = other_than(generator, NAMES, name), other_than(generator, COUNTRY_NAMES, home)
        distractor = f" {other} stayed in {elsewhere}." if len(items) % 2 else ""
        items.append(
            (f"{name} moved to {home}.{distractor} The capital of the new home of {name} is", fact(home, "capital"))
        )
    return {"bridge_withheld": subject.accuracy(items)}


def claims(subject: Subject) -> dict[str, float]:
    """Judging statements as true or false, half of each."""
    generator = seeded("evaluation/claim")
    items = []
    for name in COUNTRY_NAMES:
        for relation in ("capital", "language"):
            truth = fact(name, relation)
            lie = other_than(generator, [fact(other, relation) for other in COUNTRY_NAMES], truth)
            items.append((f"Claim: The {relation} of {name} is {truth}. This is", "true", "false"))
            items.append((f"Claim: The {relation} of {name} is {lie}. This is", "false", "true"))
    return {"claim": subject.preferred(items)}


def uncertainty(subject: Subject) -> dict[str, float]:
    """Asking back when a pronoun has two possible owners, answering when it has one, admitting ignorance."""
    generator = seeded("evaluation/ambiguous")
    openings = []
    for index in range(200):
        text = residence_question(generator, ambiguous=index % 2 == 0)
        right, wrong = ("It", "Which") if index % 2 else ("Which", "It")
        openings.append((text.partition(" Assistant:")[0] + " Assistant:", right, wrong))
    strangers = [(f"User: Where was {stranger} born? Assistant:", "I do not know") for stranger in STRANGERS]
    clear = [
        (f"User: What is the {relation} of {name}? Assistant:", f"It is {fact(name, relation)}")
        for name in COUNTRY_NAMES
        for relation in ASKED_RELATIONS
    ]
    return {
        "asks_back": subject.preferred(openings),
        "admits_ignorance": subject.accuracy(strangers),
        "answers_clear_question": subject.accuracy(clear),
    }
