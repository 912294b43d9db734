"""Units of text and how tokens cut them."""

import pytest

from stratascope.numerics.units import (
    Unit,
    Unparsable,
    characters,
    cuts,
    dates,
    generic_code,
    numbers,
    python_code,
    trimmed,
    words,
)


def spelled(text: str, units: list[Unit]) -> list[tuple[str, str]]:
    return [(text[unit.start : unit.end], unit.label) for unit in units]


def test_words_keep_apostrophes_and_take_ideographs_apart() -> None:
    text = "It's naïve: 日本 ok_1"
    assert [piece for piece, _ in spelled(text, words(text))] == ["It's", "naïve", "日", "本", "ok_1"]


def test_numbers_keep_their_separators() -> None:
    text = "3,141.5 and 42."
    assert [piece for piece, _ in spelled(text, numbers(text))] == ["3,141.5", "42"]


def test_characters_leave_white_space_out() -> None:
    assert spelled("a b\n", characters("a b\n")) == [("a", "char"), ("b", "char")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-12", [("2025", "year"), ("03", "month"), ("12", "day")]),
        ("20250312", [("2025", "year"), ("03", "month"), ("12", "day")]),
        ("25/12/2024", [("25", "day"), ("12", "month"), ("2024", "year")]),
        ("12.25.2024", [("12", "month"), ("25", "day"), ("2024", "year")]),
        ("12/03/2025", [("12", "day or month"), ("03", "day or month"), ("2025", "year")]),
        ("March 3rd, 2021", [("March", "month"), ("3", "day"), ("2021", "year")]),
        ("on 4 July 1776.", [("4", "day"), ("July", "month"), ("1776", "year")]),
        ("2025-13-12 99999999 12/2024", []),
    ],
)
def test_dates_are_taken_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert spelled(text, dates(text)) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_python_is_read_as_python_reads_it(newline: str) -> None:
    text = f"def add_price(x):{newline}    # hi{newline}    return x + 'é' + b{newline}"
    assert spelled(text, python_code(text)) == [
        ("def", "name"), ("add_price", "name"), ("(", "operator"), ("x", "name"), (")", "operator"), (":", "operator"),
        ("# hi", "comment"), ("return", "name"), ("x", "name"), ("+", "operator"), ("'é'", "string"), ("+", "operator"),
        ("b", "name"),
    ]  # fmt: skip


def test_line_separators_inside_strings_do_not_shift_what_follows() -> None:
    text = "x = 'a\u2028b\x0cc'\ny = 1\n"
    assert spelled(text, python_code(text))[-3:] == [("y", "name"), ("=", "operator"), ("1", "number")]


@pytest.mark.parametrize(
    ("text", "line"),
    [("x = $y", 1), ("x = 1\nif x:\n    a\n  b\n", 4), ("ok = 1\n'''never closed", 2)],
)
def test_what_python_cannot_read_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unparsable, match=f"^line {line}: "):
        python_code(text)


def test_other_languages_are_lexed() -> None:
    text = 'int main() { return a->b("x\\"y", 0xFF); } // end'
    assert spelled(text, generic_code(text)) == [
        ("int", "name"), ("main", "name"), ("(", "operator"), (")", "operator"), ("{", "operator"), ("return", "name"),
        ("a", "name"), ("->", "operator"), ("b", "name"), ("(", "operator"), ('"x\\"y"', "string"), (",", "operator"),
        ("0xFF", "number"), (")", "operator"), (";", "operator"), ("}", "operator"), ("// end", "comment"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["/*" * 10_000, "`" + "\\`" * 9_999, '"' * 20_000, "'" + "\\" * 19_999, "1" * 20_000])
def test_hostile_code_is_lexed_to_its_end(text: str) -> None:
    found = generic_code(text)
    assert found[0].start == 0
    assert found[-1].end == len(text)


def test_a_date_cut_in_the_middle() -> None:
    """By the definitions: 503 crosses the borders of year and month; the year is also cut, the month is not."""
    found = cuts(dates("20250312"), [(0, 3), (3, 6), (6, 8)])
    assert [(cut.unit.label, cut.status, cut.tokens) for cut in found] == [
        ("year", "both", [0, 1]),
        ("month", "merged", [1]),
        ("day", "whole", [2]),
    ]


@pytest.mark.parametrize(
    ("spans", "status"),
    [([(0, 5)], "whole"), ([(0, 2), (2, 5)], "split"), ([(0, 6)], "merged"), ([(0, 2), (2, 6)], "both")],
)
def test_the_four_ways_tokens_fall_on_a_unit(spans: list[tuple[int, int]], status: str) -> None:
    assert cuts([Unit(0, 5, "word")], spans)[0].status == status


def test_white_space_in_front_belongs_to_no_unit() -> None:
    text = "a  hello"
    assert trimmed(text, (1, 8)) == (3, 8)
    assert cuts(words(text), [trimmed(text, (0, 1)), trimmed(text, (1, 8))])[1].status == "whole"


def test_tokens_outside_the_text_and_empty_ones_touch_nothing() -> None:
    found = cuts([Unit(0, 2, "word")], [None, (0, 0), (0, 2), (2, 2)])
    assert (found[0].tokens, found[0].status) == ([2], "whole")
