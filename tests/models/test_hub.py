"""Fetching from the hub: only what a model needs, and then the same guard as for any folder."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import Any

import pytest

from stratascope.models.hub import fetch
from stratascope.problem import Problem
from tests.families import save_tiny

OFFERED = (
    "config.json", "model.safetensors", "model-00001-of-00002.safetensors", "tokenizer.json", "chat_template.jinja",
    "generation_config.json", "pytorch_model.bin", "modeling_evil.py", "consolidated.safetensors", "model.gguf",
    "original/model.safetensors", "onnx/config.json", "README.md", "training_args.pt", "tokenizer.model",
)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A hub that gives the tiny model and notes what it was asked for."""
    calls: list[dict[str, Any]] = []

    def snapshot_download(repo_id: str, *, local_dir: Path, **options: Any) -> str:
        calls.append({"repo_id": repo_id, **options})
        save_tiny("gpt2", local_dir)
        return str(local_dir)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    return calls


def test_a_model_is_fetched_into_its_own_folder(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    path = fetch("openai-community/gpt2", "v1.0", tmp_path)
    assert path == tmp_path / "openai-community--gpt2"
    assert (asked[0]["repo_id"], asked[0]["revision"]) == ("openai-community/gpt2", "v1.0")


def test_only_weights_json_and_the_template_are_asked_for(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    fetch("a/b", None, tmp_path)
    taken = {
        name
        for name in OFFERED
        if any(fnmatch.fnmatch(name, pattern) for pattern in asked[0]["allow_patterns"])
        and not any(fnmatch.fnmatch(name, pattern) for pattern in asked[0]["ignore_patterns"])
    }
    assert taken == set(OFFERED[:6])


def test_what_was_fetched_passes_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(repo_id: str, *, local_dir: Path, **options: Any) -> None:
        (save_tiny("gpt2", local_dir) / "tokenizer_config.json").write_text(
            '{"auto_map": {"AutoTokenizer": ["a.B", null]}}'
        )

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    with pytest.raises(Problem) as refused:
        fetch("a/b", None, tmp_path)
    assert refused.value.code == "remote_code"


@pytest.mark.parametrize(
    "hub_id",
    [
        "gpt2",
        "a/b/c",
        "../b",
        "a/..",
        "a/.b",
        "/etc/passwd",
        "a/b?x=1",
        "https://huggingface.co/a/b",
        "a/b\n",
        "a" * 300 + "/b",
        "",
    ],
)
def test_an_id_that_is_none_never_leaves_the_machine(tmp_path: Path, asked: list[dict[str, Any]], hub_id: str) -> None:
    with pytest.raises(Problem) as refused:
        fetch(hub_id, None, tmp_path)
    assert refused.value.code == "bad_hub_id"
    assert asked == []


@pytest.mark.parametrize("revision", ["..", "a b", "../../x", "", "x" * 300])
def test_a_revision_that_is_none_is_refused(tmp_path: Path, asked: list[dict[str, Any]], revision: str) -> None:
    with pytest.raises(Problem) as refused:
        fetch("a/b", revision, tmp_path)
    assert refused.value.field == "revision"
    assert asked == []


def test_a_hub_that_fails_is_a_problem_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_: Any, **__: Any) -> None:
        raise ConnectionError("secret.internal refused")

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    with pytest.raises(Problem) as refused:
        fetch("a/b", None, tmp_path)
    assert (refused.value.code, refused.value.status) == ("hub_failed", 424)
    assert "secret" not in refused.value.message
