"""Loading: what is shown comes from the files, all of it."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaForCausalLM

from stratascope.models import weights
from stratascope.models.load import load, rehearse
from stratascope.models.run_cache import RunCache
from stratascope.problem import Cancelled, Problem
from stratascope.result import Result
from tests.families import byte_level, entry_of, save_tiny, tiny


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny("llama", tmp_path / "model")


def refusal(folder: Path) -> Problem:
    with pytest.raises(Problem) as refused:
        load(entry_of(folder))
    return refused.value


def rewrite(folder: Path, change: Any) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


def test_the_loaded_weights_are_the_files(folder: Path) -> None:
    network, expected = load(entry_of(folder)).network, tiny("llama")[0]
    for name, tensor in expected.state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor)


@pytest.mark.parametrize("stored", [torch.float16, torch.bfloat16, torch.float64])
def test_other_number_formats_are_read_as_single_precision(folder: Path, stored: torch.dtype) -> None:
    rewrite(folder, lambda tensors: tensors.update({name: tensor.to(stored) for name, tensor in tensors.items()}))
    model = load(entry_of(folder))
    assert {tensor.dtype for tensor in model.network.state_dict().values()} == {torch.float32}
    assert not model.missing


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_a_model_can_be_run_in_half_precision(folder: Path, precision: str) -> None:
    model = load(entry_of(folder).model_copy(update={"precision": precision}))
    assert model.run([5, 6, 7]).resid.dtype == getattr(torch, precision)
    assert not model.missing


class Watcher:
    """Progress that is written down, and ends loading at a stage of choice."""

    def __init__(self, stop_at: str | None = None) -> None:
        self.heard: list[tuple[int, int, str]] = []
        self._stop_at = stop_at

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.heard.append((done, total, stage))
        if stage == self._stop_at and done > 0:
            raise Cancelled

    def partial(self, result: Result) -> None:
        raise AssertionError("loading has no result")


def test_loading_tells_how_many_bytes_were_read_and_how_far_measuring_is(folder: Path) -> None:
    watcher, entry = Watcher(), entry_of(folder)
    load(entry, progress=watcher)
    stages = list(dict.fromkeys(stage for _, _, stage in watcher.heard))
    assert stages == ["checking the files", "reading weights", "measuring fidelity"]
    read = [done for done, _, stage in watcher.heard if stage == "reading weights"]
    assert read == sorted(read)
    assert (read[0], read[-1]) == (0, entry.bytes)
    assert len(set(read)) > 10
    assert {total for _, total, stage in watcher.heard if stage == "reading weights"} == {entry.bytes}
    assert watcher.heard[-1][:2] == (3, 3)


@pytest.mark.parametrize("stage", ["reading weights", "measuring fidelity"])
def test_loading_stops_when_nobody_waits(folder: Path, stage: str) -> None:
    watcher, before = Watcher(stop_at=stage), networks_alive()
    with pytest.raises(Cancelled):
        load(entry_of(folder), progress=watcher)
    assert watcher.heard[-1][2] == stage
    assert networks_alive() == before


def test_readers_that_the_library_left_behind_are_heard_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are in the middle of a tensor when the first one is told to stop."""
    watcher, late = Watcher(stop_at="reading weights"), threading.Semaphore(0)
    read = weights._FileTensor.__getitem__

    def slow(tensor: weights._FileTensor, index: Any) -> torch.Tensor:
        if not threading.current_thread().name.endswith("_0"):
            time.sleep(0.3)
        try:
            return read(tensor, index)
        finally:
            late.release()

    monkeypatch.setattr(weights._FileTensor, "__getitem__", slow)
    with pytest.raises(Cancelled):
        load(entry_of(folder), progress=watcher)
    heard = len(watcher.heard)
    while late.acquire(timeout=1.0):
        pass
    assert len(watcher.heard) == heard


def networks_alive() -> int:
    gc.collect()
    return sum(type(each) is LlamaForCausalLM for each in gc.get_objects())


