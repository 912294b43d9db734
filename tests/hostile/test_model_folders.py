"""Hostile and broken model folders: each is refused with its own code, and nothing in them is ever run or fetched."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stratascope.models.guard import inspect_folder
from stratascope.models.library import Library, ModelEntry
from stratascope.models.load import load, rehearse
from stratascope.models.pieces import Pieces
from stratascope.models.tokenizer_files import load_tokenizer
from stratascope.problem import Problem
from tests.families import save_tiny
from tests.hostile.folders import (
    Spoil,
    both,
    canary,
    code,
    config,
    directory,
    edit,
    fifo,
    header,
    indexed,
    json_file,
    linked,
    moved_in,
    moved_out,
    pickled,
    raw,
    read_weights,
    tensors,
    tokenizer,
    without,
    write_weights,
)

WEIGHTS = "model.safetensors"
FIRST = "transformer.h.0.attn.c_attn.weight"

REFUSED: dict[str, tuple[str, Spoil]] = {
    # code in the folder
    "pickle only": ("pickle_weights", both(without(WEIGHTS), pickled("pytorch_model.bin"))),
    "pickle with .pt": ("pickle_weights", both(without(WEIGHTS), pickled("model.pt"))),
    "sharded pickles": (
        "pickle_weights",
        both(
            without(WEIGHTS),
            pickled("pytorch_model-00001-of-00001.bin"),
            json_file("pytorch_model.bin.index.json", {"weight_map": {FIRST: "pytorch_model-00001-of-00001.bin"}}),
        ),
    ),
    "keras weights": ("pickle_weights", both(without(WEIGHTS), raw("tf_model.h5", b"\x89HDF"))),
    "pickle named as safetensors": ("bad_weights", pickled(WEIGHTS)),
    "auto_map in config": (
        "remote_code",
        both(code(), config(auto_map={"AutoModelForCausalLM": "modeling_evil.Evil"})),
    ),
    "auto_map of another repository": ("remote_code", config(auto_map={"AutoConfig": "evil/repo--modeling_evil.Evil"})),
    "auto_map one level down": ("remote_code", config(text_config={"auto_map": {"AutoConfig": "modeling_evil.Evil"}})),
    "auto_map in a list": ("remote_code", config(parts=[{"auto_map": {"AutoConfig": "modeling_evil.Evil"}}])),
    "auto_map in tokenizer_config": (
        "remote_code",
        both(
            code("tokenization_evil.py"),
            json_file("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tokenization_evil.Evil", None]}}),
        ),
    ),
    "auto_map in processor_config": (
        "remote_code",
        both(code(), json_file("processor_config.json", {"auto_map": {"AutoProcessor": "modeling_evil.Evil"}})),
    ),
    "auto_map in preprocessor_config": (
        "remote_code",
        json_file("preprocessor_config.json", {"auto_map": {"A": "b.C"}}),
    ),
    "auto_map in generation_config": ("remote_code", json_file("generation_config.json", {"auto_map": {"A": "b.C"}})),
    "attention from a repository": ("remote_code", config(_attn_implementation="evil/kernels")),
    "attention from a repository, public key": ("remote_code", config(attn_implementation="evil/kernels:attend")),
    "attention from a repository, internal key": (
        "remote_code",
        config(_attn_implementation_internal="evil/kernels@v1"),
    ),
    "attention per part": ("remote_code", config(attn_implementation={"": "sdpa", "text_config": "evil/kernels"})),
    "attention that is no name": ("remote_code", config(attn_implementation=["eager"])),
    "adapter of another model": (
        "unsupported_architecture",
        json_file("adapter_config.json", {"base_model_name_or_path": "evil/repo"}),
    ),
    # paths
    "config linked outside": ("path_outside", linked("config.json", "/etc/hostname")),
    "good config linked outside": ("path_outside", moved_out("config.json")),
    "weights linked outside": ("path_outside", moved_out(WEIGHTS)),
    "tokenizer linked outside": ("path_outside", moved_out("tokenizer.json")),
    "template linked outside": ("path_outside", linked("chat_template.jinja", "/etc/passwd")),
    "shard above the folder": ("path_outside", indexed(a="../outside.safetensors")),
    "shard with an absolute path": ("path_outside", indexed(a="/etc/passwd")),
    "shard in a subfolder": ("path_outside", indexed(a="sub/model.safetensors")),
    "shard with a hidden name": ("path_outside", indexed(a=".model.safetensors")),
    "shard with a NUL": ("path_outside", indexed(a="model\x00.safetensors")),
    "shard that is a pickle": ("path_outside", both(pickled("pytorch_model.bin"), indexed(a="pytorch_model.bin"))),
    "shard linked outside": (
        "path_outside",
        both(
            moved_out(WEIGHTS),
            indexed(a="shard.safetensors"),
            linked("shard.safetensors", "../outside-model.safetensors"),
        ),
    ),
    "config is a link to itself": ("no_model_here", linked("config.json", "config.json")),
    "config is a pipe": ("no_model_here", fifo("config.json")),
    "tokenizer_config is a pipe": ("bad_config", fifo("tokenizer_config.json")),
    "weights are a folder": ("no_weights", directory(WEIGHTS)),
    "tokenizer is a folder": ("no_tokenizer", directory("tokenizer.json")),
    "template is a folder": ("bad_config", directory("chat_template.jinja")),
    # configurations
    "no config": ("no_model_here", without("config.json")),
    "empty config": ("bad_config", raw("config.json", b"")),
    "config of a list": ("bad_config", raw("config.json", b"[]")),
    "config that ends early": ("bad_config", raw("config.json", b'{"model_type": "gpt2"')),
    "config nested without end": ("bad_config", raw("config.json", b'{"a":' + b"[" * 100_000)),
    "config nested hundreds deep": (
        "bad_config",
        raw("config.json", b'{"model_type": "gpt2", "a": ' + b'{"a": ' * 900 + b"1" + b"}" * 901),
    ),
    "config of five megabytes": ("bad_config", raw("config.json", b'{"a": "' + b"x" * (5 << 20) + b'"}')),
    "config that is no text": ("bad_config", raw("config.json", b'{"model_type": "\xff\xfe"}')),
    "config with a number without end": ("bad_config", raw("config.json", b'{"n_layer": ' + b"9" * 5000 + b"}")),
    "no model_type": ("bad_config", config(model_type=None)),
    "model_type of a path": ("bad_config", config(model_type="../gpt2")),
    "model_type of a number": ("bad_config", config(model_type=2)),
    "unknown model_type": ("unsupported_architecture", config(model_type="gpt99")),
    "encoder-decoder": ("unsupported_architecture", config(model_type="t5", is_encoder_decoder=True)),
    "no language model": ("unsupported_architecture", config(model_type="vit")),
    "three thousand layers": ("config_too_large", config(n_layer=3000)),
    "a trillion layers": ("config_too_large", config(n_layer=10**12)),
    "vast width": ("config_too_large", config(n_embd=10**6)),
    "vast vocabulary": ("config_too_large", config(vocab_size=10**9)),
    "vast inner width": ("config_too_large", config(n_inner=10**9)),
    "vast context": ("config_too_large", config(n_positions=10**9)),
    "vast experts": ("config_too_large", config(num_experts=10**6)),
    "vast width one level down": ("config_too_large", config(text_config={"hidden_size": 10**6})),
    "no layers": ("bad_config", config(n_layer=0)),
    "less than no heads": ("bad_config", config(n_head=-4)),
    "heads in words": ("bad_config", config(n_head="four")),
    "heads in halves": ("bad_config", config(n_head=1.5)),
    "heads of truth": ("bad_config", config(n_head=True)),
    "heads that do not divide": ("bad_weights", config(n_head=5)),
    "unknown activation": ("bad_weights", config(activation_function="__import__('os').abort()")),
    # weights
    "no weights": ("no_weights", without(WEIGHTS)),
    "GGUF only": ("no_weights", both(without(WEIGHTS), raw("model.gguf", b"GGUF"))),
    "a shard that is not there": ("no_weights", indexed(a="model-00001.safetensors")),
    "an index without a map": ("bad_config", json_file("model.safetensors.index.json", {"weight_map": []})),
    "an index of an empty map": ("bad_config", json_file("model.safetensors.index.json", {"weight_map": {}})),
    "an index of numbers": ("bad_config", json_file("model.safetensors.index.json", {"weight_map": {"a": 1}})),
    "more layers than the weights have": ("tensors_missing", config(n_layer=5)),
    "fewer layers than the weights have": ("tensors_unexpected", config(n_layer=3)),
    "another width": ("tensors_mismatched", config(n_embd=64)),
    "another vocabulary": ("tensors_mismatched", config(vocab_size=1000)),
    "another context": ("tensors_mismatched", config(n_positions=128)),
    "another architecture": ("tensors_missing", config(model_type="llama", hidden_size=32, num_attention_heads=4)),
    "a tensor less": ("tensors_missing", tensors(lambda found: found.pop(FIRST))),
    "a tensor more": ("tensors_unexpected", tensors(lambda found: found.update(surprise=np.zeros(3, np.float32)))),
    "a tensor turned round": (
        "tensors_mismatched",
        tensors(lambda found: found.update({FIRST: found[FIRST].T.copy()})),
    ),
    "a tensor of whole numbers": (
        "bad_weights",
        tensors(lambda found: found.update({FIRST: found[FIRST].astype(np.int32)})),
    ),
    "layers in name only": (
        "tensors_unexpected",
        both(
            config(n_layer=3),
            tensors(lambda found: found.update({f"x.{n}.y": np.zeros(1, np.float32) for n in range(400)})),
        ),
    ),
    # tokenizers
    "no tokenizer": ("no_tokenizer", without("tokenizer.json")),
    "slow tokenizer only": ("slow_tokenizer", both(without("tokenizer.json"), raw("tokenizer.model", b"spm"))),
    "tokenizer of words": ("tokenizer_failed", raw("tokenizer.json", b"hello")),
    "tokenizer of nothing": ("tokenizer_failed", raw("tokenizer.json", b"{}")),
    "tokenizer nested without end": ("tokenizer_failed", raw("tokenizer.json", b"[" * 100_000)),
    "merge of unknown pieces": (
        "tokenizer_failed",
        tokenizer(lambda found: found["model"]["merges"].append(["q", "z"])),
    ),
    "merge of three pieces": ("tokenizer_failed", tokenizer(lambda found: found["model"]["merges"].append("a b c"))),
    "prefix longer than its merges": (
        "tokenizer_failed",
        tokenizer(lambda found: found["model"].update(continuing_subword_prefix="x" * 50)),
    ),
    "prefix of half a character": (
        "tokenizer_failed",
        tokenizer(lambda found: found["model"].update(continuing_subword_prefix="é")),
    ),
    "charsmap that is none": (
        "tokenizer_failed",
        tokenizer(lambda found: found.update(normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"})),
    ),
    "vocabulary of nothing": (
        "tokenizer_failed",
        tokenizer(lambda found: found.update(model={"type": "Unigram", "unk_id": 0, "vocab": []})),
    ),
    "unknown words not allowed for": (
        "tokenizer_failed",
        tokenizer(lambda found: found.update(model={"type": "WordLevel", "unk_token": "?", "vocab": {"a": 1}})),
    ),
    "pattern that does not compile": (
        "tokenizer_failed",
        tokenizer(
            lambda found: found.update(
                pre_tokenizer={"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": False}
            )
        ),
    ),
    "tokenizer_config of a list": ("bad_config", raw("tokenizer_config.json", b"[]")),
}

HARMLESS: dict[str, Spoil] = {
    "nothing at all": lambda folder: None,
    "a pickle beside the weights": both(
        pickled("pytorch_model.bin"), pickled("training_args.bin"), pickled("optimizer.pt")
    ),
    "code beside the weights": both(code(), code("modeling_gpt2.py"), code("tokenization_gpt2.py")),
    "attention by a plain name": config(_attn_implementation="flash_attention_2", attn_implementation="eager"),
    "private keys": config(_name_or_path="evil/repo", _commit_hash="x", _evil={"a": 1}),
    "weights by another name": both(pickled("evil.bin"), config(transformers_weights="evil.bin", gguf_file="evil.bin")),
    "number format by another name": config(dtype="os.system", torch_dtype="Storage"),
    "a quantisation that is none": config(quantization_config={"quant_method": "bitsandbytes", "load_in_8bit": True}),
    "kernels and fusions": config(
        use_kernels=True, kernel_config={"RMSNorm": "evil/kernels"}, fusion_config={"x": True}
    ),
    "a tokenizer class of its own": json_file("tokenizer_config.json", {"tokenizer_class": "modeling_evil.Evil"}),
    "generation code": both(code("generate.py"), json_file("generation_config.json", {"custom_generate": "evil/repo"})),
    "weights linked inside": moved_in(WEIGHTS),
    "truncation below one token": tokenizer(
        lambda found: found.update(
            truncation={"direction": "Right", "max_length": 0, "strategy": "LongestFirst", "stride": 0}
        )
    ),
    "padding to a million": tokenizer(
        lambda found: found.update(
            padding={
                "strategy": {"Fixed": 10**6},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 0,
                "pad_type_id": 0,
                "pad_token": "x",
            }
        )
    ),
}

connections: list[Any] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in ("socket.connect", "socket.getaddrinfo"):
        connections.append((event, arguments))


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def nothing_is_fetched() -> Iterator[None]:
    """No test of this file opens a connection or asks for an address."""
    global _watching
    connections.clear()
    _watching = True
    yield
    _watching = False
    assert connections == []


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny("gpt2", tmp_path_factory.mktemp("whole") / "model")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def entry(folder: Path) -> ModelEntry:
    return ModelEntry(id="model", path=folder, source="path")


def refusal(folder: Path) -> Problem:
    with pytest.raises(Problem) as refused:
        load(entry(folder))
    return refused.value


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_folder_is_refused_with_its_own_code(folder: Path, name: str) -> None:
    expected, spoil = REFUSED[name]
    spoil(folder)
    problem = refusal(folder)
    assert problem.code == expected
    assert problem.status == 422
    assert problem.message.endswith(".")
    assert problem.remedy
    assert not canary(folder).exists()


@pytest.mark.parametrize("name", REFUSED)
def test_inspecting_a_hostile_folder_refuses_it_with_the_same_code(folder: Path, name: str) -> None:
    expected, spoil = REFUSED[name]
    spoil(folder)
    with pytest.raises(Problem) as refused:
        rehearse(entry(folder))
    assert refused.value.code == expected
    assert not canary(folder).exists()


@pytest.mark.parametrize("name", REFUSED)
def test_the_vocabulary_of_a_hostile_folder_is_read_or_refused(folder: Path, name: str) -> None:
    """What is wrong with weights does not matter here; what is wrong with the folder or its tokenizer does."""
    expected, spoil = REFUSED[name]
    spoil(folder)
    try:
        tokenizer = load_tokenizer(inspect_folder(folder), "model")
        pieces, _ = Pieces(tokenizer).vocabulary(0)
    except Problem as problem:
        assert problem.code == expected  # noqa: PT017
    else:
        assert b" Paris" in pieces
    assert not canary(folder).exists()


@pytest.mark.parametrize("name", REFUSED)
def test_listing_a_hostile_folder_says_why_or_nothing_and_never_fails(folder: Path, name: str) -> None:
    expected, spoil = REFUSED[name]
    spoil(folder)
    listed = Library((folder.parent,), bundle=folder / "none").list()
    assert all(found.problem is None or found.problem["code"] == expected for found in listed)
    assert not canary(folder).exists()


@pytest.mark.parametrize("name", HARMLESS)
def test_what_cannot_do_harm_is_ignored(folder: Path, name: str) -> None:
    HARMLESS[name](folder)
    model = load(entry(folder))
    assert not model.missing
    assert model.tokenize("on Paris").tokens[-1].text == " Paris"
    assert not canary(folder).exists()


def test_a_link_within_a_hub_caches_repository_is_followed(whole: Path, tmp_path: Path) -> None:
    repository = tmp_path / "models--org--name"
    snapshot, blobs = repository / "snapshots" / "abc", repository / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for file in whole.iterdir():
        shutil.copy(file, blobs / file.name)
        (snapshot / file.name).symlink_to(Path("..", "..", "blobs", file.name))
    assert inspect_folder(snapshot).sizes.layers == 4
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to(whole / "config.json")
    assert refusal(snapshot).code == "path_outside"


def test_templates_stay_in_their_sandbox(folder: Path) -> None:
    edit(folder / "tokenizer_config.json", {"chat_template": "{{ ''.__class__.__mro__[1].__subclasses__() }}"})
    with pytest.raises(Problem) as refused:
        load(entry(folder)).tokenize(messages=[{"role": "user", "content": "on"}])
    assert refused.value.code == "chat_template_failed"


def test_a_pattern_that_explodes_fails_as_a_problem(folder: Path) -> None:
    split = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
    tokenizer(lambda found: found.update(pre_tokenizer=split))(folder)
    model = load(entry(folder))
    with pytest.raises(Problem) as refused:
        model.tokenize("a" * 40 + "!")
    assert refused.value.code == "tokenizer_failed"


def test_markers_beyond_the_embedding_never_reach_the_network(folder: Path) -> None:
    marker = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    template = {
        "type": "TemplateProcessing",
        "single": [marker, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [999_999], "tokens": ["<s>"]}},
    }
    tokenizer(lambda found: found.update(post_processor=template))(folder)
    with pytest.raises(Problem) as refused:
        load(entry(folder)).tokenize("on")
    assert refused.value.code == "token_out_of_range"


# --- half-copied and mutated weights


@pytest.mark.parametrize("share", [number / 40 for number in range(40)])
def test_weights_cut_off_anywhere_are_refused(folder: Path, share: float) -> None:
    path = folder / WEIGHTS
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(folder).code == "bad_weights"


@pytest.mark.parametrize("cut", [1, 2, 7, 8, 9])
def test_weights_cut_off_near_the_ends_are_refused(folder: Path, cut: int) -> None:
    path = folder / WEIGHTS
    content = path.read_bytes()
    for part in (content[:cut], content[:-cut], content + b"\0" * cut):
        path.write_bytes(part)
        assert refusal(folder).code == "bad_weights"


def entry_change(**changes: Any) -> Any:
    """Change the description of one tensor; None removes a key."""

    def change(content: dict[str, Any]) -> None:
        merged = {**content[FIRST], **changes}
        content[FIRST] = {key: value for key, value in merged.items() if value is not None}

    return change


def shifted(start: int, stop: int) -> Any:
    def change(content: dict[str, Any]) -> None:
        offsets = content[FIRST]["data_offsets"]
        content[FIRST]["data_offsets"] = [offsets[0] + start, offsets[1] + stop]

    return change


EMPTY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}

HEADERS: dict[str, Any] = {
    "dtype of another width": entry_change(dtype="F64"),
    "dtype of half the width": entry_change(dtype="F16"),
    "dtype unknown": entry_change(dtype="F8_E4M3"),
    "dtype of a number": entry_change(dtype=32),
    "dtype of a list": entry_change(dtype=["F32"]),
    "dtype missing": entry_change(dtype=None),
    "shape missing": entry_change(shape=None),
    "shape of a word": entry_change(shape="32"),
    "shape below zero": entry_change(shape=[-32, -96]),
    "shape in halves": entry_change(shape=[32.0, 96]),
    "shape of truth": entry_change(shape=[True, 96]),
    "shape of words": entry_change(shape=["32", 96]),
    "shape too large": entry_change(shape=[32, 97]),
    "shape too small": entry_change(shape=[32, 95]),
    "shape beyond counting": entry_change(shape=[2**62, 2**62]),
    "shape that wraps round": entry_change(shape=[2**32, 2**32]),
    "shape of a hundred axes": entry_change(shape=[1] * 100),
    "shape of nothing": entry_change(shape=[]),
    "shape of none": entry_change(shape=[0, 96]),
    "offsets missing": entry_change(data_offsets=None),
    "offsets of one number": entry_change(data_offsets=[0]),
    "offsets of three numbers": entry_change(data_offsets=[0, 1, 2]),
    "offsets below zero": entry_change(data_offsets=[-12288, 0]),
    "offsets beyond the file": entry_change(data_offsets=[2**40, 2**40 + 12288]),
    "offsets beyond counting": entry_change(data_offsets=[0, 2**64]),
    "offsets backwards": entry_change(data_offsets=[12288, 0]),
    "offsets of words": entry_change(data_offsets=["0", "12288"]),
    "a key too many": entry_change(file="/etc/passwd"),
    "offsets later": shifted(4, 4),
    "offsets earlier": shifted(-4, -4),
    "a gap": shifted(4, 0),
    "an overlap": shifted(-4, 0),
    "a tensor of a list": lambda content: content.update({FIRST: []}),
    "a tensor of nothing": lambda content: content.update({FIRST: None}),
    "a tensor over another": lambda content: content.update(extra=dict(content[FIRST])),
    "a tensor beyond the data": lambda content: content.update(extra={**EMPTY, "data_offsets": [10**6, 10**6]}),
    "no tensors": lambda content: content.clear(),
    "only metadata": lambda content: {"__metadata__": {"format": "pt"}},
    "a list": lambda content: [content],
    "a number": lambda content: 7,
    "a word": lambda content: "header",
    "no JSON": lambda content: b"{" * 100,
    "nested without end": lambda content: b"[" * 100_000,
    "no text": lambda content: b"\xff" * 64,
    "empty": lambda content: b"",
    "a name twice": lambda content: json.dumps({"a": EMPTY, "b": EMPTY}).replace('"b"', '"a"').encode(),
    "a number without end": lambda content: b'{"a":' + b"9" * 5000 + b"}",
    "NaN": lambda content: b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,0]}}',
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_mutated_header_is_refused(folder: Path, name: str) -> None:
    header(HEADERS[name])(folder)
    assert refusal(folder).code == "bad_weights"


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**40, 200 << 20, 0, 1])
def test_a_header_of_a_false_length_is_refused(folder: Path, length: int) -> None:
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(length.to_bytes(8, "little") + content[8:])
    assert refusal(folder).code == "bad_weights"


def test_a_header_above_the_limit_is_not_even_read(folder: Path) -> None:
    write_weights(folder, b" " * ((16 << 20) + 1), b"")
    problem = refusal(folder)
    assert problem.code == "bad_weights"
    assert "above the limit" in problem.message


def test_names_may_be_anything_but_are_not_repeated_at_length(folder: Path) -> None:
    name = "<script>" + "x" * 10_000
    header(lambda content: {name if key == FIRST else key: value for key, value in content.items()})(folder)
    problem = refusal(folder)
    assert problem.code in ("tensors_missing", "tensors_unexpected")
    assert len(problem.message) < 400


def test_bytes_flipped_in_a_header_never_load_other_weights(folder: Path) -> None:
    """A flip either makes the file refused, or falls where it means nothing (in metadata or in white space)."""
    stream = random.Random(0)
    content, data = read_weights(folder)
    metadata = content.pop("__metadata__", {})
    text = bytearray(json.dumps(content).encode())
    assert metadata.get("format", "pt") == "pt"
    for _ in range(60):
        flipped = bytearray(text)
        flipped[stream.randrange(len(text))] ^= 1 << stream.randrange(7)
        write_weights(folder, bytes(flipped), data)
        with pytest.raises(Problem):
            load(entry(folder))


@pytest.mark.parametrize("seed", range(20))
def test_extreme_configurations_are_refused_before_anything_is_built(folder: Path, seed: int) -> None:
    stream = random.Random(seed)
    key = stream.choice(["n_layer", "n_head", "n_embd", "vocab_size", "n_positions", "n_inner"])
    value = stream.choice([0, -1, 2**31, 2**63, 2**70, 10**30, 1e300, "9", None, [], {}, True])
    changes = {key: value if value is not None else "null"}
    config(**changes)(folder)
    if isinstance(value, list):  # a number per layer: left to the architecture, which has no use for one here
        assert refusal(folder).code in ("bad_config", "bad_weights", "tensors_mismatched", "tensors_missing")
    else:
        with pytest.raises(Problem) as refused:
            inspect_folder(folder)
        assert refused.value.code in ("bad_config", "config_too_large")
