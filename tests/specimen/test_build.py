"""The whole build on a tiny model, and that an interrupted training run ends where an uninterrupted one does."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from stratascope.specimen.__main__ import main
from stratascope.specimen.manifest import read_acceptance, read_manifest, verify
from stratascope.specimen.optimization import learning_rate_factor
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.scorecard import BOUNDS
from stratascope.specimen.sizes import SIZES
from stratascope.specimen.tokenizer import load_tokenizer
from stratascope.specimen.training import Plan, Trainer


def test_smoke(tmp_path: Path) -> None:
    main(["--out", str(tmp_path), "--smoke"])
    bundle = tmp_path / "bundle"
    verify(bundle)
    assert {number.key for number in read_acceptance(bundle)} == set(BOUNDS)
    assert read_manifest(bundle)["config"] == {"layers": 2, "width": 32, "heads": 2}
    model = AutoModelForCausalLM.from_pretrained(bundle / "specimen", local_files_only=True)
    assert model.config.n_layer == 2


def test_stages_can_be_run_one_by_one(tmp_path: Path) -> None:
    main(["--out", str(tmp_path), "--smoke", "--stage", "corpus", "--stage", "tokenizer"])
    assert {path.name for path in (tmp_path / "work").iterdir()} == {
        "corpus.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }


@pytest.fixture
def threads() -> None:
    torch.set_num_threads(1)


@pytest.mark.usefixtures("threads")
def test_an_interrupted_run_ends_the_same(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(bundle_path() / "specimen")
    plan = Plan(SIZES["smoke"], steps=4, seed=0, checkpoint_every=2)
    whole = Trainer(plan, tokenizer, tmp_path / "whole").run()
    interrupted = Trainer(plan, tokenizer, tmp_path / "interrupted")
    for _ in range(2):
        interrupted.advance()
    interrupted.save()
    resumed = Trainer(plan, tokenizer, tmp_path / "interrupted").run()
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name


def test_a_checkpoint_of_another_plan_is_refused(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(bundle_path() / "specimen")
    Trainer(Plan(SIZES["smoke"], steps=1, seed=0), tokenizer, tmp_path).save()
    with pytest.raises(ValueError, match=r"checkpoint\.pt belongs to another plan"):
        Trainer(Plan(SIZES["smoke"], steps=1, seed=1), tokenizer, tmp_path).run()


def test_learning_rate_schedule() -> None:
    assert learning_rate_factor(0, 1000) == pytest.approx(0.02)
    assert learning_rate_factor(49, 1000) == learning_rate_factor(600, 1000) == 1
    assert learning_rate_factor(999, 1000) < 0.03
