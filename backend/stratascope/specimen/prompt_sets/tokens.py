"""Counting and finding tokens in a prompt, with the marker that stands before it."""

import re

from tokenizers import Tokenizer

from stratascope.specimen.tokenizer import token_ids


class Tokens:
    """What a prompt is to a model: its tokens behind a marker at position 0."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def ids(self, text: str) -> list[int]:
        """Ids of the text alone, without the marker."""
        return token_ids(self.tokenizer, text)

    def count(self, text: str) -> int:
        """How many tokens a prompt has, with the marker."""
        return len(self.ids(text)) + 1

    def find(self, prompt: str, word: str, occurrence: int = 0) -> int:
        """Position of the last token of a whole word; occurrences count from 0, or from the end when negative.

        Raises `IndexError` when the prompt does not have the word so often.
        """
        places = [match.end() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", prompt)]
        position = self.tokenizer.encode(prompt).char_to_token(places[occurrence] - 1)
        if position is None:
            raise ValueError(f"{word!r} ends in a character that no token of {prompt!r} holds")
        return position

    def end(self, prompt: str) -> int:
        """Position of the last token."""
        return self.count(prompt) - 1

    def differences(self, first: str, second: str) -> list[int]:
        """Positions at which two prompts of equal length have different tokens."""
        pairs = zip(self.ids(first), self.ids(second), strict=True)
        return [position for position, (a, b) in enumerate(pairs, start=1) if a != b]

    def spaced_words(self) -> list[str]:
        """Every token that is a space and ASCII letters: a text put together from these has just these tokens."""
        words = (self.tokenizer.decode([token]) for token in range(self.tokenizer.get_vocab_size()))
        return [word for word in words if re.fullmatch(" [A-Za-z]+", word) and len(self.ids(word)) == 1]
