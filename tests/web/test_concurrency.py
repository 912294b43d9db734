"""Many who want the same, and those who leave: counted by what the worker was asked to do."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import httpx

from tests.web.conftest import Inside

LENS = "methods/lens/logit-lens"
PATIENCE_SECONDS = 60


def eventually(happened: Callable[[], bool], what: str) -> None:
    """Wait for something that has no message of its own."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.01)


def test_two_hundred_identical_requests_are_one_computation(inside: Inside) -> None:
    body = {"model": "specimen", "prompt": "everybody asks this at once"}

    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(
            base_url=f"{inside.url}/api/v1/", timeout=PATIENCE_SECONDS, limits=limits
        ) as client:
            return await asyncio.gather(*(client.post(LENS, json=body) for _ in range(200)))

    with inside.client() as client:
        client.post("models", json={"id": "specimen"})
    before = inside.services.jobs.counters["computed"]
    replies = asyncio.run(all_at_once())
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1
    assert inside.services.jobs.counters["computed"] == before + 1


def slow_request(inside: Inside, seed: int) -> bytes:
    body = b'{"model": "specimen", "k": 100, "batch": 64, "seed": %d}' % seed
    head = (
        "POST /api/v1/methods/attention/head-scores HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def connect(inside: Inside) -> socket.socket:
    address = httpx.URL(inside.url)
    return socket.create_connection((address.host, address.port or 80))


def test_work_stops_when_the_only_client_leaves(inside: Inside) -> None:
    jobs = inside.services.jobs
    before = jobs.counters["cancelled"]
    client = connect(inside)
    client.sendall(slow_request(inside, seed=100))
    eventually(lambda: any(flight.state == "running" for flight in jobs._flights), "the run")
    client.close()
    eventually(lambda: jobs.counters["cancelled"] == before + 1, "the cancellation")
    with inside.client() as other:
        assert other.post(LENS, json={"model": "specimen", "prompt": "and the worker goes on"}).status_code == 200


def test_work_goes_on_while_anybody_waits(inside: Inside) -> None:
    jobs = inside.services.jobs
    before = jobs.counters["cancelled"]
    answers: list[httpx.Response] = []

    def wait_for_it() -> None:
        with inside.client() as patient:
            body = {"model": "specimen", "k": 100, "batch": 64, "seed": 101}
            answers.append(patient.post("methods/attention/head-scores", json=body))

    leaver = connect(inside)
    leaver.sendall(slow_request(inside, seed=101))
    eventually(lambda: any(flight.state == "running" for flight in jobs._flights), "the run")
    waiter = threading.Thread(target=wait_for_it)
    waiter.start()
    eventually(lambda: any(flight.waiters == 2 for flight in jobs._flights), "the second waiter")
    leaver.close()
    eventually(lambda: any(flight.waiters == 1 for flight in jobs._flights) or bool(answers), "the leaving")
    waiter.join(PATIENCE_SECONDS)
    assert answers[0].status_code == 200
    assert jobs.counters["cancelled"] == before


def test_a_client_that_leaves_the_queue_is_never_served(inside: Inside) -> None:
    jobs = inside.services.jobs
    first, second = connect(inside), connect(inside)
    first.sendall(slow_request(inside, seed=102))
    eventually(lambda: any(flight.state == "running" for flight in jobs._flights), "the run")
    second.sendall(slow_request(inside, seed=103))
    eventually(lambda: jobs.waiting == 1, "the waiting")
    computed = jobs.counters["computed"]
    second.close()
    eventually(lambda: jobs.waiting == 0, "the leaving")
    first.close()
    eventually(lambda: len(jobs._flights) == 0, "the end")
    assert jobs.counters["computed"] == computed
