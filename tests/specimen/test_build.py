"""The whole build on a tiny model, and that an interrupted training run ends where an uninterrupted one does."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from stratascope.specimen.__main__ import main
from stratascope.specimen.bounds import BOUNDS
from stratascope.specimen.manifest import read_acceptance, read_manifest, read_models, verify
from stratascope.specimen.optimization import learning_rate_factor
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.recipes import dense
from stratascope.specimen.sizes import SCALES
from stratascope.specimen.tokenizer import load_tokenizer
from stratascope.specimen.training import Plan, Trainer, snapshot_path


def test_smoke(tmp_path: Path) -> None:
    main(["--out", str(tmp_path), "--smoke"])
    bundle = tmp_path / "bundle"
    verify(bundle)
    assert {number.key for number in read_acceptance(bundle)} == set(BOUNDS)
    assert read_manifest(bundle)["config"] == {"layers": 2, "width": 32, "heads": 2}
    model = AutoModelForCausalLM.from_pretrained(bundle / "specimen", local_files_only=True)
    assert model.config.n_layer == 2
    names = {entry.id for entry in read_models(bundle)}
    assert names >= {"specimen-tuned", "specimen-upbeat", "specimen-moe", "specimen-seed-1", "specimen-step-00004"}
    assert {path.name for path in bundle.iterdir()} == names | {
        "manifest.json", "saes", "tuned-lens", "prompt-sets", "feature-labels",
    }  # fmt: skip
    before = (bundle / "manifest.json").read_bytes()
    main(["--out", str(tmp_path), "--smoke", "--stage", "base", "--stage", "tuned", "--stage", "manifest"])
    assert (bundle / "manifest.json").read_bytes() == before


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
    plan = Plan(dense(SCALES["smoke"].base), steps=4, seed=0, checkpoint_every=2)
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
    recipe = dense(SCALES["smoke"].base)
    Trainer(Plan(recipe, steps=1, seed=0), tokenizer, tmp_path).save()
    with pytest.raises(ValueError, match=r"checkpoint\.pt belongs to another plan"):
        Trainer(Plan(recipe, steps=1, seed=1), tokenizer, tmp_path).run()


@pytest.mark.usefixtures("threads")
def test_a_step_of_several_batches_reads_them_all(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(bundle_path() / "specimen")
    recipe = dense(SCALES["smoke"].base, curriculum=())
    double = Trainer(Plan(recipe, steps=1, seed=0, batches=2), tokenizer, tmp_path / "double")
    losses = [float(Trainer(Plan(recipe, steps=2, seed=0), tokenizer, tmp_path / "single").advance())]
    second = Trainer(Plan(recipe, steps=2, seed=0), tokenizer, tmp_path / "single")
    second.step = 1
    losses.append(float(second.advance()))
    assert float(double.advance()) == pytest.approx(sum(losses) / 2, rel=2e-3)


def test_weights_are_kept_at_the_planned_steps(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(bundle_path() / "specimen")
    Trainer(Plan(dense(SCALES["smoke"].base), steps=2, seed=0, snapshots=(0, 1)), tokenizer, tmp_path).run()
    kept = [torch.load(snapshot_path(tmp_path, step), weights_only=True) for step in (0, 1)]
    assert not snapshot_path(tmp_path, 2).exists()
    assert any(not torch.equal(kept[0][name], kept[1][name]) for name in kept[0])


def test_learning_rate_schedule() -> None:
    assert learning_rate_factor(0, 1000) == pytest.approx(0.02)
    assert learning_rate_factor(49, 1000) == learning_rate_factor(600, 1000) == 1
    assert learning_rate_factor(999, 1000) < 0.03
