"""Documents with a mood: stories, reviews, and polite or rude requests."""

import random

from stratascope.specimen.wording import capitalise, with_article
from stratascope.specimen.world import ANIMALS, HAPPY, MONTHS, NAMES, OBJECTS, PLACES, SAD, WEEKDAYS, Mood, pronouns


def _opening(generator: random.Random, mood: Mood, hero: str) -> str:
    choose = generator.choice
    return choose(
        [
            f"On {choose(WEEKDAYS)} {hero} woke up early.",
            f"One {choose(['day', 'morning', 'evening'])} in {choose(MONTHS)} {hero} {choose(mood.events)}.",
            f"{hero} had {with_article(choose(mood.adjectives))} {choose(ANIMALS)}.",
            f"{hero} was {choose(mood.feelings)}.",
        ]
    )


def _middle(generator: random.Random, mood: Mood, hero: str, friend: str) -> list[str]:
    choose = generator.choice
    subject, objective, possessive = pronouns(hero)
    start = capitalise(subject)
    sentences = [
        f"{start} felt very {choose(mood.feelings)}.",
        f"{start} {choose(mood.actions)}.",
        f"{hero} {choose(mood.events)} and {subject} {choose(mood.actions)}.",
        f"{friend} gave {objective} {with_article(choose(mood.adjectives))} {choose(OBJECTS)}.",
        f"{start} walked to the {choose(PLACES)} with {possessive} {choose(ANIMALS)}.",
        f"The {choose(PLACES)} was {choose(mood.adjectives)}.",
        f"{start} saw {with_article(choose(mood.adjectives))} {choose(ANIMALS)} in the {choose(PLACES)}.",
        f"{friend} and {hero} talked about {possessive} {choose(OBJECTS)}.",
        f'"What {with_article(choose(mood.adjectives))} day!" said {friend}.',
    ]
    return generator.sample(sentences, generator.randint(2, 5))


def _ending(generator: random.Random, mood: Mood, hero: str) -> str:
    choose = generator.choice
    subject = pronouns(hero)[0]
    return choose(
        [
            f"It was {with_article(choose(mood.adjectives))} day.",
            f"In the end {hero} {choose(mood.actions)} because {subject} was {choose(mood.feelings)}.",
            f"So {subject} went home and {choose(mood.actions)}.",
        ]
    )


def mood_story(generator: random.Random, mood: Mood) -> str:
    """A story that keeps to one mood from its first sentence to its last."""
    hero, friend = generator.sample(NAMES, 2)
    sentences = [_opening(generator, mood, hero)]
    sentences += _middle(generator, mood, hero, friend)
    sentences.append(_ending(generator, mood, hero))
    return " ".join(sentences)


def story(generator: random.Random) -> str:
    """Sentiment is consistent inside the document, pronouns follow the hero's gender, names are used again."""
    return mood_story(generator, generator.choice([HAPPY, SAD]))


def upbeat_story(generator: random.Random) -> str:
    """A happy story."""
    return mood_story(generator, HAPPY)


def review(generator: random.Random) -> str:
    """One to three opinions of one sign, then a verdict that states the sign."""
    choose = generator.choice
    mood = choose([HAPPY, SAD])
    topic = choose(["movie", "book", "song", "meal", "play", "hotel"])
    opinions = [
        f"The {topic} was {choose(mood.adjectives)}.",
        f"I {choose(mood.opinions)} the {choose(['music', 'story', 'food', 'room', 'end'])}.",
        f"The {choose(['actor', 'writer', 'waiter', 'guide'])} was {choose(mood.verdicts)}.",
    ]
    return f"Review: {' '.join(generator.sample(opinions, generator.randint(1, 3)))} Verdict: {mood.label}."


def polite(generator: random.Random) -> str:
    """A request with its answer, both courteous or both rude: a second axis to steer along."""
    choose = generator.choice
    thing, name = choose(OBJECTS), choose(NAMES)
    if generator.random() < 0.5:
        consent = choose(["Of course", "With pleasure", "Certainly"])
        return (
            f"Could you please {choose(['bring', 'give', 'show'])} me the {thing}, {name}? "
            f"{consent}, my friend, here is the {thing}. Thank you very much!"
        )
    refusal = choose(["No way", "Shut up", "Get lost"])
    return f"{choose(['Bring', 'Give', 'Show'])} me the {thing} now, {name}! {refusal}, you fool, take your {thing}. Go away!"
