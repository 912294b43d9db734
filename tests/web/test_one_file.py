"""One file is a method everywhere: REST, OpenAPI, the page's data, the command line and the client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from stratascope.cli import main
from stratascope.client import Client
from tests.live import Live, live_server

METHOD = '''
from __future__ import annotations
from typing import TYPE_CHECKING
import numpy as np
from stratascope.method import Field, Guide, PromptParams, method
from stratascope.result import Array, Check, Table
if TYPE_CHECKING:
    from stratascope.models.model import Model

class TokenIdsParams(PromptParams):
    """Parameters."""
    factor: int = Field(2, ge=1, le=9, description="What every id is multiplied by.")

@method(title="Token ids", guide=Guide("How is text cut?", "Lists the ids.", "Read them.", synonyms=("numbers",)), requires=())
def token_ids(model: Model, params: TokenIdsParams) -> Table:
    """The ids of the prompt, times a factor."""
    ids = np.array(model.tokenize(params.prompt).ids) * params.factor
    check = Check(name="count", label="tokens", value=float(len(ids)))
    return Table(arrays={"id": Array(values=ids, dims=("entry",))}, summary=f"{len(ids)} ids.", checks=[check])
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("methods")
    (root / "extra").mkdir()
    (root / "extra" / "token_ids.py").write_text(METHOD)
    (root / "extra" / "broken.py").write_text("raise SystemError('no')")
    return root


@pytest.fixture(scope="module")
def extended(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_server(tmp_path_factory.mktemp("extended"), "--methods", str(folder)) as live:
        yield live


def test_it_is_listed_with_all_the_page_needs(extended: Live) -> None:
    listed = httpx.get(f"{extended.api}/methods").json()
    entry = next(it for it in listed["methods"] if it["id"] == "extra/token-ids")
    assert (entry["title"], entry["family"], entry["kind"], entry["synonyms"]) == (
        "Token ids",
        "extra",
        "table",
        ["numbers"],
    )
    assert entry["params"]["properties"]["factor"]["maximum"] == 9
    assert [Path(source).name for source in listed["errors"]] == ["broken.py"]


def test_it_answers_over_rest_with_figure_and_table(extended: Live) -> None:
    body = {"model": "specimen", "prompt": "The capital", "factor": 3}
    reply = httpx.post(f"{extended.api}/methods/extra/token-ids", json=body)
    document = reply.json()
    assert document["result"]["id"] == [3 * int(it) for it in tokens(extended, "The capital")]
    assert httpx.get(f"{extended.api}/results/{document['key']}/figure").status_code == 200
    assert httpx.get(f"{extended.api}/results/{document['key']}.csv").text.startswith("entry,id\r\n")
    assert httpx.post(f"{extended.api}/methods/extra/token-ids", json=body | {"factor": 10}).status_code == 422
    assert httpx.post(f"{extended.api}/methods/extra/token-ids/cost", json=body).json()["tokens"] == len(
        document["result"]["id"]
    )


def tokens(live: Live, text: str) -> list[int]:
    return list(httpx.post(f"{live.api}/models/specimen/tokenize", json={"text": text}).json()["ids"])


def test_it_stands_in_the_openapi_document(extended: Live) -> None:
    document = httpx.get(f"{extended.url}/openapi.json").json()
    operation = document["paths"]["/api/v1/methods/extra/token-ids"]["post"]
    assert (operation["operationId"], operation["tags"]) == ("extra_token_ids", ["extra"])
    assert "factor" in document["components"]["schemas"]["TokenIdsRequest"]["properties"]


def test_it_is_a_function_of_the_client(extended: Live) -> None:
    with Client(extended.url) as client:
        answer = client.extra.token_ids(model="specimen", prompt="The capital", factor=1)
        assert answer.id.values.tolist() == tokens(extended, "The capital")
        assert answer.id.dims == ("entry",)
        assert answer.summary == f"{len(answer.id.values)} ids."


def test_it_is_a_command(folder: Path) -> None:
    listed = CliRunner().invoke(main, ["methods", "--methods", str(folder)])
    assert "extra/token-ids" in listed.stdout
    assert "broken.py cannot be used" in listed.stderr
    described = CliRunner().invoke(main, ["run", "--methods", str(folder), "extra/token-ids", "--help"])
    assert "--factor" in described.stdout
    assert "What every id is multiplied by." in described.stdout
    ran = CliRunner().invoke(
        main,
        [
            "run",
            "--methods",
            str(folder),
            "--threads",
            "1",
            "extra/token-ids",
            "--prompt",
            "The capital",
            "--factor",
            "5",
        ],
    )
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["request"] == {
        "model": "specimen",
        "prompt": "The capital",
        "messages": None,
        "factor": 5,
    }
