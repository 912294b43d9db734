"""Rewrite drift: rules keep the program, borders move where they must, and nothing drifts where nothing changed."""

import ast

import numpy as np
import pytest

from stratascope.models.rewrites import positions, read_sides, surprise
from stratascope.numerics.respelling import respelling
from stratascope.numerics.rewriting import CASES, BadPair, Collision, Rule, new_names, rewritten, same_program
from stratascope.numerics.units import Unit, read_units
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values

ID = "tokenization/rewrite-drift"
PROGRAM = """class my_shop:
    def divide_price(self, base_size, n):
        total_sum = f"{n} x" + 'a_b c'  # my_shop
        if base_size<n and not self:
            return base_size/n+total_sum[1 :2]
print(my_shop().divide_price(base_size=3, n=4))
"""


@pytest.mark.parametrize("rule", Rule.__args__)  # type: ignore[attr-defined]
@pytest.mark.parametrize("pair", ["ALL ALL", "OP NAME", "( ALL"])
def test_every_rule_keeps_the_program(rule: Rule, pair: str) -> None:
    units, _ = read_units(PROGRAM, "code")
    names = new_names(PROGRAM, units, rule) if rule in CASES else {}
    variant = rewritten(PROGRAM, units, rule, pair, names)
    assert same_program(PROGRAM, variant, names)
    assert (variant == PROGRAM) == (rule == "snake_case" or (rule == "remove_spaces" and pair == "( ALL"))
    if not names and rule != "newlines":
        assert ast.dump(ast.parse(variant)) == ast.dump(ast.parse(PROGRAM))


def test_names_change_consistently_and_only_where_the_program_defines_them() -> None:
    units, _ = read_units(PROGRAM, "code")
    names = new_names(PROGRAM, units, "camel_case")
    assert names == {
        "my_shop": "myShop",
        "divide_price": "dividePrice",
        "base_size": "baseSize",
        "total_sum": "totalSum",
    }
    variant = rewritten(PROGRAM, units, "camel_case", "", names)
    assert "'a_b c'  # my_shop" in variant  # strings and comments stay
    assert variant.count("baseSize") == 4
    assert new_names("a_b = fooBar + a_b", read_units("a_b = fooBar + a_b", "code")[0], "pascal_case") == {"a_b": "AB"}
    prose = read_units("$ theName is the_name", "code", "generic")[0]
    assert new_names("$ theName is the_other", prose, "snake_case") == {"theName": "the_name"}
    assert new_names("x = HTTPServer2 = _two_words", read_units("x = HTTPServer2 = _two_words", "code")[0], "snake_case") == {
        "HTTPServer2": "http_server_2",
    }  # fmt: skip


def test_spaces_are_put_and_taken_between_the_pair_alone() -> None:
    text = "f(x , (y))"
    units, _ = read_units(text, "code")
    assert rewritten(text, units, "insert_spaces", ") )", {}) == "f(x , (y) )"
    assert rewritten(text, units, "remove_spaces", "NAME ,", {}) == "f(x, (y))"
    assert rewritten(text, units, "insert_spaces", "OP NAME", {}) == "f( x , ( y))"
    assert rewritten("a b", read_units("a b", "code")[0], "remove_spaces", "ALL ALL", {}) == "a b"
    with pytest.raises(BadPair):
        rewritten(text, units, "insert_spaces", "( ) (", {})


def test_collisions_and_changed_programs_are_noticed() -> None:
    text = "a_b = aB = 1"
    with pytest.raises(Collision, match="Renaming 'a_b' to 'aB' collides with an existing name"):
        new_names(text, read_units(text, "code")[0], "camel_case", ["a_b"])
    assert same_program("a = 1", "a = 2", {}) is False
    assert same_program("a_b = 1", "aB = 1", {"a_b": "aB"}) is True
    assert same_program("no python $", "at all", {}) is None


def spans(*pieces: str) -> list[tuple[int, int]]:
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return list(zip([0, *ends], ends, strict=False))


def test_borders_that_go_and_come_by_hand() -> None:
    one, other = ("get", "_na", "me(", "x", ")"), ("getN", "ame", "(", " x", " )")
    texts = ("".join(one), "".join(other))
    units = tuple([Unit(m, n, "name") for m, n in each] for each in ([(0, 8), (9, 10)], [(0, 7), (9, 10)]))
    found = respelling(texts, (spans(*one), spans(*other)), (units[0], units[1]))
    assert (found.merged, found.split, found.change) == ([4, 6], [5, 8], "mixed")
    assert [(pair.one.start, pair.changed) for pair in found.units] == [(0, True), (9, False)]
    assert found.complete
    same = respelling((texts[0],) * 2, (spans(*one),) * 2, (units[0],) * 2)
    assert (same.change, [pair.changed for pair in same.units]) == ("remained", [False, False])
    apart = respelling(("old name", "new name"), (spans("old", " name"),) * 2, ([Unit(4, 8, "name")],) * 2)
    assert not apart.complete
    assert [pair.one.start for pair in apart.units] == [4]


