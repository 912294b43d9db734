"""Named parts of prompts: where pieces stand, which tokens they hold, and what cannot be told apart."""

import pytest

from stratascope.models.spans import Span, default_spans, segments, spans_of_pieces
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.planted import induction_model

TEXT = "w5 w9. w5 w3 w9"


def texts(spans: list[Span], text: str) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def test_pieces_are_found_where_they_first_stand_apart() -> None:
    spans = spans_of_pieces(TEXT, ["w9", "w5 w3", "w9"])
    assert [(span.start, span.end) for span in spans] == [(3, 5), (7, 12), (13, 15)]
    assert [span.name for span in spans] == ["w9", "w5 w3", "w9 (2)"]
    with pytest.raises(Problem, match="The prompt does not contain 'w8'"):
        spans_of_pieces(TEXT, ["w8"])


def test_defaults_are_messages_sentences_or_halves() -> None:
    text = "Who is it? It is me. Good:\nyes"
    assert texts(default_spans(text), text) == ["Who is it?", "It is me.", "Good:", "yes"]
    assert texts(default_spans(text, ["It is me.", "yes", "no"]), text) == ["It is me.", "yes"]
    assert texts(default_spans("one two three"), "one two three") == ["one", "two three"]
    assert texts(default_spans("one"), "one") == ["one"]
    many = " ".join(f"S{number}." for number in range(20))
    assert len(default_spans(many)) == 12
    assert default_spans(many)[-1].end == len(many)


def test_segments_are_in_order_with_the_first_token_before_and_the_others_behind() -> None:
    tokens = induction_model().tokenize("w5 w9 w3 w5")
    found = segments(tokens, [Span("b", 6, 8), Span("a", 0, 2)], separate_first=True)
    assert [(part.name, part.positions) for part in found] == [
        ("first token", [0]), ("a", [1]), ("b", [3]), ("other", [2, 4]),
    ]  # fmt: skip
    found = segments(tokens, [Span("b", 6, 8)], separate_first=False)
    assert [(part.name, part.positions) for part in found] == [("b", [3]), ("other", [0, 1, 2, 4])]


def test_borders_inside_tokens_extend_to_the_whole_token() -> None:
    tokens = load_tiny("gpt2").tokenize("the capital of paris")
    found = segments(tokens, [Span("cut", 6, 11), Span("rest", 14, 20)], separate_first=True)
    assert [part.cut for part in found if part.span] == [True, False]
    assert tokens.tokens[found[1].positions[0]].text == " capital"


def test_a_span_of_the_first_token_alone_keeps_it() -> None:
    tokens = load_tiny("gpt2").tokenize("one two three")
    assert tokens.tokens[0].offset == (0, 1) or tokens.tokens[0].text.strip()
    first = tokens.tokens[0].offset
    assert first is not None
    found = segments(tokens, [Span("start", *first)], separate_first=True)
    assert found[0].name == "start"
    assert found[0].positions == [0]


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([Span("a", 0, 5), Span("b", 4, 8)], "Spans 'a' and 'b' overlap"),
        ([Span("a", 900, 905)], r"Span 'a' is empty after tokenization \(characters 900–905\)"),
    ],
)
def test_spans_that_cannot_be_shown_are_refused(spans: list[Span], message: str) -> None:
    with pytest.raises(Problem, match=message):
        segments(induction_model().tokenize("w5 w9 w3"), spans, separate_first=True)
