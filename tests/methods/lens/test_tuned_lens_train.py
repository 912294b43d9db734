"""Training a tuned lens: what it starts from, what it reaches, that it is repeatable, and that nothing is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stratascope.method import method
from stratascope.methods.lens.tuned_lens_train import TunedLensTrainParams, tuned_lens_train
from stratascope.models import lens_fitting, lens_texts
from stratascope.models.lens_files import lens_files
from stratascope.models.model import Model
from stratascope.models.sites import Site, batch_vectors, site_stream
from stratascope.models.tuned_lens import tuned_lens_for
from stratascope.problem import Cancelled, Problem
from tests.families import FAMILIES, load_tiny
from tests.lenses import write_lens
from tests.methods.call import PROMPT, call, check, specimen, values

ID = "lens/tuned-lens-train"
SHORT: dict[str, Any] = {"steps": 12, "tokens_per_step": 64, "seq_len": 16, "name": "mine"}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A tiny model with an empty folder for lenses."""
    found = load_tiny("gpt2")
    monkeypatch.setattr(found, "lenses", tmp_path)
    return found


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "params.safetensors")


class Stopping:
    """Progress that loses interest after some steps of training, and keeps the partial results."""

    def __init__(self, steps: int = 10**6) -> None:
        self.steps, self.partials, self.stages = steps, list[Any](), list[str]()

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.stages.append(stage)
        if stage.startswith("training") and done >= self.steps:
            raise Cancelled

    def partial(self, result: Any) -> None:
        self.partials.append(result)


