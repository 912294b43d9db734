"""Runs as events: exactly one end, a sign of life in between, and leaving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import orjson
import pytest

from stratascope.document import Document
from stratascope.jobs.runs import Event, Run
from stratascope.problem import Problem
from stratascope.web import runs, schemas
from tests.web.conftest import Inside
from tests.web.documents import document

SLOW = {"model": "specimen", "k": 100, "batch": 64}
ASYNC = {"prefer": "respond-async"}


class Scripted:
    """A run whose events are written down."""

    def __init__(self, *events: Event, pause: float = 0.0) -> None:
        self._events, self._pause = events, pause

    async def events(self) -> AsyncIterator[Event]:
        for event in self._events:
            await asyncio.sleep(self._pause)
            yield event


def streamed(run: Scripted) -> list[tuple[str, Any]]:
    """The events of a stream as a browser reads them; comments have no name."""

    async def collect() -> bytes:
        return b"".join([chunk async for chunk in runs._stream(cast(Run, run), "0123456789abcdef")])

    return parsed(asyncio.run(collect()).decode())


def parsed(text: str) -> list[tuple[str, Any]]:
    assert text.endswith("\n\n")
    events = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append((lines.get("event", ""), orjson.loads(lines["data"]) if "data" in lines else None))
    return events


DONE: Event = ("done", {"key": "k", "url": "/api/v1/results/k"})
ERROR: Event = ("error", {"error": Problem("cancelled", "This run was cancelled.", status=409).describe()})


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ((DONE,), ["done"]),
        ((("queued", {"position": 1, "eta": 2.0}), ("progress", {"done": 1, "total": 2, "stage": "s"}), DONE),
         ["queued", "progress", "done"]),
        ((ERROR,), ["error"]),
        ((DONE, ERROR, DONE), ["done"]),
        ((), ["error"]),
        ((("progress", {"done": 1, "total": 2, "stage": "s"}),), ["progress", "error"]),
    ],
)  # fmt: skip
def test_a_stream_has_exactly_one_end(script: tuple[Event, ...], names: list[str]) -> None:
    assert [name for name, _ in streamed(Scripted(*script))] == names


def test_an_error_has_the_shape_of_every_other() -> None:
    _, data = streamed(Scripted(ERROR))[0]
    assert schemas.Error.model_validate(data).error.request_id == "0123456789abcdef"


def test_a_partial_result_is_a_document() -> None:
    body = document().to_tensors()
    events = streamed(Scripted(("partial", body), DONE))
    assert events[0] == ("partial", orjson.loads(Document.from_tensors(body).to_json()))


def test_silence_is_broken_by_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs.HEARTBEAT_SECONDS == 10.0
    monkeypatch.setattr(runs, "HEARTBEAT_SECONDS", 0.01)
    events = streamed(Scripted(DONE, pause=0.2))
    assert events[-1] == DONE
    assert {name for name, _ in events[:-1]} == {""}
    assert len(events) > 2


def test_a_run_shows_its_progress_and_ends_once(api: httpx.Client) -> None:
    run = api.post("methods/attention/head-scores", json={"model": "specimen", "seed": 1}, headers=ASYNC).json()
    events = parsed(api.get(f"runs/{run['id']}/events").text)
    names = [name for name, _ in events]
    assert names.count("done") + names.count("error") == 1
    assert names[-1] == "done"
    assert "progress" in names
    assert events[-1][1] == {"key": run["key"], "url": f"/api/v1/results/{run['key']}"}
    assert api.get(events[-1][1]["url"].removeprefix("/api/v1/")).status_code == 200


def test_events_of_an_ended_run_are_its_end(api: httpx.Client) -> None:
    run = api.post("methods/attention/head-scores", json={"model": "specimen", "seed": 2}, headers=ASYNC).json()
    api.get(f"runs/{run['id']}/events")
    reply = api.get(f"runs/{run['id']}/events")
    assert [name for name, _ in parsed(reply.text)] == ["done"]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-store"


def test_a_failed_run_tells_why(api: httpx.Client) -> None:
    run = api.post("methods/lens/logit-lens", json={"model": "specimen", "prompt": ""}, headers=ASYNC).json()
    _, data = parsed(api.get(f"runs/{run['id']}/events").text)[-1]
    assert schemas.Error.model_validate(data).error.code == "prompt_empty"
    ended = schemas.Run.model_validate(api.get(f"runs/{run['id']}").json())
    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error.code == "prompt_empty"


def test_leaving_a_run_cancels_it(inside: Inside, api: httpx.Client) -> None:
    run = api.post("methods/attention/head-scores", json=SLOW | {"seed": 3}, headers=ASYNC).json()
    assert api.delete(f"runs/{run['id']}").status_code == 204
    assert api.get(f"runs/{run['id']}").json()["state"] == "cancelled"
    assert [name for name, _ in parsed(api.get(f"runs/{run['id']}/events").text)] == ["error"]
    assert api.delete(f"runs/{run['id']}").status_code == 204


def test_head_of_a_stream_ends(api: httpx.Client) -> None:
    run = api.post("methods/attention/head-scores", json=SLOW | {"seed": 4}, headers=ASYNC).json()
    assert api.head(f"runs/{run['id']}/events").status_code == 200
    api.delete(f"runs/{run['id']}")


@pytest.mark.parametrize("address", ["runs/none", "runs/none/events"])
def test_unknown_runs(api: httpx.Client, address: str) -> None:
    reply = api.get(address)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown_run")
