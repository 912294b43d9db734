"""The command line: generated from the settings and the catalogue, and told in sentences when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stratascope.catalog import load_catalog
from stratascope.cli import main
from stratascope.document import Document
from stratascope.models.library import Library
from stratascope.options import request_parameters
from stratascope.settings import Settings
from tests.live import live_server

LENS = ["run", "--threads", "1", "lens/logit-lens", "--prompt", "The capital of France is"]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_an_option_with_its_variable(name: str) -> None:
    words = " ".join(invoke("serve", "--help").stdout.split())
    assert f"--{name.replace('_', '-')}" in words
    assert f"STRATASCOPE_{name.upper()}" in words.replace("- ", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("serve", "--host", "0.0.0.0"), "no authentication"),
        (("serve", "--host", "0.0.0.0", "--insecure-no-auth", "--test-faults"), "tests on this machine"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--port", "many"), "--port"),
        (("serve", "--device", "abacus"), "--device"),
        (("serve", "--memory", "1"), "--memory"),
        (("run", "lens/nothing"), "No such command"),
        (("run", "lens/logit-lens", "--top-k", "200"), "--top-k"),
        (("run", "lens/logit-lens", "--top-k", "many"), "--top-k"),
        (("run", "lens/logit-lens", "--model", "nothing", "--prompt", "a"), "no model"),
        (("run", "lens/logit-lens", "--nobody-knows", "1"), "No such option"),
        (("run", "--port", "99999", "lens/logit-lens"), "--port"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_wrong_variable_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATASCOPE_PORT", "many")
    result = invoke("models")
    assert result.exit_code == 2
    assert "--port" in result.output


def test_every_method_is_a_command_with_its_parameters() -> None:
    listed = invoke("run", "--help").stdout
    for method_id, method in load_catalog().items():
        assert method_id in listed
        described = invoke("run", method_id, "--help")
        assert described.exit_code == 0
        for name in method.request.model_fields:
            assert f"--{name.replace('_', '-')}" in described.stdout


def test_methods_and_models_are_listed() -> None:
    assert invoke("methods").stdout.splitlines()[0].split()[0] == next(iter(load_catalog()))
    assert invoke("models").stdout.startswith("specimen  gpt2, ")


def test_a_folder_is_inspected_without_loading_it(tmp_path: Path) -> None:
    lines = invoke("inspect", str(Library().find("specimen").path)).stdout.splitlines()
    assert lines[0].startswith("gpt2, 6 layers, ")
    assert [line.split()[0] for line in lines[1:]] == ["float32", "bfloat16", "float16"]
    refused = invoke("inspect", str(tmp_path))
    assert refused.exit_code == 1
    assert "no config.json" in refused.output


def test_openapi_is_printed() -> None:
    document = json.loads(invoke("openapi").stdout)
    assert "/api/v1/methods/lens/logit-lens" in document["paths"]


def test_a_run_prints_the_document() -> None:
    result = invoke(*LENS, "--top-k", "1", "--targets", " Paris", "--targets", " Rome")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["request"]["targets"] == [" Paris", " Rome"]
    assert document["result"]["topk_text"][-1][-1] == [" Paris"]
    assert document["checks"]


@pytest.mark.parametrize("ending", ["json", "safetensors", "csv", "html"])
def test_a_run_writes_what_the_ending_says(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    result = invoke(*LENS, "--out", str(path))
    assert result.exit_code == 0, result.output
    beginnings = {"json": b'{"schema_version"', "csv": b"row,position", "html": b"<!doctype html>"}
    if ending == "safetensors":
        assert Document.from_tensors(path.read_bytes()).head["method"] == "lens/logit-lens"
    else:
        assert path.read_bytes().startswith(beginnings[ending])


def test_other_endings_are_refused(tmp_path: Path) -> None:
    result = invoke(*LENS, "--out", str(tmp_path / "out.pkl"))
    assert result.exit_code == 1
    assert ".safetensors" in result.output


def test_the_figure_is_printed() -> None:
    assert set(json.loads(invoke(*LENS, "--figure").stdout)) == {"data", "layout"}


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("layers", "all", "all"),
        ("layers", "0,1", [0, 1]),
        ("layers", "[0, 1]", [0, 1]),
        ("layers", "3", [3]),
        ("prompt", "3", "3"),
        ("prompt", "[1]", "[1]"),
        ("view", "logits", "logits"),
        ("messages", '[{"role": "user", "content": "a"}]', [{"role": "user", "content": "a"}]),
    ],
)
def test_what_is_typed_becomes_what_the_schema_says(name: str, typed: str, value: object) -> None:
    schema = load_catalog()["attention/attention-pattern"].request.model_json_schema()
    parameter = next(it for it in request_parameters(schema) if it.name == name)
    assert parameter.value(typed) == value


@pytest.mark.parametrize(
    ("typed", "value"), [(("all",), "all"), (("attn_out",), ["attn_out"]), (("a", "b"), ["a", "b"])]
)
def test_lists_of_words_are_repeated_options(typed: tuple[str, ...], value: object) -> None:
    schema = load_catalog()["activations/residual-norms"].request.model_json_schema()
    parameter = next(it for it in request_parameters(schema) if it.name == "parts")
    assert parameter.option().multiple
    assert parameter.value(typed) == value


def test_the_cache_is_looked_at_and_cleared(tmp_path: Path) -> None:
    assert invoke("cache", "info", "--data", str(tmp_path)).stdout.startswith("0 results, 0.0 of")
    assert invoke("cache", "clear", "--data", str(tmp_path)).stdout == "0 results deleted\n"


def test_a_server_holds_its_folder_and_ends_when_told(tmp_path: Path) -> None:
    """A second server, or a command that would change the folder, is refused with a sentence; SIGTERM ends with 0."""
    with live_server(tmp_path / "data") as live:
        second = subprocess.run(
            [sys.executable, "-m", "stratascope", "serve", "--port", "0", "--data", str(live.data)],
            capture_output=True, text=True, timeout=60, check=False, env=os.environ | environment(),
        )  # fmt: skip
        assert second.returncode != 0
        assert "uses the data folder" in second.stdout + second.stderr
        assert "Traceback" not in second.stdout + second.stderr
        assert "uses the data folder" in invoke("cache", "clear", "--data", str(live.data)).output
        live.process.send_signal(signal.SIGTERM)
        assert live.process.wait(30) == 0


def environment() -> dict[str, str]:
    import stratascope

    package = str(Path(stratascope.__file__).resolve().parent.parent)
    return {"PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))}
