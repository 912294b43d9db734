"""What every test may rely on: one thread, no network, a real server on request."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest

from tests.live import Live, live_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server shared by the tests of a process that leave it as they found it."""
    with live_server(tmp_path_factory.mktemp("server")) as live:
        yield live


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of one's own, to be killed, filled or counted."""
    with live_server(tmp_path_factory.mktemp("own")) as live:
        yield live
