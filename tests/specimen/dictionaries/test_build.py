"""The stages on a tiny model: everything is made once, kept afterwards, and reproducible."""

from pathlib import Path

import pytest

from stratascope.specimen.dictionaries import label_features, numbers, storage, train_dictionaries
from stratascope.specimen.dictionaries.catalogue import catalogue
from stratascope.specimen.dictionaries.labels import read_labels
from tests.specimen.dictionaries.tiny import write_tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def bundle(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = tmp_path_factory.mktemp("bundle")
    train_dictionaries(model, bundle, smoke=True)
    label_features(model, bundle, smoke=True)
    return bundle


def test_the_shipped_dictionaries() -> None:
    entries = {entry.id: entry for entry in catalogue(layers=6, width=128, smoke=False)}
    assert list(entries) == [
        *(f"specimen-resid-post-{layer}" for layer in range(6)),
        "specimen-attn-z-1",
        "specimen-attn-z-3",
        "specimen-attn-z-5",
        "specimen-resid-post-3-wide",
    ]
    assert {entry.recipe.active for entry in entries.values()} == {16}
    assert entries["specimen-resid-post-0"].recipe.latents == entries["specimen-attn-z-5"].recipe.latents == 1024
    assert entries["specimen-resid-post-3-wide"].recipe.latents == 4096


def test_all_are_made(bundle: Path) -> None:
    names = {entry.id for entry in catalogue(layers=2, width=32, smoke=True)}
    assert {folder.name for folder in (bundle / "saes").iterdir()} == names
    assert all(storage.is_complete(bundle / "saes" / name) for name in names)
    labelled = {path.name.removesuffix(".json.gz") for path in (bundle / "feature-labels").iterdir()}
    assert labelled == {name for name in names if "resid-post" in name}


def test_quality_is_recorded(bundle: Path) -> None:
    content = storage.read_configuration(bundle / "saes" / "specimen-attn-z-1")
    assert content["metadata"]["model_name"] == "tiny"
    quality = content["quality"]
    assert quality["fvu"] == pytest.approx(1 - quality["explained_variance"], abs=1e-4)
    assert 0 < quality["l0"] <= 16
    assert "sentiment_auroc" not in quality
    assert 0 <= storage.read_configuration(bundle / "saes" / "specimen-resid-post-0")["quality"]["sentiment_auroc"] <= 1


def test_numbers_for_the_scorecard(bundle: Path) -> None:
    found = numbers(bundle)
    measures = {
        f"sae_{entry.id}_{measure}".replace("-", "_")
        for entry in catalogue(layers=2, width=32, smoke=True)
        for measure in ("fvu", "ce_recovered", "dead")
    }
    assert set(found) == measures | {"pure_classes", "sentiment_latent_auroc"}
    quality = storage.read_configuration(bundle / "saes" / "specimen-resid-post-0")["quality"]
    assert found["sae_specimen_resid_post_0_fvu"] == quality["fvu"]


def test_labels_cover_every_latent(bundle: Path) -> None:
    labels = read_labels(bundle / "feature-labels" / "specimen-resid-post-1-wide.json.gz")
    assert labels["dictionary"] == "specimen-resid-post-1-wide"
    lists = {name: values for name, values in labels.items() if isinstance(values, list)}
    assert set(lists) == {"label", "density", "tokens", "token_shares", "contexts", "promoted"}
    assert {len(values) for values in lists.values()} == {1024}
    assert all(len(tokens) == 5 for tokens in labels["promoted"])


def test_what_exists_is_kept_and_what_is_missing_is_the_same_again(model: Path, bundle: Path) -> None:
    kept, lost = (bundle / "saes" / name / storage.WEIGHTS for name in ("specimen-attn-z-1", "specimen-resid-post-0"))
    before, time = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    train_dictionaries(model, bundle, smoke=True)
    assert kept.stat().st_mtime_ns == time
    assert lost.read_bytes() == before
