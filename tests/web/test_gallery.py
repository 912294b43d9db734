"""The gallery over REST: it is answered, opened and refused to be changed without a model and without the worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from stratascope.document import TENSORS_TYPE, Document
from stratascope.settings import Settings
from stratascope.specimen.manifest import GALLERY
from stratascope.specimen.prompts import bundle_path
from stratascope.store.bundled import Bundled
from stratascope.web import schemas
from stratascope.web.app import create_app

FOLDER = bundle_path() / GALLERY


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Settings(data=tmp_path_factory.mktemp("gallery"), threads=1, hub=False))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://localhost/api/v1/") as client:
        yield client


@pytest.fixture
def elsewhere(app: FastAPI, client: TestClient, tmp_path: Path) -> Iterator[Path]:
    """A folder that takes the place of the gallery."""
    kept = app.state.services
    app.state.services = replace(kept, bundled=Bundled(tmp_path))
    yield tmp_path
    app.state.services = kept


def listed() -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["findings"]
    return findings


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["error"]["code"]


def test_the_index_is_the_folder(client: TestClient) -> None:
    answered = schemas.Gallery.model_validate(client.get("gallery").json())
    assert [finding.model_dump() for finding in answered.findings] == listed()
    assert {finding.slug for finding in answered.findings} == {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert all(finding.analysis == f"gallery-{finding.slug}" for finding in answered.findings)


def test_it_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("gallery")
    again = client.get("gallery", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("gallery", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_server_without_a_gallery_has_an_empty_one(client: TestClient, elsewhere: Path) -> None:
    assert client.get("gallery").json() == {"findings": []}
    assert code(client.get("analyses/gallery-induction-heads")) == (404, "unknown_analysis")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"findings": [{}]}'])
def test_a_damaged_index_is_said_to_be(client: TestClient, elsewhere: Path, text: str) -> None:
    (elsewhere / "index.json").write_text(text)
    assert code(client.get("gallery")) == (410, "gallery_damaged")


@pytest.mark.parametrize("entry", listed(), ids=lambda entry: entry["slug"])
def test_every_finding_opens_with_its_results(client: TestClient, entry: dict[str, Any]) -> None:
    opened = schemas.Analysis.model_validate(
        client.get(f"analyses/{entry['analysis']}", params={"arrays": "false"}).json()
    )
    assert opened.workspace is not None
    keys = {result["key"] for result in opened.results}
    panels = opened.workspace["panels"]
    assert {panel["key"] for panel in panels} | {panel["other"] for panel in panels if "other" in panel} == keys
    assert entry["thumbnail"] == panels[0]["key"]
    assert panels[-1]["method"] == "specimen/finding"
    assert panels[-1]["evidence"] is True
    for result in opened.results:
        body = client.get(result["href"].removeprefix("/api/v1/"), headers={"accept": TENSORS_TYPE}).content
        assert Document.from_tensors(body).head["key"] == result["key"]
        assert "fail" not in {check["verdict"] for check in result["checks"]}
    claim = opened.workspace["claim"]
    assert claim["verdict"] == entry["holds"].replace(" ", "_")
    assert claim["effect"]["value"] == pytest.approx(entry["number"]["value"], abs=1e-4)
    assert claim["control"]["value"] == pytest.approx(entry["control"]["value"], abs=1e-4)


def test_nothing_of_it_starts_a_model(app: FastAPI, client: TestClient) -> None:
    client.get("gallery")
    client.get(f"analyses/{listed()[0]['analysis']}")
    assert {model["state"] for model in client.get("models").json()["models"]} == {"not_loaded"}


def test_it_cannot_be_changed(client: TestClient) -> None:
    analysis = listed()[0]["analysis"]
    secret = {"authorization": "Bearer anything"}
    assert code(client.patch(f"analyses/{analysis}", json={"title": "mine"}, headers=secret)) == (403, "read_only")
    assert code(client.delete(f"analyses/{analysis}", headers=secret)) == (403, "read_only")
    assert client.get(f"analyses/{analysis}").json()["title"] != "mine"


def test_it_is_not_in_the_operators_list(client: TestClient) -> None:
    assert client.get("analyses").json() == {"analyses": []}


@pytest.mark.parametrize(
    "slug", ["nothing", "..", "%2e%2e", "..%2f..%2fmanifest", "a%00b", "Induction-Heads", "x" * 3000]
)
def test_other_slugs_are_unknown(client: TestClient, slug: str) -> None:
    assert client.get(f"analyses/gallery-{slug}").status_code in (404, 414)
    assert client.get(f"analyses/gallery-{slug}/results/{'0' * 64}").status_code in (404, 414)
    assert client.delete(f"analyses/gallery-{slug}").status_code in (404, 405, 414)


def test_a_damaged_result_is_said_to_be(client: TestClient, elsewhere: Path) -> None:
    slug = listed()[0]["slug"]
    (elsewhere / slug).mkdir()
    for path in (FOLDER / slug).iterdir():
        (elsewhere / slug / path.name).write_bytes(path.read_bytes())
    assert client.get(f"analyses/gallery-{slug}").status_code == 200
    next((elsewhere / slug).glob("*.gz")).write_bytes(b"")
    assert code(client.get(f"analyses/gallery-{slug}")) == (410, "saved_damaged")


def test_the_gallery_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 1_000_000
