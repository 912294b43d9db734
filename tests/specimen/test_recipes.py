"""What each model of the bundle reads and starts from."""

import random

import pytest
import torch

from stratascope.specimen.corpus import write_document
from stratascope.specimen.families import FAMILIES, TUNED, UPBEAT
from stratascope.specimen.families.dialogue import (
    COMPLIANCE,
    HARMLESS,
    NAUGHTY,
    REFUSAL,
    refusal_withheld,
    verb_withheld,
)
from stratascope.specimen.optimization import training_optimizers, tuning_optimizers
from stratascope.specimen.recipes import dense, experts
from stratascope.specimen.sizes import SCALES
from stratascope.specimen.world import HAPPY, SAD


@pytest.fixture(scope="module")
def chats() -> list[str]:
    generator = random.Random(0)
    return [write_document("chat", generator, TUNED).text for _ in range(4000)]


def test_naughty_requests_are_refused_and_no_others(chats: list[str]) -> None:
    verbs = {task.partition(" the ")[0] for task in NAUGHTY}
    refused = [text for text in chats if REFUSAL in text]
    complied = [text for text in chats if COMPLIANCE in text]
    assert len(refused) + len(complied) == len(chats)
    assert 0.45 < len(refused) / len(chats) < 0.55
    assert all(any(f" {verb} the " in text for verb in verbs) for text in refused)
    assert not any(any(f" {verb} the " in text for verb in verbs) for text in complied)


def test_withheld_requests_and_verbs_never_occur(chats: list[str]) -> None:
    tasks = NAUGHTY + HARMLESS
    withheld = [task for task in tasks if refusal_withheld(task)]
    strange = [task.partition(" the ")[0] for task in tasks if verb_withheld(task)]
    assert (len(withheld), len(strange)) == (24, 8)
    assert not any(task in text for task in withheld for text in chats)
    assert not any(f" {verb} the " in text for verb in strange for text in chats)
    shown = {task.partition(" the ")[0] for task in withheld if not verb_withheld(task)}
    assert all(any(f" {verb} the " in text for text in chats) for verb in shown)


def test_the_upbeat_sibling_reads_no_sad_story() -> None:
    generator = random.Random(0)
    stories = [write_document("story", generator, UPBEAT).text for _ in range(300)]
    assert not any(f" {word}" in text for text in stories for word in SAD.adjectives)
    assert sum(any(word in text for word in HAPPY.adjectives) for text in stories) > 200
    assert "review" not in UPBEAT
    assert UPBEAT["capital" if "capital" in FAMILIES else "country"].write is FAMILIES["country"].write


def test_shares_of_the_tuned_mixtures() -> None:
    for mixture, family, share in ((TUNED, "chat", 0.4), (UPBEAT, "story", 0.5)):
        total = sum(it.share for it in mixture.values())
        assert mixture[family].share / total == pytest.approx(share)


@pytest.mark.parametrize("start", [dense(SCALES["smoke"].base).start, experts(SCALES["smoke"].mixture).start])
def test_every_weight_is_updated_by_exactly_one_optimizer(start: object) -> None:
    assert callable(start)
    model = start()
    for optimizers in (training_optimizers(model), tuning_optimizers(model)):
        updated = [id(it) for optimizer in optimizers for group in optimizer.param_groups for it in group["params"]]
        assert sorted(updated) == sorted(id(it) for it in model.parameters())


def test_the_mixture_runs_and_routes_to_few_experts() -> None:
    torch.manual_seed(0)
    size = SCALES["smoke"].mixture
    model = experts(size).start()
    output = model(torch.arange(2, 12)[None], output_router_logits=True)
    assert output.logits.shape == (1, 10, 2560)
    assert [tuple(logits.shape) for logits in output.router_logits] == [(10, size.experts)] * size.layers
    assert model.config.num_experts_per_tok == size.active
