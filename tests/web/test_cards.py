"""Model cards over REST: what the manifest says, and nothing for models that are not bundled."""

from __future__ import annotations

import httpx
import pytest

from stratascope.specimen.manifest import read_acceptance, read_models
from stratascope.specimen.prompts import bundle_path
from stratascope.web import schemas


def card(api: httpx.Client, model: str) -> schemas.ModelCard:
    reply = api.get(f"models/{model}/card")
    assert reply.status_code == 200, reply.text
    return schemas.ModelCard.model_validate(reply.json())


def test_the_numbers_are_those_of_the_manifest(api: httpx.Client) -> None:
    shown = card(api, "specimen")
    stated = {number.key: number for number in read_acceptance(bundle_path()) if number.model == "specimen"}
    assert [number.key for number in shown.numbers] == list(stated)
    for number in shown.numbers:
        assert (number.value, number.floor, number.control) == (
            stated[number.key].value, stated[number.key].floor, stated[number.key].control,
        )  # fmt: skip
        bounded = number.floor is not None or number.ceiling is not None
        assert number.holds == (stated[number.key].holds if bounded else None)
        assert bool(number.note) == (number.holds is False)


def test_what_does_not_hold_is_on_the_card(api: httpx.Client) -> None:
    against = card(api, "specimen").findings_against
    assert len(against) >= 3
    for finding in against:
        assert api.get(f"analyses/{finding.analysis}").status_code == 200


@pytest.mark.parametrize("model", [model.id for model in read_models(bundle_path())])
def test_every_bundled_model_has_a_card(api: httpx.Client, model: str) -> None:
    shown = card(api, model)
    assert shown.id == model
    assert shown.description
    assert shown.training["corpus_sha256"]


def test_numbers_of_a_sibling_are_on_its_own_card(api: httpx.Client) -> None:
    keys = {number.key for number in card(api, "specimen-tuned").numbers}
    assert "refusal_naughty" in keys
    assert keys.isdisjoint(number.key for number in card(api, "specimen").numbers)
    assert len(card(api, "specimen-tuned").training["history"]) > 0


def test_a_checkpoint_shows_its_part_of_the_training(api: httpx.Client) -> None:
    training = card(api, "specimen-step-01000").training
    assert (training["steps"], training["tokens"]) == (1000, 4_096_000)
    assert [entry["step"] for entry in training["history"]][-1] == 1000
    assert card(api, "specimen-step-00000").training["history"] == []


@pytest.mark.parametrize("model", ["nobody", "..%2f..", "specimen%00", "x" * 500])
def test_an_unknown_model_has_none(api: httpx.Client, model: str) -> None:
    reply = api.get(f"models/{model}/card")
    assert reply.status_code in {404, 422}
    assert reply.json()["error"]["code"]