def test_a_rehearsal_refuses_what_loading_would_and_reads_no_weight(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_open_tensors", None)
    rehearse(entry_of(folder))
    rewrite(folder, lambda tensors: tensors.pop("model.layers.2.mlp.up_proj.weight"))
    with pytest.raises(Problem) as refused:
        rehearse(entry_of(folder))
    assert refused.value.code == "tensors_missing"


def test_half_precision_needs_half_the_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_of(folder)
    half = entry.model_copy(update={"precision": "bfloat16"})
    assert 2 * half.weight_bytes == entry.weight_bytes == 4 * entry.parameters
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": half.weight_bytes}.get)
    rehearse(half)
    with pytest.raises(Problem, match="in float32") as refused:
        rehearse(entry)
    assert refused.value.code == "model_too_large"


def test_shards_make_up_one_model(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    parts = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for file, kept in parts.items():
        save_file({name: tensors[name] for name in kept}, folder / file)
    index = {"weight_map": {name: file for file, kept in parts.items() for name in kept}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").unlink()
    entry = entry_of(folder)
    assert entry.parameters == sum(tensor.numel() for tensor in tensors.values())
    assert torch.equal(load(entry).network.lm_head.weight, tensors["lm_head.weight"])


def test_one_missing_tensor_is_named(folder: Path) -> None:
    rewrite(folder, lambda tensors: tensors.pop("model.layers.2.mlp.up_proj.weight"))
    problem = refusal(folder)
    assert problem.code == "tensors_missing"
    assert "model.layers.2.mlp.up_proj.weight" in problem.message


def test_one_surplus_tensor_is_named(folder: Path) -> None:
    rewrite(folder, lambda tensors: tensors.update({"model.layers.0.secret": torch.zeros(3)}))
    problem = refusal(folder)
    assert problem.code == "tensors_unexpected"
    assert "model.layers.0.secret" in problem.message


def test_a_misshapen_tensor_is_named_with_both_shapes(folder: Path) -> None:
    rewrite(folder, lambda tensors: tensors.update({"model.norm.weight": torch.ones(31)}))
    problem = refusal(folder)
    assert problem.code == "tensors_mismatched"
    assert "model.norm.weight has shape (31,) where (32,) is needed" in problem.message


def test_an_untied_model_without_unembedding_is_refused(folder: Path) -> None:
    rewrite(folder, lambda tensors: tensors.pop("lm_head.weight"))
    assert refusal(folder).code == "tensors_missing"


def test_a_tied_model_needs_only_one_of_the_two(tmp_path: Path) -> None:
    folder = save_tiny("llama", tmp_path / "tied", tie_word_embeddings=True)
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")
    model = load(entry_of(folder))
    assert model.unembedding.weight.data_ptr() == model.network.get_input_embeddings().weight.data_ptr()


@pytest.mark.parametrize("family", ["mixtral", "olmoe"])
def test_a_lost_expert_is_noticed(tmp_path: Path, family: str) -> None:
    folder = save_tiny(family, tmp_path / family)
    expert = next(name for name in load_file(folder / "model.safetensors") if "experts.1." in name)
    rewrite(folder, lambda tensors: tensors.pop(expert))
    assert refusal(folder).code in ("tensors_missing", "tensors_mismatched", "bad_weights")


def test_whole_numbers_are_no_weights(folder: Path) -> None:
    rewrite(folder, lambda tensors: tensors.update({"model.norm.weight": torch.ones(32, dtype=torch.int64)}))
    problem = refusal(folder)
    assert problem.code == "bad_weights"
    assert "model.norm.weight" in problem.message


def test_a_model_larger_than_the_machine_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    assert refusal(folder).code == "model_too_large"


def test_a_chat_template_comes_from_either_file(folder: Path) -> None:
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    named = [{"name": "tool", "template": "tool"}, {"name": "default", "template": "from list"}]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"chat_template": named}))
    assert load(entry_of(folder)).tokenizer.chat_template == "from list"
    (folder / "chat_template.jinja").write_text("from file")
    assert load(entry_of(folder)).tokenizer.chat_template == "from file"


def test_markers_may_be_written_as_objects(folder: Path) -> None:
    settings = {"bos_token": {"content": "</s>", "lstrip": False}, "add_bos_token": True, "tokenizer_class": "Nonsense"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    tokens = load(entry_of(folder)).tokenize("on")
    assert (tokens.ids[0], tokens.bos_prepended) == (2, True)


def test_the_configurations_marker_serves_a_tokenizer_that_names_none(tmp_path: Path) -> None:
    folder = save_tiny("gpt2", tmp_path / "m")
    (folder / "tokenizer_config.json").unlink()
    entry = entry_of(folder).model_copy(update={"prepend_bos": True})
    assert load(entry).tokenize("on").ids[0] == 1


def test_models_may_share_one_cache_whose_count_loading_leaves_alone(folder: Path) -> None:
    runs = RunCache()
    one = load(entry_of(folder), runs=runs)
    assert runs.forwards == 0
    one.run([5, 6])
    other = load(entry_of(folder).model_copy(update={"id": "other"}), runs=runs)
    assert runs.forwards == 1
    assert other.run([5, 6]) is not one.run([5, 6])
    assert runs.forwards == 2


def test_a_file_written_over_does_not_change_a_loaded_model(folder: Path) -> None:
    model = load(entry_of(folder))
    before = {name: tensor.clone() for name, tensor in model.network.state_dict().items()}
    path = folder / "model.safetensors"
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
    for name, tensor in model.network.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_loading_is_silent(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load(entry_of(folder))
    assert capfd.readouterr() == ("", "")


def test_listing_and_fingerprinting_never_import_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from stratascope.models.library import Library;"
        "from stratascope.models.fingerprint import fingerprint; from stratascope.models import hub, guard;"
        f"folder = Path({str(folder)!r}); entry = Library((folder.parent,)).find('model');"
        "fingerprint(folder, {}); assert entry.problem is None;"
        "print([name for name in ('torch', 'transformers', 'tokenizers') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_tokenizer_and_embedding_may_differ_in_size(tmp_path: Path) -> None:
    count = byte_level().get_vocab_size()
    folder = save_tiny("gpt2", tmp_path / "padded", vocab_size=count + 10)
    model = load(entry_of(folder))
    assert model.vocabulary == count + 10
    assert model.token(count + 3).text == ""
    assert model.run([count + 3]).own_logits.shape == (count + 10,)
