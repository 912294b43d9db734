"""What every method owes, found by walking the catalogue: a new method is under test before its author writes one."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import stratascope.methods
from stratascope.method import Cost, Method, ModelFacts
from stratascope.result import KINDS
from tests.cases import small
from tests.families import load_tiny
from tests.methods.call import call, catalogue, document
from tests.planted import golden_model
from tests.prompts import prompt_names

METHODS = list(catalogue().values())
QUESTIONS = {
    "What would each layer predict?", "Where does it look?", "Which features fire?", "What causes the answer?",
    "Which inputs matter?", "What is encoded where?", "How do layers transform?", "How do two runs differ?",
    "What do the weights say?", "Steer it", "What does the model read?",
}  # fmt: skip
BIG = ModelFacts(layers=12, heads=12, width=768, vocabulary=50_257, context=1024, parameters=124_000_000)
ABOUT_THE_MODEL = {"random_control", "held_out_accuracy", "split_half", "edit_size", "explained_variance"}
"""Checks of what a model does rather than of the numbers: a model of random weights does nothing that chance does not."""
READING = [
    method for method in METHODS if "messages" in method.params.model_fields and "bundled" not in method.requires
]
"""Methods that read a prompt, of any model: the bundled ones have no chat template."""
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)


def test_no_file_is_broken() -> None:
    assert catalogue().errors == {}
    assert len(METHODS) >= 8


@each_method
def test_its_guide_is_complete(method: Method) -> None:
    guide = method.guide
    assert guide.question in QUESTIONS
    assert re.fullmatch(r"[A-Z].{20,160}\.", guide.purpose)
    assert 2 <= len(re.findall(r"[.!?](?: |$)", guide.reading)) <= 5
    assert len(guide.synonyms) >= 3
    assert guide.next
    assert set(guide.next) <= set(catalogue())
    assert method.id not in guide.next
    assert method.title[0].isupper()


@each_method
def test_its_sources_are_titles_with_years(method: Method) -> None:
    assert method.papers
    for paper in method.papers:
        assert 2010 <= paper.year <= 2030
        assert len(paper.title) > 10
        assert "http" not in paper.title


@each_method
def test_its_docstring_explains_the_answer(method: Method) -> None:
    assert len(method.description.splitlines()) >= 3
    assert "[" in method.description, "shapes of the arrays"


@each_method
def test_every_parameter_says_what_it_is_and_how_far_it_goes(method: Method) -> None:
    schema = method.params.model_json_schema()
    for name, field in schema["properties"].items():
        assert field.get("description", "").endswith("."), name
        assert _bounded(field, schema.get("$defs", {})), f"{name} has no bounds"


def _bounded(field: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether every number has limits, every list a length, and every text one."""
    if "$ref" in field:
        target = definitions[field["$ref"].rpartition("/")[2]]
        return all(_bounded(part, definitions) for part in target.get("properties", {}).values())
    if "anyOf" in field:
        return all(_bounded(option, definitions) for option in field["anyOf"])
    if "enum" in field or "const" in field:
        return True
    kind = field.get("type")
    if kind in ("integer", "number"):
        return "minimum" in field
    if kind == "array":
        return "maxItems" in field and _bounded(field["items"], definitions)
    return kind in ("boolean", "null") or (kind == "string" and "maxLength" in field)


@each_method
def test_its_cost_grows_with_the_prompt_and_needs_no_model(method: Method) -> None:
    params = method.params()
    few, many = method.cost(BIG, params, 8), method.cost(BIG, params, 512)
    assert isinstance(few, Cost)
    assert 0 <= few.forwards < 10_000
    assert 0 < few.bytes <= many.bytes < 64 << 30


@each_method
def test_it_answers_with_its_kind_checks_and_a_sentence(method: Method) -> None:
    result = call(method.id, load_tiny("gpt2"), **small(method.id))
    assert type(result) is KINDS[method.kind]
    assert any(check.ok is not None for check in result.checks)
    assert all(check.explanation.endswith(".") and check.label for check in result.checks)
    assert all(check.verdict in ("ok", "info") for check in result.checks if check.name not in ABOUT_THE_MODEL)
    assert re.search(r"\d", result.summary)
    assert result.summary.endswith(".")
    assert result.quantities
    stored = document(result, method.id)
    assert stored.head["result"]["nonfinite"] == {}
    json.loads(stored.to_json())


@each_method
def test_it_has_a_test_file_of_its_own(method: Method) -> None:
    family, name = (part.replace("-", "_") for part in (method.family, method.name))
    assert (Path(__file__).parent / family / f"test_{name}.py").is_file()


@each_method
def test_it_answers_the_same_twice(method: Method) -> None:
    one, two = (document(call(method.id, load_tiny("llama"), **small(method.id))) for _ in range(2))
    assert one.to_json() == two.to_json()


@pytest.mark.parametrize("method", READING, ids=lambda method: method.id)
def test_it_reads_chat_messages(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    model, params = golden_model(), small(method.id)
    messages = [{"role": "user", "content": "w5 w9"}, {"role": "assistant", "content": "w5"}]
    if "b" in prompt_names(method.params.model_json_schema()):
        params |= {"messages_b": [{"role": "user", "content": "w5 w7 w5"}]}
    template = "{% for message in messages %}{{ message.content }} {% endfor %}"
    monkeypatch.setattr(model.tokenizer, "chat_template", template)
    assert call(method.id, model, "", messages=messages, **params).summary


def test_methods_and_figures_are_imported_without_torch() -> None:
    program = (
        "import sys, pkgutil, importlib, stratascope.figures\n"
        "from stratascope.catalog import load_catalog\n"
        "catalog = load_catalog()\n"
        "[method.describe() for method in catalog.values()]\n"
        "[importlib.import_module(f'stratascope.figures.{m.name}') for m in pkgutil.iter_modules(stratascope.figures.__path__)]\n"
        "assert not catalog.errors, catalog.errors\n"
        "heavy = {'torch', 'transformers', 'plotly', 'pandas', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    backend = str(Path(stratascope.methods.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": backend})
    assert done.returncode == 0, done.stderr


def sources() -> Iterator[Path]:
    folder = Path(stratascope.methods.__file__).parent
    yield from (path for path in folder.rglob("*.py") if path.name != "__init__.py")


def test_one_file_is_one_method() -> None:
    assert len(list(sources())) == len([m for m in METHODS if m.function.__module__.startswith("stratascope.methods.")])
    for method in METHODS:
        assert Path(inspect.getfile(method.function)).stem == method.name.replace("-", "_")
