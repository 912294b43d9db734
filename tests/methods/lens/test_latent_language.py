"""Latent language: shares against the library's own probabilities, planted outputs, and the specimen's documented negative."""

from typing import Any

import numpy as np
import pytest

from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import read_set
from stratascope.specimen.prompts import bundle_path
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.polyglot import polyglot

ID = "lens/latent-language"
PAIR = ["English: model, Tongan: reads"]


@pytest.mark.parametrize("family", FAMILIES)
def test_words_have_the_librarys_probability_of_their_beginnings(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, mode="word", words=PAIR)
    p = lens_logits(model, model.tokenize(PROMPT).ids)[:, -1].softmax(-1)
    texts = [model.token(i).text for i in range(model.vocabulary)]
    for series, word in enumerate(("model", "reads")):
        own = [
            i for i, text in enumerate(texts) if text.strip() and (word.startswith(text) or f" {word}".startswith(text))
        ]
        np.testing.assert_allclose(values(result, "mean")[series], p[:, own].sum(-1), atol=1e-5)
    assert [each.verdict for each in result.checks] == ["ok", "ok", "info"]
    np.testing.assert_allclose(values(result, "mean").sum(0) + values(result, "unassigned"), 1.0, atol=1e-5)


def test_shares_of_scripts_add_up() -> None:
    result = call(ID, polyglot(), "book 語 дом", positions="all")
    np.testing.assert_allclose(values(result, "mean").sum(0), 1.0, atol=1e-5)
    assert values(result, "by_position").shape == (len(result.coords["series"]), 3, 3)
    assert bool((values(result, "unassigned") > 0).all())
    assert set(result.coords["series"]) > {"Latin", "Cyrillic", "Han", "Thai"}


def test_equally_likely_tokens_share_by_number() -> None:
    result = call(ID, polyglot(""), "book 語 дом")
    shares = dict(zip(result.coords["series"], values(result, "mean")[:, -1].tolist(), strict=True))
    assert shares["Latin"] == shares["Cyrillic"] == pytest.approx(2 / 12, abs=1e-6)
    assert result.facts["chance"] == pytest.approx(shares, abs=1e-6)
    assert values(result, "unassigned")[-1] == pytest.approx(4 / 16, abs=1e-6)


def test_an_output_in_one_script_has_all_of_the_share() -> None:
    result = call(ID, polyglot("дом"), "book 語")
    shares = dict(zip(result.coords["series"], values(result, "mean").T.tolist()[-1], strict=True))
    assert shares["Cyrillic"] == pytest.approx(1.0, abs=1e-5)
    assert result.summary.startswith("At the output Cyrillic has a share of 1.00")


def test_what_has_no_language_is_warned_about() -> None:
    result = call(ID, polyglot("42"), "book 語")
    assert any("100% of the output's probability" in warning for warning in result.warnings)


def test_new_tokens_that_leave_the_language_are_found() -> None:
    result = call(ID, polyglot("дом"), "book livre", new_tokens=3)
    assert [token.text for token in result.tokens] == ["<s>", "book", "livre", "дом", "дом", "дом"]
    points = result.facts["confusion_points"]
    assert [(point["position"], point["language"]) for point in points] == [(3, "Cyrillic")]
    assert points[0]["transition_row"] is not None
    assert result.coords["position"] == ["2", "3", "4"]
    assert not call(ID, polyglot("дом"), "book livre", new_tokens=3, requested="Cyrillic").facts["confusion_points"]


def test_prompts_whose_words_share_tokens_are_left_out() -> None:
    lines = ["English: model, Tongan: reads", "English: model, Tongan: mat", "English: cat, Tongan: sat"]
    result = call(ID, load_tiny("gpt2"), mode="word", prompts=["the cat", "one", "paris is"], words=lines)
    assert (result.facts["n_prompts"], result.facts["dropped"]) == (2, 1)
    single = [call(ID, load_tiny("gpt2"), text, mode="word", words=[line])
              for text, line in (("the cat", lines[0]), ("paris is", lines[2]))]  # fmt: skip
    expected = np.stack([values(each, "mean") for each in single])
    np.testing.assert_allclose(values(result, "by_prompt"), expected, atol=1e-6)
    np.testing.assert_allclose(values(result, "mean"), expected.mean(0), atol=1e-6)
    assert "1 prompts are left out" in result.warnings[0]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"mode": "word"}, "bad_parameter"),
        ({"mode": "word", "words": ["English"]}, "bad_parameter"),
        ({"mode": "word", "words": ["English: cat, Tongan: cat"]}, "shared_token"),
        ({"mode": "word", "words": PAIR * 2}, "bad_parameter"),
        ({"mode": "word", "words": PAIR, "new_tokens": 2}, "bad_parameter"),
        ({"prompts": ["a", "b"], "new_tokens": 2}, "bad_parameter"),
        ({"new_tokens": 64}, "context_exceeded"),
        ({"word_lists": ["English: one two"]}, "not_enough_samples"),
    ],
)
def test_questions_without_an_answer_are_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code


@pytest.mark.parametrize("lens", ["raw", "tuned"])
def test_the_specimen_never_passes_through_english(lens: str) -> None:
    """The documented negative: from Spanish to French English stays below 0.05 in every row, French ends above 0.95."""
    items = read_set(bundle_path(), "translate")
    chosen = [item for item in items if (item["meta"]["source"], item["meta"]["target"]) == ("Spanish", "French")]
    words = [f"English: {item['meta']['third']}, French: {item['answer']}" for item in chosen]
    result = call(ID, specimen(), prompts=[item["prompt"] for item in chosen], words=words, mode="word", lens=lens)
    english, french = values(result, "mean")
    assert result.facts["n_prompts"] >= 15
    assert float(english.max()) < 0.05
    assert float(french[-1]) > 0.95
    assert result.facts["middle"]["language"] == "English"
    assert float(french[3]) > float(english[3])
    assert check(result, "matches_output").verdict == "ok"
