"""Translation between three languages, and the sign of a review."""

from stratascope.specimen.dictionary import NOUNS, translation_withheld
from stratascope.specimen.subject import Subject
from stratascope.specimen.world import HAPPY, SAD


def translations(subject: Subject) -> dict[str, float]:
    """Dictionary entries; Spanish to French is asked apart for the nouns whose entry was never trained."""
    pairs = {
        split: [
            (f"Spanish: {noun.spanish} = French:", noun.french)
            for noun in NOUNS
            if translation_withheld(noun) is withheld
        ]
        for split, withheld in (("trained", False), ("withheld", True))
    }
    english = [(f"English: {noun.english} = Spanish:", noun.spanish) for noun in NOUNS]
    return {
        "translation_english_spanish": subject.accuracy(english),
        "translation_spanish_french_trained": subject.accuracy(pairs["trained"]),
        "translation_spanish_french_withheld": subject.accuracy(pairs["withheld"]),
    }


def reviews(subject: Subject) -> dict[str, float]:
    """The verdict of a review with a single opinion."""
    items = [
        (f"Review: The {topic} was {adjective}. Verdict:", mood.label)
        for topic in ("movie", "book", "song")
        for mood in (HAPPY, SAD)
        for adjective in mood.adjectives
    ]
    return {"review_verdict": subject.accuracy(items)}