def test_the_same_text_twice_does_not_drift() -> None:
    model = load_tiny("llama")
    tokens = model.tokenize("the capital of paris")
    sides = read_sides(model, (tokens, tokens), "python")
    assert sides.respelling.change == "remained"
    assert float(sides.drift("last").abs().max()) == pytest.approx(0, abs=1e-6)
    assert sides.divergence() == 0
    assert sides.common == len(tokens.ids)
    assert positions(tokens, [Unit(0, 3, "name")])[0][-1] < len(tokens.ids)


def test_a_space_taken_away_merges_exactly_there() -> None:
    result = call(ID, load_tiny("gpt2"), " the par is on", variant=" the paris on")
    assert result.facts["change"] == "merged"
    assert result.facts["merged"] == [{"at": 9, "before": "the par ", "behind": "is on"}]
    assert result.facts["variant_tokens"] == [" the", " paris", " on"]
    assert check(result, "nothing_in_front").verdict == "ok"
    assert result.coords["unit"] == ["1 the", "2 on"]
    assert values(result, "changed").tolist() == [0, 0]


def test_drift_is_one_minus_the_cosine_of_the_last_tokens() -> None:
    model = load_tiny("llama")
    text, variant = "the capital is (on)", "the capital is ( on )"
    result = call(ID, model, text, variant=variant, language="generic")
    at = result.coords["unit"].index("5 on")
    one, other = (model.run(model.tokenize(each).ids) for each in (text, variant))
    names = [[token.text for token in run.tokens.tokens] for run in (one, other)]
    a = one.resid[:, len(names[0]) - 1 - names[0][::-1].index("n")].numpy()
    b = other.resid[:, len(names[1]) - 1 - next(i for i, t in enumerate(names[1][::-1]) if t.strip() == "on")].numpy()
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    assert values(result, "by_unit")[at] == pytest.approx(1 - cosine, abs=1e-5)
    changed = values(result, "changed").astype(bool)
    assert values(result, "drift")[0] == pytest.approx(values(result, "by_unit")[changed].mean(0), abs=1e-6)


def test_the_surprise_of_a_continuation_is_its_share_of_the_whole() -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize("the cat sat on").ids)
    scores = run.logits().log_softmax(-1)
    ids = model.tokenize("the cat sat on").ids
    start = len(model.tokenize("the cat").ids)
    expected = -sum(float(scores[i - 1, ids[i]]) for i in range(start, len(ids)))
    assert surprise(model, "the cat", " sat on") == pytest.approx(expected, rel=1e-5)
    with pytest.raises(Problem, match="No token begins where the continuation 'is' does"):
        surprise(model, "the cat par", "is")


def test_other_case_drifts_early_in_the_specimen_and_is_repaired() -> None:
    result = call(ID, specimen(), prompts_from="code_drift", rule="camel_case")
    changed, unchanged = values(result, "drift")
    assert changed[0] == pytest.approx(0.310, abs=0.01)
    assert changed[2] == pytest.approx(0.083, abs=0.01)
    assert (unchanged[1:] < 0.01).all()
    facts = result.facts
    assert facts["changes"] == {"merged": 16, "remained": 104, "split": 72}
    assert (facts["n_prompts"], facts["sensitivity"], facts["correct"]) == (192, 0.0, 1.0)
    assert values(result, "by_prompt").shape == (192, 2, 7)
    related = check(result, "unrelated_units")
    assert related.value is not None
    assert related.control is not None
    assert related.value < 0.1 * related.control


def test_spaces_never_seen_in_training_break_the_answer() -> None:
    result = call(ID, specimen(), prompts_from="code_drift", rule="insert_spaces")
    assert result.facts["sensitivity"] == pytest.approx(0.547, abs=0.02)
    assert values(result, "drift")[0, 2] < 0.5 * values(result, "drift")[0, 0]


def test_refusals_say_what_to_do() -> None:
    model = load_tiny("gpt2")
    with pytest.raises(Problem, match=r"^The rule quotes changes nothing in this text\.$") as found:
        call(ID, model, "the cat", rule="quotes")
    assert call(ID, model, "the cat", **(found.value.changes or {})).summary
    with pytest.raises(Problem, match=r"^The variant does not parse to the same syntax tree; the rewrite changed"):
        call(ID, model, "a = 1", variant="a = 2")
    with pytest.raises(Problem, match=r"^Renaming 'a_b' to 'aB' collides with an existing name\.$"):
        call(ID, model, "a_b = aB = 1", rule="camel_case", identifiers=["a_b"])
    with pytest.raises(Problem, match="pair must be two parts"):
        call(ID, model, "the cat", pair="ALL")
