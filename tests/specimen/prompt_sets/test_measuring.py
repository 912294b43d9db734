"""The committed numbers hold up the stated answers and controls, and measuring again gives them again."""

from collections.abc import Mapping

import pytest
import torch

from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.controls import layer_zero_accuracy, probe_accuracy
from stratascope.specimen.prompt_sets.item import PromptSet
from stratascope.specimen.prompt_sets.measuring import measure_answers, measure_set
from stratascope.specimen.prompt_sets.reading import SetEntry, read_set
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.subject import Subject

DECLARED = {declared.id: declared for declared in SETS}
MOST_LEAKED = 0.07


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.load(bundle_path() / "specimen")


@pytest.mark.parametrize("declared", SETS, ids=lambda declared: declared.id)
def test_stated_answers_are_measured(declared: PromptSet, shipped: Mapping[str, SetEntry]) -> None:
    measured = shipped[declared.id].measured
    assert declared.measure in measured
    if declared.floor is not None:
        assert measured[declared.measure] >= declared.floor


def test_what_is_said_not_to_be_learned_is_not(shipped: Mapping[str, SetEntry]) -> None:
    chances = {"logic": ("preferred", 0.5), "colored_objects": ("top_1", 1 / 3)}
    assert {declared.id for declared in SETS if declared.floor is None} == set(chances)
    for name, (number, chance) in chances.items():
        assert shipped[name].measured[number] == pytest.approx(chance, abs=0.08)
    assert shipped["addition"].measured["top_1:withheld"] < 0.3
    assert shipped["twohop"].measured["top_1:country withheld"] == 0
    assert shipped["twohop"].measured["top_1:capital withheld"] > 0.7
    assert shipped["dates"].measured["among:digits"] < shipped["dates"].measured["among:iso"]


def test_probes_of_the_embeddings_find_nothing(shipped: Mapping[str, SetEntry]) -> None:
    probed = {name: entry.measured for name, entry in shipped.items() if "probe_row_0" in entry.measured}
    assert len(probed) == 10
    for name, measured in probed.items():
        assert abs(measured["probe_row_0"] - measured["probe_chance"]) <= MOST_LEAKED, name


def test_corrupt_prompts_ask_for_the_distractor(shipped: Mapping[str, SetEntry]) -> None:
    """In most sets the preference turns round; examples exchanged, a start year of 02 and twins of requests apart."""
    apart = {"icl", "greater", "refusal", "logic", "colored_objects"}
    turned = {name: m for name, entry in shipped.items() if "corrupt_logit_difference" in (m := entry.measured)}
    for name in turned.keys() - apart:
        assert turned[name]["corrupt_logit_difference"] < -0.9 * turned[name]["logit_difference"] < 0, name
    assert abs(turned["greater"]["corrupt_logit_difference"]) < turned["greater"]["logit_difference"] / 5
    assert abs(shipped["ioi"].measured["control_logit_difference"]) < 1


def test_exchanged_examples_turn_labels_and_tables_round(subject: Subject) -> None:
    items = [item for item in read_set(bundle_path(), "icl") if item["meta"]["mapping"] in ("label", "table")]
    changed = [item | {"prompt": item["corrupt"]} for item in items]
    assert measure_answers(subject, items)["preferred"] > 0.95
    assert measure_answers(subject, changed)["preferred"] < 0.05


@pytest.mark.parametrize("name", ["refusal", "dates"])
def test_measuring_again_gives_the_committed_numbers(
    subject: Subject, shipped: Mapping[str, SetEntry], name: str
) -> None:
    numbers = measure_set(subject, DECLARED[name], read_set(bundle_path(), name))
    assert numbers.keys() == shipped[name].measured.keys()
    for key, value in shipped[name].measured.items():
        # A probe near chance may settle a few items differently on another machine.
        assert numbers[key] == pytest.approx(value, abs=1.0 if key == "probe_best_row" else 0.08), key


def test_a_set_that_gives_its_labels_away_is_caught(subject: Subject) -> None:
    """The same probe finds at once what length or the last token tell."""
    items = read_set(bundle_path(), "truth")
    longer = [item | {"prompt": "Claim: " * (item["label"] == "true") + item["prompt"]} for item in items]
    ending = [item | {"prompt": item["prompt"] + item["answer"]} for item in items]
    assert layer_zero_accuracy(subject, longer).row_0 > 0.9
    assert layer_zero_accuracy(subject, ending).row_0 > 0.9


def test_the_probe_finds_what_is_there_and_nothing_else() -> None:
    torch.manual_seed(0)
    noise = torch.randn(200, 8)
    classes = torch.arange(200) % 2
    assert probe_accuracy(noise + 6 * classes[:, None], classes) == 1.0
    assert abs(probe_accuracy(noise, classes) - 0.5) < 0.2
    assert probe_accuracy(torch.zeros(200, 8), classes) == 0.5
