"""The data folder belongs to one server and has room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stratascope.problem import Problem
from stratascope.store.folder import DataFolder

CLAIM = """
import sys
from pathlib import Path
from stratascope.problem import Problem
from stratascope.store.folder import DataFolder
try:
    folder = DataFolder(Path(sys.argv[1]), reserve=0, least_free=0)
except Problem as problem:
    sys.exit(problem.message)
print("claimed", flush=True)
sys.stdin.read()
"""


def test_a_second_server_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with DataFolder(tmp_path, reserve=0):
        second = subprocess.run(
            [sys.executable, "-c", CLAIM, str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert second.returncode != 0
    assert "Another Stratascope server (process " in second.stderr
    assert str(tmp_path) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_killed_server_leaves_the_folder_free(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", CLAIM, str(tmp_path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "claimed\n"
        with pytest.raises(Problem) as problem:
            DataFolder(tmp_path, reserve=0)
        assert str(first.pid) in problem.value.message
        first.kill()
        first.wait()
    DataFolder(tmp_path, reserve=0).release()


def test_too_little_room_is_refused_and_the_folder_let_go(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        DataFolder(tmp_path, least_free=1 << 60)
    assert problem.value.code == "disk_full"
    assert "MB" in problem.value.message
    DataFolder(tmp_path, reserve=0).release()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem) as problem:
        DataFolder(tmp_path / "file" / "data")
    assert problem.value.code == "data_folder_unusable"


def test_the_reserve_is_real_and_given_up_once(tmp_path: Path) -> None:
    with DataFolder(tmp_path, reserve=1 << 20) as folder:
        assert (tmp_path / "reserve").stat().st_blocks * 512 >= 1 << 20
        assert folder.relieve()
        assert not folder.relieve()
        assert not (tmp_path / "reserve").exists()


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    DataFolder(tmp_path / "deep" / "data", reserve=0).release()
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o077 == 0
