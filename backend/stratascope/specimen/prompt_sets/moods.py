"""Sets with a mood: stories, and polite or rude requests."""

import random
from collections.abc import Iterator

from stratascope.specimen.families.stories import mood_story
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import seeded
from stratascope.specimen.wording import capitalise
from stratascope.specimen.world import ANIMALS, HAPPY, NAMES, OBJECTS, PLACES, SAD, WEEKDAYS, pronouns

_LONGEST_STORY = 30
_ARTICLES = (" a", " an")


def _beginning(story: str) -> str:
    """A story with "It was" in place of its last sentence."""
    return f"{story.rpartition('. ')[0]}. It was"


def _evidence(tokens: Tokens, first: str, second: str) -> int | None:
    """The first position at which the moods of two stories part, articles aside; None if they never do."""
    ids = tokens.ids(first)
    places = tokens.differences(first, second)
    return next((place for place in places if tokens.tokenizer.decode([ids[place - 1]]) not in _ARTICLES), None)


@prompt_set(
    "sentiment",
    title="Happy and sad stories",
    description='Four hundred beginnings of stories that end in "It was", in pairs that differ in their mood words only, '
    "and sixty without a mood to continue.",
    answer="A probe tells the mood at the neutral last words; on the sixty, the next word may be of either mood.",
    control="Length and last words are the same in both classes: the embeddings at the last token tell nothing.",
    family="story",
    measure="probe_best",
    floor=0.97,
)
def sentiment(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Two hundred pairs: the same choices made with happy and with sad words."""
    written: set[str] = set()
    while len(written) < 200:
        seed = f"prompt set/story/{generator.getrandbits(32)}"
        happy, sad = (_beginning(mood_story(seeded(seed), mood)) for mood in (HAPPY, SAD))
        length = tokens.count(happy)
        if length > _LONGEST_STORY or tokens.count(sad) != length or happy in written:
            continue
        evidence = _evidence(tokens, happy, sad)
        if evidence is None:
            continue
        written.add(happy)
        for prompt, corrupt, mood in ((happy, sad, HAPPY), (sad, happy, SAD)):
            roles = {"evidence": evidence, "end": length - 1}
            yield Item(prompt, corrupt=corrupt, positions=roles, label=mood.label, meta={"use": "probe"})
    yield from _to_continue(generator, tokens)


def _to_continue(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Sixty beginnings without a mood, whose next word has one."""
    written: set[str] = set()
    while len(written) < 60:
        choose = generator.choice
        name = choose(NAMES)
        subject, _, possessive = pronouns(name)
        prompt = f"On {choose(WEEKDAYS)} {name} woke up early. {capitalise(subject)} " + (
            f"walked to the {choose(PLACES)} with {possessive} {choose(ANIMALS)}. {capitalise(subject)} felt very"
            if len(written) % 2
            else "felt very"
        )
        if prompt not in written:
            written.add(prompt)
            yield Item(prompt, positions={"end": tokens.end(prompt)}, meta={"use": "generation"})


def _exchange(generator: random.Random, whole: bool) -> tuple[str, str]:
    """The beginning of a polite and of a rude answer to the same request, cut behind a comma."""
    verb, thing, name = generator.choice(["bring", "give", "show"]), generator.choice(OBJECTS), generator.choice(NAMES)
    consent = generator.choice(["Of course", "With pleasure"])
    refusal = generator.choice(["No way", "Shut up", "Get lost"])
    polite = f"Could you please {verb} me the {thing}, {name}? {consent},"
    rude = f"{capitalise(verb)} me the {thing} now, now, {name}! {refusal},"
    return (f"{polite} my friend,", f"{rude} you fool,") if whole else (polite, rude)


@prompt_set(
    "polite",
    title="Polite and rude",
    description="A request and the beginning of its answer, both courteous or both rude, in pairs of one length.",
    answer="A probe tells the tone at the comma that all of them end in.",
    control="Length and last token are the same in both classes: the embeddings at the comma tell nothing.",
    family="polite",
    measure="probe_best",
    floor=0.97,
)
def polite(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """A hundred pairs, half of them cut after the first words of the answer."""
    written: set[str] = set()
    while len(written) < 200:
        courteous, rude = _exchange(generator, whole=len(written) % 4 == 2)
        if tokens.count(courteous) != tokens.count(rude) or {courteous, rude} & written:
            continue
        written |= {courteous, rude}
        for prompt, corrupt, label in ((courteous, rude, "polite"), (rude, courteous, "rude")):
            yield Item(prompt, corrupt=corrupt, positions={"end": tokens.end(prompt)}, label=label)
