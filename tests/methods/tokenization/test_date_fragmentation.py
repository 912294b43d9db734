"""Date fragmentation: the printed values of the paper where they follow its equation, layouts, and refusals."""

from collections import Counter

import pytest

from stratascope.methods.tokenization.date_fragmentation import Layout, date_fragmentation
from stratascope.numerics.borders import Segmentation
from stratascope.numerics.dates import FORMATS, PERIODS, AmbiguousDate, characters, find_dates, intact, ratio
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values
from tests.methods.tokenization.cutting import reading, several, tokens_of

ID = "tokenization/date-fragmentation"
WRITTEN = {
    "YYYY-MM-DD": "2021-11-27", "YYYY/MM/DD": "2021/11/27", "YYYY.MM.DD": "2021.11.27", "DD-MM-YYYY": "27-11-2021",
    "DD/MM/YYYY": "27/11/2021", "DD.MM.YYYY": "27.11.2021", "MM-DD-YYYY": "11-27-2021", "MM/DD/YYYY": "11/27/2021",
    "MM.DD.YYYY": "11.27.2021", "YYYYMMDD": "20211127", "MMDDYYYY": "11272021", "DDMMYYYY": "27112021",
    "Month DD, YYYY": "November 27, 2021", "DD Month YYYY": "27 November 2021", "Month DD YYYY": "November 27 2021",
    "YYYY Month DD": "2021 November 27", "Mon DD, YYYY": "Nov 27, 2021", "DD Mon YYYY": "27 Nov 2021",
    "YYYYDDD": "2021331", "YYYY-DDD": "2021-331", "YYYY/DDD": "2021/331",
}  # fmt: skip


def score(*pieces: str) -> float:
    tokens = tokens_of(pieces)
    text = "".join(pieces)
    cut = Segmentation("t", text, [t.offset for t in tokens if t.offset], [p.encode() for p in pieces])
    (found,) = find_dates(text)
    return ratio(found, cut).value


@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        ("10|27|1606", 0.0),
        ("102|716|06", 0.40),  # as printed
        ("1027|16|06", 0.40),  # as printed
        ("1|0|2|7|1|6|0|6", 0.10 + 0.05 * 5 + 0.30),  # printed as 0.55
        ("10|27|16|06", 0.10 + 0.05 + 0.30 * (1 - 2 / 12**0.5)),  # printed as 0.34
    ],
)
def test_the_example_of_the_paper_by_its_equation(pieces: str, value: float) -> None:
    assert score(*pieces.split("|")) == pytest.approx(value, abs=1e-12)


def test_spaces_belong_to_the_piece_behind_them_or_stand_alone() -> None:
    assert score("March", " 12", ",", " 2025") == 0
    assert score("March", " ", "12", ",", " ", "2025") == 0
    assert score(" March", " 12", ",", " 2025") == 0
    assert score("March", " 12,", " 2025") == pytest.approx(0.2 + 0.3 * (1 - 2 / 12**0.5))


def test_lost_delimiters_and_extra_pieces_by_hand() -> None:
    # 2025|-0|3-|12 against 2025|-|03|-|12: cos = 2 / sqrt(4 · 7)
    assert score("2025", "-0", "3-", "12") == pytest.approx(0.2 + 0.3 * (1 - 2 / 28**0.5))
    # 19|87|-|03|-|14 against 1987|-|03|-|14: cos = 6 / sqrt(8 · 7), one piece too many
    assert score("19", "87", "-", "03", "-", "14") == pytest.approx(0.1 + 0.05 + 0.3 * (1 - 6 / 56**0.5))


@pytest.mark.parametrize(("layout", "text"), WRITTEN.items())
def test_every_layout_is_found_intact_and_shredded(layout: str, text: str) -> None:
    (found,) = find_dates(f"On {text}.")
    assert (found.layout, found.span, found.year) == (layout, (3, 3 + len(text)), 2021)
    assert found.components[0][0] == 3
    assert ratio(found, intact(found, f"On {text}.")).value == 0
    digits = ratio(found, characters(found, f"On {text}."))
    marks = [c for c in text if not c.isalnum()]
    wanted = Counter([f"On {text}."[a:b] for a, b in found.components] + marks)
    assert digits.split
    assert not digits.delimiters_lost
    assert digits.extra == len(text) - sum(wanted.values())


def test_layouts_are_those_of_the_form() -> None:
    assert set(WRITTEN) == set(FORMATS) == set(Layout.__args__) - {"auto"}  # type: ignore[attr-defined]
    assert len(FORMATS) == 21


