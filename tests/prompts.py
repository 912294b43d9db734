"""Requests for any method: the prompt under the name it has there, and a second one where two are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stratascope.method import Method

SECOND = {
    "the capital of france is paris and the capital": "the capital of france is cat and the paris",
    "The capital of France is": "The capital of Italy is",
    "w5 w9 w3 w5 w9": "w5 w7 w3 w5 w9",
}
"""Prompts of as many tokens with other words, for every tokenizer of the tests that cuts the first ones into words."""


def asked(method: Method, prompt: str, **params: Any) -> dict[str, Any]:
    """The fields of a request about a prompt; side B is what the parameters say, or else another prompt as long."""
    names = prompt_names(method.params.model_json_schema())
    given = {names["a"]: prompt} if "a" in names else {}
    if "b" in names and not {names["b"], "messages_b", "other"} & params.keys():
        given[names["b"]] = SECOND[prompt]
    return given | params


def prompt_names(schema: Mapping[str, Any]) -> dict[str, str]:
    """The text field of each side, from the JSON Schema of the parameters."""
    prompts = {name: field for name, field in schema["properties"].items() if field.get("widget") == "prompt"}
    return {field.get("side", "a"): name for name, field in prompts.items() if field.get("type") == "string"}
