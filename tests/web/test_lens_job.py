"""Training a lens over REST: a job with a deadline of its own, whose lens is there for the next request."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.testclient import TestClient

from stratascope.settings import Settings
from stratascope.web.app import create_app

SHORT = {"model": "specimen", "name": "mine", "steps": 10, "tokens_per_step": 64, "seq_len": 16}


def test_training_outlives_the_deadline_of_a_run_and_its_lens_is_read(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, models=(), methods=(), device="cpu", threads=1, hub=False, deadline=0.05)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        trained = client.post("/api/v1/methods/lens/tuned-lens-train", json=SHORT)
        assert trained.status_code == 200, trained.text
        assert trained.json()["result"]["facts"]["lens_id"] == "mine"
    settings = settings.model_copy(update={"deadline": 60.0})
    configuration = tmp_path / "lenses" / "mine" / "config.json"
    assert json.loads(configuration.read_text())["d_model"] == 128
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        body = {"model": "specimen", "prompt": "The capital of France is"}
        newest = client.post("/api/v1/methods/lens/tuned-lens", json=body)
        assert newest.json()["result"]["facts"]["lens_id"] == "mine"
        configuration.unlink()
        bundled = client.post("/api/v1/methods/lens/tuned-lens", json=body)
        assert bundled.json()["result"]["facts"]["lens_id"] == "specimen", "a stored result must not outlive its lens"
        assert client.post("/api/v1/methods/lens/tuned-lens", json=body).headers["x-cache"] == "hit"
