"""The first screen, computed before anyone asks: what the page shows while the server is still loading the model.

`make first-screen` writes it into the page's public files: the catalogue, the examples, the bundled model, the tokens of
the first example and the documents of the first panels, each exactly what REST answers, but that methods without a panel
there are listed without their forms and words: the server's own catalogue replaces this one in a moment. To be run again
whenever a method of the first screen, the bundled model or the catalogue changes; a test says when.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from starlette.testclient import TestClient

from stratascope.settings import Settings
from stratascope.web.app import create_app

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
PANELS = FRONTEND / "src" / "state" / "first-panels.json"
WRITTEN = FRONTEND / "public" / "first-screen.json"

_QUESTIONS = (("target", "distractor"), ("answer", "foil"))


def first_screen() -> dict[str, Any]:
    """Ask a server of its own for everything, and tell its answers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), models=(), methods=(), device="cpu", threads=1, hub=False)
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            return _asked(_Api(client))


class _Api:
    """REST version 1, every refusal raised."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def __call__(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        reply = self._client.request(verb, f"/api/v1/{path}", json=body)
        reply.raise_for_status()
        return orjson.loads(reply.content) if reply.content else None


def _asked(api: _Api) -> dict[str, Any]:
    catalogue, examples = api("GET", "methods"), api("GET", "examples")["examples"]
    example, entries = examples[0], {entry["id"]: entry for entry in catalogue["methods"]}
    model = example["model"]
    tokens = api("POST", f"models/{model}/tokenize", {"text": example["prompt"]})["tokens"]
    requests, documents = [], {}
    for panel in orjson.loads(PANELS.read_bytes()):
        request = request_of(entries[panel["method"]], example, panel["params"])
        document = api("POST", f"methods/{panel['method']}", request)
        requests.append({"method": panel["method"], "request": request, "key": document["key"]})
        documents[document["key"]] = document
    api("DELETE", f"models/{model}")
    open_at_first = {entry["method"] for entry in requests}
    return {
        "catalogue": {"methods": [_listed(entry, entry["id"] in open_at_first) for entry in catalogue["methods"]]},
        "examples": examples,
        "model": api("GET", f"models/{model}"),
        "tokens": tokens,
        "requests": requests,
        "documents": documents,
    }


def _listed(entry: dict[str, Any], whole: bool) -> dict[str, Any]:
    """A method as the catalogue shows it; whole, as its panel needs it."""
    left_out = {"description": "", "reading": "", "papers": [], "params": {"type": "object", "properties": {}}}
    return entry if whole else entry | left_out


def request_of(entry: Mapping[str, Any], example: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """What the page sends for a panel of a method on an example."""
    fields = entry["params"]["properties"]
    request = {"model": example["model"]} if "model" in entry["resources"] else {}
    prompts = [
        name for name, field in fields.items() if field.get("widget") == "prompt" and field.get("type") == "string"
    ]
    request |= {name: example["prompt"] for name in prompts if fields[name].get("side", "a") == "a"}
    question = [example["target"], example["distractor"]]
    if "targets" in fields:
        request["targets"] = question
    for names in _QUESTIONS:
        if fields.keys() >= set(names):
            request |= dict(zip(names, question, strict=True))
    return request | dict(params)


def main() -> None:
    """Write it down."""
    WRITTEN.write_bytes(orjson.dumps(first_screen()) + b"\n")
    print(f"{WRITTEN.relative_to(FRONTEND.parent)}: {WRITTEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
