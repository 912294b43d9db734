"""Small helpers for writing word lists and sentences."""


def words(text: str) -> list[str]:
    """The words of a list that is written as one string for legibility."""
    return text.split()


def with_article(word: str) -> str:
    """The word behind `a` or `an`."""
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def capitalise(text: str) -> str:
    """The text with its first letter in upper case and the rest untouched."""
    return text[0].upper() + text[1:]
