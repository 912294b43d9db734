"""The page's types cannot drift: the OpenAPI document they are generated from is this server's."""

import json
from pathlib import Path

from stratascope.settings import Settings
from stratascope.web.app import create_app

COMMITTED = Path(__file__).resolve().parents[2] / "frontend" / "openapi.json"


def test_the_committed_document_is_the_servers() -> None:
    current = json.loads(json.dumps(create_app(Settings()).openapi()))
    assert json.loads(COMMITTED.read_text()) == current, "run `make types` and commit what changed"
