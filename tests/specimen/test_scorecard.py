"""The committed weights do what their manifest says."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from stratascope.specimen.manifest import Acceptance, read_acceptance
from stratascope.specimen.prompts import EXAMPLES, bundle_path
from stratascope.specimen.scorecard import score
from stratascope.specimen.subject import Subject


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.load(bundle_path() / "specimen")


@pytest.fixture(scope="module")
def measured(subject: Subject) -> list[Acceptance]:
    return score(subject)


def test_measured_numbers_keep_their_bounds(measured: list[Acceptance]) -> None:
    assert [number.key for number in measured if not number.holds] == []


def test_measured_numbers_are_those_of_the_manifest(measured: list[Acceptance]) -> None:
    stated = {number.key: number.value for number in read_acceptance(bundle_path())}
    for number in measured:
        assert number.value == pytest.approx(stated[number.key], abs=0.02), number.key


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
