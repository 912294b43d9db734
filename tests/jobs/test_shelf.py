"""The models in memory: within their bytes, pinned while needed, and dropped when they are no longer what they were."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from stratascope.jobs.shelf import Shelf
from stratascope.models.library import Library, ModelEntry
from stratascope.problem import Cancelled
from stratascope.result import Result

Find = Callable[[str], ModelEntry]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three copies of the bundled model."""
    root = tmp_path_factory.mktemp("models")
    for name in ("one", "two", "three"):
        shutil.copytree(Library(()).list()[0].path, root / name)
    return root


@pytest.fixture
def find(models: Path) -> Find:
    return Library((models,)).find


def shelf(models: float) -> Shelf:
    """A shelf with room for so many of them."""
    size = 4 * Library(()).list()[0].parameters
    return Shelf(torch.device("cpu"), int(models * size), captures=1 << 20)


def held(shelf: Shelf) -> list[str]:
    return [model["id"] for model in shelf.describe()]


def get(shelf: Shelf, entry: ModelEntry, keep: tuple[str, ...] = ()) -> object:
    return shelf.get(entry.model_dump(mode="json"), keep)


def test_the_least_recently_used_model_makes_room(find: Find) -> None:
    full = shelf(2.5)
    get(full, find("one"))
    get(full, find("two"))
    get(full, find("one"))
    get(full, find("three"))
    assert held(full) == ["one", "three"]


def test_a_model_that_is_there_is_not_loaded_again(find: Find) -> None:
    full = shelf(2.5)
    assert get(full, find("one")) is get(full, find("one"))


def test_a_model_larger_than_the_shelf_is_loaded_alone(find: Find) -> None:
    small = shelf(0.1)
    get(small, find("one"))
    get(small, find("two"))
    assert held(small) == ["two"]


def test_models_that_one_job_needs_stay_together(find: Find) -> None:
    small = shelf(0.1)
    for name in ("one", "two"):
        get(small, find(name), keep=("one", "two"))
    assert held(small) == ["one", "two"]


def test_another_precision_is_another_model_in_its_place(find: Find) -> None:
    full, entry = shelf(2.5), find("one")
    half = entry.model_copy(update={"precision": "bfloat16"})
    whole = full.get(entry.model_dump(mode="json"))
    whole.run([5, 6, 7])
    size = full.describe()[0]["bytes"]
    assert full.get(half.model_dump(mode="json")).network.dtype == torch.bfloat16
    assert full.runs.bytes == 0
    (described,) = full.describe()
    assert (described["precision"], described["bytes"]) == ("bfloat16", size // 2)


def test_a_cancelled_load_leaves_nothing(find: Find) -> None:
    full = shelf(2.5)

    class Leaving:
        def __call__(self, done: int, total: int, stage: str) -> None:
            if stage == "reading weights" and done > 0:
                raise Cancelled

        def partial(self, result: Result) -> None:
            return

    with pytest.raises(Cancelled):
        full.get(find("one").model_dump(mode="json"), progress=Leaving())
    assert held(full) == []


def test_a_touched_file_means_loading_anew(find: Find, models: Path) -> None:
    full = shelf(2.5)
    before = get(full, find("one"))
    os.utime(models / "one" / "model.safetensors", ns=(1, 1))
    assert get(full, find("one")) is not before


def test_a_model_goes_with_what_was_captured_from_it(find: Find) -> None:
    full = shelf(2.5)
    model = full.get(find("one").model_dump(mode="json"))
    model.run([5, 6, 7])
    assert full.runs.bytes > 0
    full.drop("one")
    assert full.runs.bytes == 0


def test_only_the_model_that_was_altered_is_dropped(find: Find) -> None:
    full = shelf(2.5)
    get(full, find("one"))
    full.get(find("two").model_dump(mode="json")).network.register_forward_pre_hook(lambda *_: None)
    full.drop_altered()
    assert held(full) == ["one"]


def test_memory_given_back_leaves_the_models_and_the_limit(find: Find) -> None:
    full = shelf(2.5)
    model = full.get(find("one").model_dump(mode="json"))
    model.run([5, 6, 7])
    full.free_memory()
    assert (held(full), full.runs.bytes, full.runs.limit) == (["one"], 0, 1 << 20)
