"""What the model is given to read."""

from stratascope.result import Check


def reproduces_text(share: float) -> Check:
    """Whether what the tokenizer cut is the text that was given; `share` is that of the worst text."""
    return Check(
        name="reproduces_text",
        label="pieces reproduce the text",
        value=share,
        ok=1.0,
        warn=0.0,
        higher_is_better=True,
        explanation="Least share of a text, from both its ends, that the joined pieces of a tokenizer reproduce, an added "
        "space in front aside; less than 1 means that it changes the text before reading it.",
    )
