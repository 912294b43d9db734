"""The OpenAPI document: complete, without a clash, and the list of routes that is checked in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from stratascope.catalog import load_catalog
from stratascope.settings import Settings
from stratascope.web import frontend
from stratascope.web.app import create_app

ROUTES = Path(__file__).with_name("routes.txt")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield verb.upper(), path, operation


def test_names_of_operations_are_unique_and_can_be_programmed_with(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert max(names.values()) == 1
    assert all(name.isidentifier() for name in names)
    assert {"lens_logit_lens", "lens_logit_lens_cost", "list_models", "save_analysis"} <= set(names)


def test_titles_are_unique(document: dict[str, Any]) -> None:
    titles = Counter(schema.get("title", name) for name, schema in document["components"]["schemas"].items())
    assert max(titles.values()) == 1


def test_every_method_has_its_own_schema(document: dict[str, Any]) -> None:
    for method in load_catalog().values():
        operation = document["paths"][f"/api/v1/methods/{method.id}"]["post"]
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
        assert reference.endswith(method.request.__name__)
        assert list(schema["properties"]) == list(method.request.model_fields)
        assert schema["additionalProperties"] is False
        assert (operation["tags"], operation["summary"]) == ([method.family], method.title)
        assert method.guide.purpose in operation["description"]
        assert set(operation["responses"]["200"]["content"]) == {"application/json", "application/vnd.safetensors"}
        assert f"/api/v1/methods/{method.id}/cost" in document["paths"]


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for verb, path, operation in operations(document):
        assert operation.get("description") or operation.get("summary"), (verb, path)
        assert len(operation["tags"]) == 1, (verb, path)
        error = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert error == {"$ref": "#/components/schemas/Error"}, (verb, path)


def test_answers_are_typed(document: dict[str, Any]) -> None:
    """Nothing a client reads is an anonymous object, but for files and event streams."""
    for verb, path, operation in operations(document):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                if kind == "application/json" and not path.endswith((".csv", ".html", "/events")):
                    assert "$ref" in content["schema"], (verb, path, status)


def test_computing_anew_is_documented_on_every_method(document: dict[str, Any]) -> None:
    for method_id in load_catalog():
        parameters = document["paths"][f"/api/v1/methods/{method_id}"]["post"]["parameters"]
        (anew,) = [it for it in parameters if it["name"] == "cache-control"]
        assert (anew["in"], anew["required"]) == ("header", False)
        assert "no-cache" in anew["description"]


def test_every_field_of_a_method_is_described() -> None:
    for method in load_catalog().values():
        for name, field in method.request.model_fields.items():
            assert field.description, f"{method.id}: {name}"


def test_the_routes_are_those_that_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Adding or removing a route is a decision: change routes.txt with it. A method needs none: it fits the pattern."""
    monkeypatch.setattr(frontend, "STATIC", tmp_path)
    own = {f"/api/v1/methods/{method_id}{part}" for method_id in load_catalog() for part in ("", "/cost")}
    found = set()
    for context in iter_route_contexts(create_app(Settings()).routes):
        found |= {f"{verb} {context.path}" for verb in context.methods or () if context.path not in own}
    assert sorted(found) == ROUTES.read_text().splitlines()
