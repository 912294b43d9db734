"""The committed weights do what their manifest says."""

from collections.abc import Callable

import pytest
import torch
from transformers import AutoModelForCausalLM

from stratascope.specimen.bounds import BOUNDS
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.manifest import read_acceptance
from stratascope.specimen.prompts import EXAMPLES, bundle_path
from stratascope.specimen.scorecard import ALONE, TOGETHER
from stratascope.specimen.subject import Subject


@pytest.fixture(scope="module")
def specimens() -> Specimens:
    return Specimens(bundle_path())


@pytest.fixture(scope="module")
def subject(specimens: Specimens) -> Subject:
    return specimens.base


@pytest.fixture(scope="module")
def stated() -> dict[str, float]:
    return {number.key: number.value for number in read_acceptance(bundle_path())}


@pytest.mark.parametrize("measure", ALONE, ids=lambda measure: measure.__name__)
def test_what_the_base_does_is_what_the_manifest_says(
    measure: Callable[[Subject], dict[str, float]], subject: Subject, stated: dict[str, float]
) -> None:
    for key, value in measure(subject).items():
        assert value == pytest.approx(stated[key], abs=0.02), key


@pytest.mark.parametrize("measure", TOGETHER, ids=lambda measure: measure.__name__)
def test_what_the_bundle_does_is_what_the_manifest_says(
    measure: Callable[[Specimens], dict[str, float]], specimens: Specimens, stated: dict[str, float]
) -> None:
    for key, value in measure(specimens).items():
        assert value == pytest.approx(stated[key], abs=0.02, rel=0.02), key


def test_every_number_of_the_card_is_measured(specimens: Specimens, stated: dict[str, float]) -> None:
    assert set(stated) == set(BOUNDS)
    assert {BOUNDS[key].control for key in BOUNDS} - {None} <= set(BOUNDS)


def test_the_first_examples(subject: Subject) -> None:
    examples = {example.id: example for example in EXAMPLES}
    for name in ("indirect-object", "capital"):
        example = examples[name]
        chances = subject.last_logits([example.prompt])[0].softmax(-1)
        assert int(chances.argmax()) == subject.pieces(example.target)[0]
        assert chances[subject.pieces(example.target)[0]] > 0.6
        assert chances[subject.pieces(example.distractor)[0]] < 0.1


def test_weights_are_widened_when_loaded(subject: Subject) -> None:
    plain = AutoModelForCausalLM.from_pretrained(bundle_path() / "specimen", local_files_only=True)
    assert plain.dtype == torch.float32
    assert {parameter.dtype for parameter in subject.model.parameters()} == {torch.float32}
    assert subject.model.lm_head.weight is subject.model.transformer.wte.weight
