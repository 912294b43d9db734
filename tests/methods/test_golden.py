"""Every method still answers what was written down under its version."""

import json
import re
from typing import Any

import pytest

from tests.golden.cases import CASES, answer, path
from tests.methods.call import catalogue

TOLERANCE = 1e-5


def differences(found: Any, expected: Any, where: str = "") -> list[str]:
    """Where two answers differ by more than the tolerance, as paths."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = sorted(found.keys() | expected.keys())
        return [d for key in keys for d in differences(found.get(key), expected.get(key), f"{where}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{where}[{i}]")]
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return (
            []
            if abs(found - expected) <= TOLERANCE * max(1.0, abs(expected))
            else [f"{where}: {found} is not {expected}"]
        )
    same = _wording(found) == _wording(expected) if isinstance(expected, str) else found == expected
    return [] if same else [f"{where}: {found!r} is not {expected!r}"]


def _wording(text: Any) -> Any:
    """Text without its numbers, which stand in the arrays too and there have a tolerance."""
    return re.sub(r"\d+(\.\d+)?", "#", text) if isinstance(text, str) and " " in text else text


@pytest.mark.parametrize("name", CASES)
def test_answers_change_only_with_the_version(name: str) -> None:
    expected = json.loads(path(name).read_text())
    method = catalogue()[expected["method"]]
    assert expected["version"] == method.version, "python -m tests.golden.write"
    assert differences(json.loads(json.dumps(answer(name))), expected) == []


def test_every_method_has_a_golden_answer_and_every_answer_a_case() -> None:
    assert {method_id for method_id, _ in CASES.values()} == set(catalogue())
    assert {file.stem for file in path("x").parent.glob("*.json")} == set(CASES)


def test_a_difference_is_found() -> None:
    assert differences({"a": [1.0, 2.0]}, {"a": [1.0, 2.1]}) == [".a[1]: 2.0 is not 2.1"]
    assert differences({"a": None}, {"a": 1.0}) == [".a: None is not 1.0"]
    assert differences([1], [1, 2]) == [": [1] is not [1, 2]"]
    assert differences("goes to 1.50", "goes to 1.51") == []
    assert differences(1.0, 1.000001) == []
