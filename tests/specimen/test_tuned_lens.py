"""The tuned lens starts as the logit lens, learns a rotation that was planted, and is stored as it was measured."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from stratascope.specimen import tuned_lens
from stratascope.specimen.subject import Subject
from stratascope.specimen.tuned_lens import Plan, Translators
from tests.specimen.dictionaries.tiny import tiny_subject, write_tiny_model

IDS = torch.tensor([[0, 20, 30, 40], [0, 41, 42, 43]])


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return tiny_subject(tmp_path)


def test_translators_start_as_the_logit_lens(subject: Subject) -> None:
    model: Any = subject.model
    entering, final = tuned_lens.streams(subject.model, IDS)
    nothing = Translators.zero(len(entering), 32)
    for row, x in enumerate(entering):
        logit_lens = model.lm_head(model.transformer.ln_f(x)).log_softmax(-1)
        assert torch.equal(tuned_lens.predictions(subject.model, nothing.apply(row, x)), logit_lens)
    with torch.no_grad():
        assert torch.equal(
            entering[0], model.transformer.wte(IDS).add(model.transformer.wpe(torch.arange(4))).view(8, 32)
        )
        assert torch.allclose(final, model(IDS).logits.log_softmax(-1).view(8, -1))


def test_the_translation_is_affine() -> None:
    matrices = torch.zeros(2, 2, 2)
    matrices[1] = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    translators = Translators(matrices, torch.tensor([[0.0, 0.0], [0.0, 5.0]]))
    # x + A x + b = (1, 2) + (2, 0) + (0, 5)
    assert translators.apply(1, torch.tensor([1.0, 2.0])).tolist() == [3.0, 7.0]
    assert translators.apply(0, torch.tensor([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_divergence_by_hand() -> None:
    final, predicted = torch.tensor([[0.5, 0.5], [0.9, 0.1]]), torch.tensor([[0.25, 0.75], [0.9, 0.1]])
    expected = (0.5 * torch.log(torch.tensor(2.0)) + 0.5 * torch.log(torch.tensor(2 / 3))) / 2
    assert float(tuned_lens.divergence(final.log(), predicted.log())) == pytest.approx(float(expected), rel=1e-5)


def test_training_brings_predictions_closer(subject: Subject) -> None:
    model: Any = subject.model
    with (
        torch.no_grad()
    ):  # an untrained model hardly predicts anything; stretch its head so that there is something to learn
        model.transformer.ln_f.weight.mul_(20)
    plan = Plan(steps=30, held_out_batches=1, parts=16)
    translators = tuned_lens.fit(subject, plan)
    nothing = Translators.zero(2, 32)
    tuned, plain = (tuned_lens.mean_divergences(subject.model, lens, [IDS]) for lens in (translators, nothing))
    assert tuned[0] < 0.9 * plain[0]
    again = tuned_lens.fit(subject, plan)
    assert torch.equal(again.matrices, translators.matrices)


def test_round_trip(tmp_path: Path) -> None:
    torch.manual_seed(0)
    translators = Translators(torch.randn(3, 4, 4), torch.randn(3, 4)).rounded()
    tuned_lens.write(tmp_path / "lens", translators, {})
    again = tuned_lens.read(tmp_path / "lens")
    assert torch.equal(again.matrices, translators.matrices)
    assert torch.equal(again.biases, translators.biases)


def test_smoke(tmp_path: Path) -> None:
    folder, bundle = write_tiny_model(tmp_path / "tiny"), tmp_path / "bundle"
    tuned_lens.train_tuned_lens(folder, bundle, smoke=True)
    content = json.loads((bundle / "tuned-lens" / "tiny" / "config.json").read_text())
    assert (content["d_model"], content["num_hidden_layers"], content["bias"]) == (32, 2, True)
    assert content["unembed_hash"] == tuned_lens.unembedding_sha256(Subject.load(folder).model)
    found = tuned_lens.numbers(bundle, "tiny")
    assert set(found) == {f"{lens}_lens_kl_row_{row}" for lens in ("tuned", "logit") for row in range(2)}
    weights = bundle / "tuned-lens" / "tiny" / "params.safetensors"
    time = weights.stat().st_mtime_ns
    tuned_lens.train_tuned_lens(folder, bundle, smoke=True)
    assert weights.stat().st_mtime_ns == time