def test_it_starts_as_the_logit_lens_and_every_row_gets_closer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = specimen()
    monkeypatch.setattr(model, "lenses", tmp_path)
    result = call(ID, model, steps=15, tokens_per_step=128, seq_len=64, name="short")
    before, after = values(result, "kl")
    assert (after < before).all()
    assert check(result, "starts_as_logit_lens").value < 1e-5
    assert check(result, "held_out_loss").verdict == "ok"
    np.testing.assert_allclose(values(result, "training_loss")[0], before, rtol=0.4)
    assert float(values(result, "training_loss")[-1].mean()) < 0.6 * float(before.mean())
    assert result.coords["row"] == ["emb", "1", "2", "3", "4", "5"]
    lens = tuned_lens_for(model)
    assert (lens.id, lens.warnings) == ("short", ())
    held_out = lens.held_out()
    assert held_out is not None
    np.testing.assert_allclose(held_out, values(result, "kl"), rtol=1e-5)
    assert call("lens/tuned-lens", model).facts["lens_id"] == "short"


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "llama"])
def test_the_first_loss_is_the_kl_of_the_logit_lens(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_tiny(family)
    monkeypatch.setattr(model, "lenses", tmp_path)
    result = call(ID, model, **SHORT | {"steps": 10})
    found = lens_texts.training_texts(model, [], "", round(640 / 0.9), 16, 0.1, 42)
    rows = lens_texts.rows_of_step(found, 0, 4, 42)
    expected = np.zeros(model.layers)
    for row in rows.tolist():
        run = model.run(row)
        log_p = model.unembedding.logits(run.resid).log_softmax(-1)
        expected += (log_p[-1].exp() * (log_p[-1] - log_p)).sum(-1).mean(-1)[:-1].numpy() / len(rows)
    np.testing.assert_allclose(values(result, "training_loss")[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("site", ["resid_mid", "attn_out", "mlp_out"])
def test_a_lens_is_trained_for_the_site_asked_for(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = specimen()
    monkeypatch.setattr(model, "lenses", tmp_path)
    result = call(ID, model, steps=15, tokens_per_step=128, seq_len=64, name="there", site=site)
    assert check(result, "starts_as_logit_lens").value < 1e-5
    before, after = values(result, "kl")
    assert float(after.mean()) < 0.6 * float(before.mean())
    assert result.coords["row"] == ["0", "1", "2", "3", "4", "5"]
    assert tuned_lens_for(model, site=site).id == "there"
    assert tuned_lens_for(model).id == "specimen"
    read = call("lens/tuned-lens", model, site=site)
    assert float(values(read, "kl_tuned").mean()) < float(values(read, "kl_raw").mean())


@pytest.mark.parametrize("family", FAMILIES)
def test_what_stands_at_a_site_is_the_same_in_a_batch_as_in_a_run(family: str) -> None:
    model = load_tiny(family)
    texts = [model.tokenize(PROMPT).ids, model.tokenize(PROMPT).ids[::-1]]
    runs = [model.run(ids) for ids in texts]
    between = all(layer.sequential for layer in model.structure.layers)
    for site in get_args(Site):
        if site == "resid_mid" and not between:
            continue
        expected = [site_stream(model, run, site) for run in runs]
        found, last = batch_vectors(model, torch.tensor(texts), range(model.layers), site)
        torch.testing.assert_close(last, torch.cat([run.resid[-1] for run in runs]), rtol=1e-4, atol=1e-5)
        for row, x in enumerate(found):
            torch.testing.assert_close(x, torch.cat([each[row] for each in expected]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"optimizer": "adam"}, {"loss": "ce"}], ids=str)
def test_the_same_request_makes_the_same_lens(
    options: dict[str, Any], model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = call(ID, model, **SHORT, **options)
    monkeypatch.setattr(model, "lenses", tmp_path / "again")
    two = call(ID, model, **SHORT, **options)
    np.testing.assert_array_equal(values(one, "kl"), values(two, "kl"))
    first, second = weights_of(tmp_path / "mine"), weights_of(tmp_path / "again" / "mine")
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(bool(each.any()) for each in first.values())


def test_what_was_made_before_is_found_and_not_made_again(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    one = call(ID, model, **SHORT)
    monkeypatch.setattr(lens_fitting, "gradients", None)
    two = call(ID, model, **SHORT)
    assert one.model_dump(exclude={"arrays"}) == two.model_dump(exclude={"arrays"})
    np.testing.assert_array_equal(values(one, "training_loss"), values(two, "training_loss"))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_cancelled_training_goes_on_where_it_was(
    optimizer: Any, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lens_fitting, "CHECKPOINT_EVERY", 5)
    params = TunedLensTrainParams(**SHORT, optimizer=optimizer)
    tuned_lens_train.function(model, params)
    monkeypatch.setattr(model, "lenses", tmp_path / "stopped")
    for stop in (7, 8, 11):  # after the first checkpoint twice, then after the second
        with pytest.raises(Cancelled):
            tuned_lens_train.function(model, params, Stopping(stop))
        assert lens_files(tmp_path / "stopped")[-1].id == "specimen", "nothing is offered before it is finished"
    rest = Stopping()
    tuned_lens_train.function(model, params, rest)
    steps = [stage for stage in rest.stages if stage.startswith("training")]
    assert len(steps) == 2, "steps 11 and 12 alone"
    whole, resumed = weights_of(tmp_path / "mine"), weights_of(tmp_path / "stopped" / "mine")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    configurations = [
        json.loads((folder / "mine" / "config.json").read_text()) for folder in (tmp_path, tmp_path / "stopped")
    ]
    assert configurations[0] == configurations[1]
    assert not list((tmp_path / "stopped" / ".training").iterdir())


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from stratascope.method import method
from stratascope.methods.lens.tuned_lens_train import TunedLensTrainParams, tuned_lens_train
from stratascope.models import lens_fitting
from tests.families import FAMILIES, load_tiny

class Killed:
    def __call__(self, done, total, stage):
        if stage.startswith("training") and done == 8:
            os.kill(os.getpid(), signal.SIGKILL)
    def partial(self, result):
        pass

lens_fitting.CHECKPOINT_EVERY = 5
model = load_tiny("gpt2")
model.lenses = Path({folder!r})
tuned_lens_train.function(model, TunedLensTrainParams(**{params!r}), Killed())
"""


def test_a_killed_training_goes_on_where_it_was(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens_fitting, "CHECKPOINT_EVERY", 5)
    folder = tmp_path / "killed"
    program = _KILLED.format(root=str(Path(__file__).parents[3]), folder=str(folder), params=SHORT)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(list((folder / ".training").glob("*/checkpoint.safetensors"))) == 1
    monkeypatch.setattr(model, "lenses", folder)
    rest = Stopping()
    tuned_lens_train.function(model, TunedLensTrainParams(**SHORT), rest)
    assert len([stage for stage in rest.stages if stage.startswith("training")]) == 7
    monkeypatch.setattr(model, "lenses", tmp_path)
    tuned_lens_train.function(model, TunedLensTrainParams(**SHORT))
    whole, resumed = weights_of(tmp_path / "mine"), weights_of(folder / "mine")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_torn_checkpoint_is_no_checkpoint(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens_fitting, "CHECKPOINT_EVERY", 5)
    with pytest.raises(Cancelled):
        tuned_lens_train.function(model, TunedLensTrainParams(**SHORT), Stopping(7))
    (path,) = (tmp_path / ".training").glob("*/checkpoint.safetensors")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    rest = Stopping()
    tuned_lens_train.function(model, TunedLensTrainParams(**SHORT), rest)
    assert len([stage for stage in rest.stages if stage.startswith("training")]) == 12


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_groups_of_rows_learn_what_all_rows_learn_together(
    optimizer: Any, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned_lens_train.function(model, TunedLensTrainParams(**SHORT, optimizer=optimizer))
    monkeypatch.setattr(model, "lenses", tmp_path / "groups")
    monkeypatch.setattr(lens_fitting, "CHECKPOINT_EVERY", 5)
    monkeypatch.setattr(lens_fitting, "GROUP_BYTES", 4 * 4 * 3 * model.width * (model.width + 1))
    assert [len(group) for group in lens_fitting.row_groups(model.layers, model.width, optimizer)] in ([3, 1], [4])
    with pytest.raises(Cancelled):
        tuned_lens_train.function(model, TunedLensTrainParams(**SHORT, optimizer=optimizer), Stopping(12))
    tuned_lens_train.function(model, TunedLensTrainParams(**SHORT, optimizer=optimizer))
    whole, parts = weights_of(tmp_path / "mine"), weights_of(tmp_path / "groups" / "mine")
    for name in whole:
        torch.testing.assert_close(parts[name], whole[name], rtol=1e-5, atol=1e-7)


def test_the_loss_is_seen_while_it_falls(model: Model) -> None:
    listener = Stopping()
    whole = tuned_lens_train.function(model, TunedLensTrainParams(**SHORT), listener)
    assert [partial.summary.split(" ")[0] for partial in listener.partials] == ["5", "10"]
    for partial in listener.partials:
        np.testing.assert_allclose(values(partial, "kl")[0], values(whole, "kl")[0], atol=1e-6)
        assert not partial.checks
    np.testing.assert_allclose(
        values(listener.partials[0], "kl")[1], values(whole, "training_loss")[:5].mean(0), rtol=1e-4
    )
    assert any("loss" in stage for stage in listener.stages)


def test_a_learning_rate_that_is_too_high_fails_with_the_layer(model: Model, tmp_path: Path) -> None:
    said = r"Layer \d: validation KL grew from \d+\.\d{3} to \d+\.\d{3}; lower the learning rate\."
    with pytest.raises(Problem, match=said) as found:
        call(ID, model, **SHORT, optimizer="adam", learning_rate=10.0)
    assert found.value.code == "lens_diverged"
    assert found.value.changes == {"learning_rate": 1.0}
    assert not (tmp_path / "mine").exists()


def test_what_is_trained_on_the_next_token_predicts_it_better(model: Model) -> None:
    texts = [f"the capital of {name} is {name} and the" for name in ("paris", "rome", "berlin", "madrid")] * 100
    result = call(ID, model, prompts=[f"{text} {number}" for number, text in enumerate(texts)], loss="ce", **SHORT)
    before, after = values(result, "ce")
    assert (after < before).all()
    assert [quantity.name for quantity in result.quantities] == ["ce", "kl"]
    assert "lowered the cross-entropy in 4 of 4 rows" in result.summary


def test_too_little_text_is_refused_with_the_numbers(model: Model) -> None:
    with pytest.raises(Problem) as found:
        call(ID, model, prompts=["the capital of france"], **SHORT)
    assert found.value.code == "not_enough_samples"
    assert found.value.message.startswith("The dataset has ")
    assert "training needs at least 2,048." in found.value.message
    with pytest.raises(Problem) as found:
        call(ID, model, prompts_from="no such set", **SHORT)
    assert found.value.code == "unknown_prompt_set"


def test_little_text_and_text_of_another_world_are_warned_of(model: Model) -> None:
    warnings = call(ID, model, **SHORT).warnings
    assert any("50,000 or more are recommended" in warning for warning in warnings)
    assert any("small closed world" in warning for warning in warnings)
    given = call(
        ID, model, prompts=[f"the capital of {number} is paris" for number in range(300)], **SHORT | {"name": ""}
    )
    assert not any("closed world" in warning for warning in given.warnings)
    assert given.facts["source"] == "given texts"
    assert given.facts["lens_id"].startswith("gpt2-")


def test_held_out_text_is_not_trained_on(model: Model) -> None:
    texts = lens_texts.training_texts(model, [f"number {number} of many" for number in range(500)], "", 0, 16, 0.2, 3)
    assert len(texts.held_out) == round(0.2 * (len(texts.held_out) + len(texts.training)))
    order = [tuple(row) for step in range(5) for row in lens_texts.rows_of_step(texts, step, 7, 3).tolist()]
    everything = {tuple(row) for row in texts.training.tolist()}
    assert set(order) <= everything
    whole = [tuple(row) for row in lens_texts.rows_of_step(texts, 0, len(texts.training), 3).tolist()]
    assert sorted(whole) == sorted(tuple(row) for row in texts.training.tolist())
    assert whole[:35] == order, "steps take the same order whatever their size"


def test_a_name_is_not_given_twice(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "mine", model)
    with pytest.raises(Problem) as found:
        call(ID, model, **SHORT)
    assert (found.value.code, found.value.field) == ("lens_exists", "name")
    assert call(ID, model, **SHORT | {"name": ""}).facts["lens_id"] != "mine"


def test_a_model_without_a_folder_says_what_to_do() -> None:
    with pytest.raises(Problem, match="no folder"):
        tuned_lens_train.function(load_tiny("llama"), TunedLensTrainParams(**SHORT))


def test_old_trainings_are_thrown_away(model: Model, tmp_path: Path) -> None:
    old, recent = tmp_path / ".training" / "old", tmp_path / ".training" / "recent"
    for folder in (old, recent):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    call(ID, model, **SHORT)
    assert not old.exists()
    assert recent.exists()


def test_it_is_a_job_and_a_job_can_be_cancelled() -> None:
    assert tuned_lens_train.job

    def tuned_lens_train_blindly(model: Any, params: TunedLensTrainParams) -> Any: ...

    tuned_lens_train_blindly.__module__ = "stratascope.methods.lens.tuned_lens_train_blindly"
    with pytest.raises(TypeError, match="progress"):
        method(title="Blind", guide=tuned_lens_train.guide, job=True)(tuned_lens_train_blindly)
