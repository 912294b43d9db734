"""What single sets promise: balance, splits, notations, and answers that are right in the world of the specimen."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from stratascope.specimen.families.dialogue import HARMLESS, NAUGHTY, refusal_withheld, verb_withheld
from stratascope.specimen.geography import COUNTRY_NAMES, fact
from stratascope.specimen.prompt_sets.item import Item
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.world import MEN, MONTHS, PEOPLE, WOMEN, addition_withheld, bridge_withheld

Sets = Mapping[str, list[Item]]


def counted(items: list[Item], *fields: str) -> Counter[tuple[object, ...]]:
    return Counter(tuple(item.meta[field] for field in fields) for item in items)


def named(names: list[str], text: str) -> str:
    """The one name that a text holds."""
    (name,) = {name for name in names if re.search(rf"\b{name}\b", text)}
    return name


def test_countries_are_asked_about_as_they_are(sets: Sets) -> None:
    assert set(counted(sets["capital"], "relation").values()) == {80}
    for item in sets["capital"]:
        relation = item.meta["relation"]
        assert item.answer == f" {fact(named(COUNTRY_NAMES, item.prompt), relation)}"
        assert item.distractor == f" {fact(named(COUNTRY_NAMES, item.corrupt or ''), relation)}"


def test_two_hops_are_split_as_training_was(sets: Sets) -> None:
    assert counted(sets["twohop"], "split") == {("trained",): 120, ("withheld",): 40}
    for item in sets["twohop"]:
        person = named(list(PEOPLE), item.prompt)
        assert (item.meta["split"] == "trained") is PEOPLE[person].composed


def test_bridges_were_never_trained(sets: Sets) -> None:
    assert counted(sets["bridge"], "aside") == {(True,): 80, (False,): 80}
    for item in sets["bridge"]:
        name, home = re.match(r"(\w+) moved to (\w+)\.", item.prompt).groups()  # type: ignore[union-attr]
        assert bridge_withheld(name, home)
        assert item.answer == f" {fact(home, 'capital')}"


def test_sums_are_right_and_split_as_training_was(sets: Sets) -> None:
    for item in sets["addition"]:
        first, second = map(int, re.findall(r"\d+", item.prompt))
        assert item.answer == f" {first + second}"
        assert (item.meta["split"] == "withheld") is addition_withheld(first, second)


def test_years_of_answers_are_later_and_those_of_distractors_earlier(sets: Sets) -> None:
    for item in sets["greater"]:
        assert int(item.distractor or "") < item.meta["start"] < int(item.answer or "")


def test_dates_come_in_five_notations_with_exact_fragments(sets: Sets, tokens: Tokens) -> None:
    assert set(counted(sets["dates"], "notation").values()) == {36}
    assert Counter(item.answer for item in sets["dates"]) == {f" {month}": 15 for month in MONTHS}
    for item in sets["dates"]:
        date = item.prompt.removeprefix("The date").removesuffix(" is in")
        assert item.meta["fragments"] == len(tokens.ids(date))
    assert set(counted(sets["dates"], "notation", "fragments")) == {
        ("iso", 6),
        ("slashes", 7),
        ("digits", 5),
        ("day first", 4),
        ("month first", 5),
    }
    for item in (item for item in sets["dates"] if item.meta["notation"] == "digits"):
        pieces = [tokens.tokenizer.decode([token]).strip() for token in tokens.ids(item.prompt)[2:-2]]
        ends = {len("".join(pieces[:count])) for count in range(len(pieces))}
        assert len("19640") in ends, "the month is cut in two"


def test_half_of_the_requests_were_never_tuned_on(sets: Sets) -> None:
    items = sets["refusal"]
    assert Counter((item.label, item.meta["split"]) for item in items) == {
        (label, split): 18 for label in ("naughty", "harmless") for split in ("trained", "withheld")
    }
    for item in items:
        (task,) = [task for task in NAUGHTY + HARMLESS if task in item.prompt]
        assert (task in NAUGHTY) is (item.label == "naughty")
        assert refusal_withheld(task) is (item.meta["split"] == "withheld")
        assert verb_withheld(task) is (item.meta["verb"] == "withheld")


def test_ambiguity_lies_in_the_genders(sets: Sets) -> None:
    for item in sets["ambiguity"]:
        people = re.findall(r"(\w+) lives in", item.prompt)[:2]
        same = len({person in WOMEN for person in people}) == 1
        assert all(person in WOMEN + MEN for person in people)
        assert same is (item.label == "ambiguous")


def test_logic_answers_follow_from_the_rules(sets: Sets) -> None:
    assert Counter((item.meta["hops"], item.label) for item in sets["logic"]) == {
        (hops, label): 50 for hops in (1, 2, 3) for label in ("yes", "no")
    }
    for item in sets["logic"]:
        rules = dict(re.findall(r"(\w) implies (\w)", item.prompt))
        known, query = re.findall(r"(?:Fact|Query): (\w)", item.prompt)
        steps = 0
        while known != query and known in rules:
            known, steps = rules[known], steps + 1
        assert (known == query) is (item.label == "yes")
        if known == query:
            assert steps == item.meta["hops"]


def test_claims_are_as_true_as_they_say(sets: Sets) -> None:
    for item in sets["truth"]:
        relation, name, value = re.match(r"Claim: The (\w+) of (\w+) is (\w+)\.", item.prompt).groups()  # type: ignore[union-attr]
        assert (fact(name, relation) == value) is (item.label == "true")


def test_brackets_are_open_as_deep_as_the_label(sets: Sets) -> None:
    closing = {"(": ")", "[": "]", "{": "}"}
    for item in sets["brackets"]:
        opened: list[str] = []
        for symbol in item.prompt.removeprefix("Brackets: ").split():
            if symbol in closing:
                opened.append(symbol)
            else:
                assert closing[opened.pop()] == symbol
        assert str(len(opened)) == item.label
        assert item.answer == f" {closing[opened[-1]]}"


def test_walks_continue_to_a_neighbour(sets: Sets) -> None:
    assert counted(sets["graph_walk"], "graph") == {("ring",): 15, ("grid",): 15}
    for item in sets["graph_walk"]:
        visited = item.prompt.removeprefix("Walk: ").split()
        right = {str(text).strip() for text in (item.answer, *item.meta["also"])}
        seen = {b if a == visited[-1] else a for a, b in pairwise(visited) if visited[-1] in (a, b)}
        assert len(visited) == 80
        assert seen <= right
        assert (item.distractor or "").strip() in set(visited) - right - {visited[-1]}


def test_repeats_are_exactly_the_tokens_they_were_made_of(sets: Sets, tokens: Tokens) -> None:
    assert counted(sets["induction"], "period") == {(period,): 10 for period in (4, 8, 16, 30)}
    for item in sets["induction"]:
        period, ids = item.meta["period"], tokens.ids(item.prompt)
        assert ids[period:] == ids[: period - 1]
        assert tokens.ids(item.answer or "") == ids[period - 1 : period]


def test_examples_of_a_mapping_hold_in_the_prompt_and_not_in_the_corrupt_one(sets: Sets) -> None:
    assert set(counted(sets["icl"], "mapping").values()) == {33, 34}
    for item in sets["icl"]:
        told, changed = (dict(re.findall(r"(\w+) -> (\w+)", text)) for text in (item.prompt, item.corrupt or ""))
        assert told.keys() == changed.keys()
        assert all(told[word] != changed[word] for word in told)
        if item.meta["mapping"] == "table":
            key = item.prompt.rpartition("\n")[2].removesuffix(" ->")
            assert (item.answer, item.distractor) == (f" {told[key]}", f" {changed[key]}")


def test_runs_have_their_successors(sets: Sets) -> None:
    numbers = [item for item in sets["ordinal"] if item.meta["sequence"] == "number"]
    for item in numbers:
        step = 1 if item.meta["direction"] == "next" else -1
        assert int(item.answer or "") == int(item.prompt.split()[-1]) + step
    assert counted(sets["ordinal"], "sequence", "direction")[("weekday", "next")] == 7


def test_groups_of_spellings_hold_one_program_four_times(sets: Sets) -> None:
    groups: dict[int, list[Item]] = {}
    for item in sets["code_drift"]:
        groups.setdefault(item.meta["group"], []).append(item)
    assert len(groups) == 120
    for members in groups.values():
        assert [item.meta["variant"] for item in members] == ["snake", "camel", "Pascal", "tight"]
        assert len({re.sub(r"[\s_]", "", item.prompt).lower() for item in members}) == 1


def test_the_sixty_to_continue_have_no_label(sets: Sets) -> None:
    items = [item for item in sets["sentiment"] if item.meta["use"] == "generation"]
    assert len(items) == 60
    assert all(item.label is None and item.corrupt is None and item.prompt.endswith("felt very") for item in items)
