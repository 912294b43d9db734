"""The contract of a method: references that may be left out, prompts by any name, and what the catalogue says of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from stratascope.catalog import load_catalog
from stratascope.cli import main
from stratascope.client import _signature
from stratascope.local import compute
from stratascope.method import Guide, Method
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web.identity import result_key
from tests.families import save_tiny

SOURCE = '''
from __future__ import annotations
from typing import TYPE_CHECKING
import numpy as np
from stratascope.method import SIDE_A, SIDE_B, Field, Guide, Params, PromptText, method
from stratascope.result import Array, Table
if TYPE_CHECKING:
    from stratascope.models.model import Model

class PairOfParams(Params):
    """Parameters."""
    left: PromptText = Field("", description="One.", json_schema_extra=SIDE_A)
    right: PromptText = Field("", description="Other.", json_schema_extra=SIDE_B)

@method(title="Pair", guide=Guide("How do two runs differ?", "Counts.", "Count.", shortcut="Q"), requires=())
def pair_of(model: Model, params: PairOfParams, other: {other}) -> Table:
    """Layers of both models."""
    layers = np.array([model.layers, 0 if other is None else other.layers])
    return Table(arrays={{"layers": Array(values=layers, dims=("entry",))}})
'''


def write(folder: Path, other: str = "Model | None = None") -> Path:
    (folder / "extra").mkdir(parents=True, exist_ok=True)
    (folder / "extra" / "pair_of.py").write_text(SOURCE.format(other=other))
    return folder


@pytest.fixture
def pair_of(tmp_path: Path) -> Method:
    return load_catalog([write(tmp_path)])["extra/pair-of"]


def test_a_reference_that_may_be_left_out_is_one_in_the_catalogue_and_the_schema(pair_of: Method) -> None:
    entry = pair_of.describe()
    assert entry["resources"] == {"model": "Model", "other": "Model"}
    assert entry["optional_resources"] == ["other"]
    schema = pair_of.request.model_json_schema()
    assert schema["required"] == ["model"]
    other = schema["properties"]["other"]
    assert (other["default"], other["widget"]) == (None, "resource")
    assert {branch["type"] for branch in other["anyOf"]} == {"string", "null"}


def test_absent_and_null_are_the_same_request(pair_of: Method) -> None:
    absent, null, given = (
        pair_of.split(pair_of.request.model_validate({"model": "m", "left": "a", **other}))
        for other in ({}, {"other": None}, {"other": "n"})
    )
    assert absent == null == ({"model": "m"}, given[1])
    assert given[0] == {"model": "m", "other": "n"}
    keys = [
        result_key(pair_of, fingerprints, absent[1]) for fingerprints in ({"model": "f"}, {"model": "f", "other": "f"})
    ]
    assert keys[0] != keys[1]
    with pytest.raises(ValueError, match="other"):
        pair_of.request.model_validate({"model": "m", "other": ""})


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("Model | None", "written Model"),
        ("Model = None", "written Model"),
        ("Vase | None = None", "Vase is no resource"),
    ],
)
def test_a_reference_written_in_half_is_a_broken_file(tmp_path: Path, other: str, reason: str) -> None:
    errors = load_catalog([write(tmp_path, other)]).errors
    assert reason in errors[str(tmp_path / "extra" / "pair_of.py")]


def test_the_first_prompt_is_found_under_any_name(pair_of: Method) -> None:
    params = pair_of.params.model_validate({"left": "one", "right": "two"})
    assert pair_of.prompt(params).prompt == "one"
    lens = load_catalog()["lens/logit-lens"]
    messages = [{"role": "user", "content": "hi"}]
    read = lens.prompt(lens.params.model_validate({"messages": messages}))
    assert read.prompt == ""
    assert read.messages is not None
    assert read.messages[0].content == "hi"


def test_a_shortcut_is_one_capital_letter(pair_of: Method) -> None:
    assert pair_of.describe()["shortcut"] == "Q"
    assert load_catalog()["lens/logit-lens"].describe()["shortcut"] == ""
    for wrong in ("p", "PP", "1"):
        with pytest.raises(ValueError, match="one capital letter"):
            Guide("Steer it", "Does.", "Read.", shortcut=wrong)


def test_no_two_methods_share_a_shortcut() -> None:
    given = [method.guide.shortcut for method in load_catalog().values() if method.guide.shortcut]
    assert len(given) == len(set(given))


def test_a_second_model_reaches_the_function(tmp_path: Path) -> None:
    roots = tmp_path / "models"
    save_tiny("gpt2", roots / "one")
    save_tiny("gpt2", roots / "two", seed=1)
    settings = Settings(models=(roots,), threads=1)
    method = load_catalog()["comparison/run-difference"]
    asked: dict[str, Any] = {"model": "one", "prompt": "the cat sat"}
    both = compute(method, {**asked, "other": "two"}, settings)
    assert both.head["request"]["other"] == "two"
    assert both.head["result"]["facts"]["models"] == {"a": "one", "b": "two"}
    assert both.arrays["difference"][0].max() > 0
    with pytest.raises(Problem, match="second"):
        compute(method, asked, settings)


def test_the_command_leaves_out_what_may_be_left_out() -> None:
    given = [
        "run",
        "comparison/run-difference",
        "--prompt",
        "The capital of France is",
        "--prompt-b",
        "The capital of Italy is",
    ]
    document = orjson.loads(CliRunner().invoke(main, given).stdout)
    assert document["request"]["other"] is None
    assert document["model"]["id"] == "specimen"


def test_the_client_offers_it_as_optional(pair_of: Method) -> None:
    parameters = _signature(pair_of.describe()).parameters
    assert parameters["other"].default is None
    assert parameters["model"].default is parameters["model"].empty


def test_tokenizers_are_a_list_of_models_that_may_be_left_out(tmp_path: Path) -> None:
    method = load_catalog([write(tmp_path, "Tokenizers | None = None")])["extra/pair-of"]
    schema = method.request.model_json_schema()["properties"]["other"]
    assert [branch.get("maxItems") for branch in schema["anyOf"]] == [5, None]
    assert method.describe()["resources"] == {"model": "Model", "other": "Tokenizers"}
    split = method.split(method.request.model_validate({"model": "m", "other": ["n", "o"]}))[0]
    assert split == {"model": "m", "other": ["n", "o"]}
    errors = load_catalog([write(tmp_path / "bare", "Tokenizers")]).errors
    assert "may be left out is written Tokenizers | None = None" in next(iter(errors.values()))


def test_tokenizers_are_read_in_the_order_of_the_request_and_are_part_of_the_key(tmp_path: Path) -> None:
    for family in ("gpt2", "llama"):
        save_tiny(family, tmp_path / family)
    asked = {"model": "specimen", "prompt": "a cat", "others": ["llama", "gpt2"]}
    method, settings = load_catalog()["tokenization/tokenizer-compare"], Settings(models=(tmp_path,))
    found = compute(method, asked, settings)
    assert found.head["result"]["coords"]["tokenizer"][:3] == ["specimen", "llama", "gpt2"]
    assert found.head["request"]["others"] == ["llama", "gpt2"]
    assert found.head["key"] != compute(method, asked | {"others": ["gpt2", "llama"]}, settings).head["key"]
    (tmp_path / "gpt2" / "tokenizer.json").unlink()
    with pytest.raises(Problem, match=r"^Tokenizer files for gpt2 are not on this server\.$"):
        compute(method, asked, settings)
