"""The process that answers requests never holds torch: what it cannot import cannot crash it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "tokenizers", "sklearn", "matplotlib")

IMPORTED = """
import json, sys
{code}
print(json.dumps(sorted(set(sys.modules) & set({heavy!r}))))
"""

SERVING = """
import tempfile
from pathlib import Path
from starlette.testclient import TestClient
from stratascope.settings import Settings
from stratascope.web.app import create_app
settings = Settings(data=Path(tempfile.mkdtemp()), threads=1)
with TestClient(create_app(settings), base_url="http://localhost") as client:
    body = {"model": "specimen", "prompt": "The capital of France is"}
    reply = client.post("/api/v1/methods/lens/logit-lens", json=body)
    key = reply.headers["etag"].strip('"')
    assert reply.status_code == 200
    assert client.get(f"/api/v1/results/{key}").status_code == 200
    assert client.get(f"/api/v1/results/{key}/figure").status_code == 200
    assert client.get(f"/api/v1/results/{key}.csv").status_code == 200
    assert client.get(f"/api/v1/results/{key}.html").status_code == 200
    assert client.post("/api/v1/models/specimen/tokenize", json={"text": "a"}).status_code == 200
    assert client.get("/openapi.json").status_code == 200
"""


def heavy_modules_after(code: str) -> list[str]:
    program = IMPORTED.format(code=code, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import stratascope.cli, stratascope.client, stratascope.web.server, stratascope.local",
        "from stratascope.settings import Settings; from stratascope.web.app import create_app; create_app(Settings())",
        SERVING,
    ],
    ids=["imported", "assembled", "serving"],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    assert heavy_modules_after(code) == []
