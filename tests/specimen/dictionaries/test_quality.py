"""Quality of dictionaries whose quality is known: perfect ones, useless ones, and everything counted apart from markers."""

from pathlib import Path

import pytest
import torch

from stratascope.specimen.dictionaries.activations import harvest, rows
from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.quality import edited_loss, loss, recovered_loss, unexplained_variance
from stratascope.specimen.dictionaries.sites import Site
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.subject import Subject

SITE = Site("resid-post", 2)


@pytest.fixture(scope="module")
def subject() -> Subject:
    torch.set_num_threads(1)
    return Subject.load(Path(bundle_path() / "specimen"))


@pytest.fixture(scope="module")
def batches(subject: Subject) -> list[torch.Tensor]:
    return [batch[:4] for batch in rows(subject.tokenizer, 7, 2)]


def signed_identity(width: int) -> Autoencoder:
    """Every coordinate has a latent for its positive and one for its negative part."""
    both = torch.cat([torch.eye(width), -torch.eye(width)])
    return Autoencoder(both.T.contiguous(), torch.zeros(2 * width), both, torch.zeros(width), active=width)


def constant(output: torch.Tensor) -> Autoencoder:
    """It always answers the same."""
    width = len(output)
    return Autoencoder(torch.zeros(width, 4), torch.zeros(4), torch.zeros(4, width), output, active=2)


def test_unexplained_variance_of_known_dictionaries() -> None:
    x = torch.randn(500, 8, generator=torch.Generator().manual_seed(0)) + 3
    assert unexplained_variance(signed_identity(8), x) == pytest.approx(0, abs=1e-10)
    assert unexplained_variance(constant(x.mean(0)), x) == pytest.approx(1, abs=1e-6)


def test_loss_is_the_mean_over_tokens_of_all_shapes(subject: Subject, batches: list[torch.Tensor]) -> None:
    sums = []
    with torch.no_grad():
        for ids in batches:
            chosen = subject.model(input_ids=ids).logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])
            sums.append(-float(chosen.sum()))
    assert loss(subject, batches) == pytest.approx(sum(sums) / sum(ids[:, 1:].numel() for ids in batches), rel=1e-4)


def test_a_perfect_and_a_useless_dictionary(subject: Subject, batches: list[torch.Tensor]) -> None:
    mean = harvest(subject, batches, [SITE])[SITE].mean(0)
    perfect = recovered_loss(subject, batches, SITE, signed_identity(len(mean)), mean)
    assert perfect["ce_recovered"] == pytest.approx(1, abs=1e-4)
    assert perfect["ce_mean_ablated"] > perfect["ce_clean"] + 1
    useless = recovered_loss(subject, batches, SITE, constant(mean), mean)
    assert useless["ce_recovered"] == pytest.approx(0, abs=1e-4)


def test_markers_are_left_alone(subject: Subject, batches: list[torch.Tensor]) -> None:
    seen: list[int] = []

    def count(x: torch.Tensor) -> torch.Tensor:
        seen.append(len(x))
        return x

    assert edited_loss(subject, batches, SITE, count) == pytest.approx(loss(subject, batches), rel=1e-5)
    assert seen == [int((ids != 0).sum()) for ids in batches]