def test_what_is_no_date_is_not_found() -> None:
    text = "30 February 2020, 2020-13-13, 1999-12-12-44, 123456789, 2021366, 5 May 2020 and 2020366"
    assert [text[slice(*it.span)] for it in find_dates(text)] == ["5 May 2020", "2020366"]
    assert [it.period for it in find_dates("1999-12-31 2000-01-01 2010-01-01 2025-12-31 2026-01-01")] == [
        "before 2000", "2000 to 2009", "2010 to 2025", "2010 to 2025", "after 2025",
    ]  # fmt: skip
    with pytest.raises(AmbiguousDate):
        find_dates("on 03/04/2025")
    assert find_dates("on 03/04/2025", "MM/DD/YYYY")[0].layout == "MM/DD/YYYY"


def test_dates_in_a_text_for_several_tokenizers() -> None:
    text = "on 2025-03-12"
    params = date_fragmentation.params(prompt=text)
    others = several(reading("whole", {text: ["on", " 2025", "-", "03", "-", "12"]}), reading("glued", {text: [text]}))
    result = date_fragmentation.function(load_tiny("gpt2"), params, others)
    found = dict(zip(values(result, "tokenizer"), values(result, "ratio"), strict=True))
    assert found["whole"] == 0
    assert found["glued"] == pytest.approx(0.5)  # split, both delimiters lost, nothing in common
    assert result.facts["by_format"]["whole"] == {"YYYY-MM-DD": 0}
    assert list(values(result, "pieces"))[2] == text
    assert "whole 0.00" in result.summary


def test_weights_are_what_the_terms_count() -> None:
    found = {}
    for place in range(4):
        weights = [float(place == i) for i in range(4)]
        result = call(ID, load_tiny("gpt2"), dates=["20250312"], weights=weights)
        found[place] = float(values(result, "ratio")[0])
    names = ("split", "delimiters_lost", "extra", "angle")
    terms = [float(values(result, name)[0]) for name in names]
    assert found == pytest.approx({i: min(term, 1.0) for i, term in enumerate(terms)})


def test_the_specimen_cuts_dates_without_separators_worst() -> None:
    result = call(ID, specimen(), dates=["1987-03-14", "03/14/1987", "19870314", "14 March 1987"])
    assert values(result, "pieces").tolist() == [
        "19|8|7|-|03|-|14",
        "03|/|14|/|19|8|7",
        "19|8|7|03|14",
        "14|March|19|87",
    ]
    assert values(result, "ratio") == pytest.approx([0.2732, 0.2732, 0.3451, 0.2768], abs=1e-4)
    assert [each.verdict for each in result.checks] == ["ok", "ok", "info"]
    control = check(result, "against_characters").control
    assert control is not None
    assert control > 2 * values(result, "ratio").mean() - 0.1
    inside = call(ID, specimen(), "The date 20250312 is 2025-03-12.")
    assert values(inside, "pieces").tolist() == ["20|25|0|3|12", "20|25|-|03|-|12"]
    assert values(inside, "ratio") == pytest.approx([0.4225, 0.2095], abs=1e-4)


def test_a_text_without_dates_is_answered_with_a_day_of_every_period_in_every_layout() -> None:
    result = call(ID, load_tiny("gpt2"), "a cat")
    assert result.warnings == [
        "No dates were found in the text; 84 dates in the common layouts are scored in its place."
    ]
    (by_format,), (by_period,) = result.facts["by_format"].values(), result.facts["by_period"].values()
    assert list(by_format) == list(FORMATS)
    assert list(by_period) == list(PERIODS)
    assert not call(ID, load_tiny("gpt2"), "on 2025-03-12").warnings
    assert call(ID, load_tiny("gpt2"), "a cat", date_format="YYYYMMDD").facts["n_dates"] == 4


def test_refusals_say_what_to_do() -> None:
    model = load_tiny("gpt2")
    with pytest.raises(Problem, match=r"^'2025-03' is not a date in any of the 21 formats\.$"):
        call(ID, model, dates=["2025-03"])
    with pytest.raises(Problem, match=r"^'2025-03-12' is not a date in format YYYYMMDD\.$") as found:
        call(ID, model, dates=["2025-03-12"], date_format="YYYYMMDD")
    assert found.value.changes == {"date_format": "auto"}
    with pytest.raises(Problem, match=r"^03/04/2025 could be DD/MM/YYYY or MM/DD/YYYY; choose one\.$") as found:
        call(ID, model, dates=["03/04/2025"])
    assert found.value.changes == {"date_format": "DD/MM/YYYY"}
