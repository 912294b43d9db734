"""The data folder: whose it is, and whether there is room in it."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from pathlib import Path
from typing import IO, Self

from stratascope.problem import Problem

LEAST_FREE_BYTES = 256 << 20
RESERVE_BYTES = 64 << 20

log = logging.getLogger(__name__)


class DataFolder:
    """One server's folder, held until `release`.

    Raises a `Problem` whose message is a sentence for the terminal: another server holds the folder, it cannot be
    written, or fewer than `least_free` bytes are free. `reserve` bytes are set aside, to be given back when the disk is
    full.
    """

    def __init__(self, path: Path, *, reserve: int = RESERVE_BYTES, least_free: int = LEAST_FREE_BYTES) -> None:
        self.path = path
        self._reserve = path / "reserve"
        self._lock = _locked(path)
        try:
            _require_room(path, least_free)
            self._set_aside(reserve)
        except BaseException:
            self.release()
            raise

    def relieve(self) -> bool:
        """Give the reserve back to the disk. Returns whether there was one; it is set aside again at the next start."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        log.warning("the disk is full: the reserve in %s was given up", self.path)
        return True

    def release(self) -> None:
        """Let another server have the folder."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _set_aside(self, size: int) -> None:
        """Real blocks, not a hole. Without room for them the server still starts."""
        if (
            size == 0
            or not hasattr(os, "posix_fallocate")
            or (self._reserve.exists() and self._reserve.stat().st_size == size)
        ):
            return
        try:
            with self._reserve.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            self._reserve.unlink(missing_ok=True)


def _locked(path: Path) -> IO[str]:
    """The lock file, locked for as long as it is open. The system lets go of it however this process ends."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (path / "lock").open("a+")
    except OSError as error:
        raise Problem(
            "data_folder_unusable",
            f"The data folder {path} cannot be written: {error.strerror}.",
            status=503,
            remedy="Name another folder with --data",
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise _taken(path, holder) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _taken(path: Path, holder: str) -> Problem:
    who = f" (process {holder})" if holder else ""
    return Problem(
        "data_folder_in_use",
        f"Another Stratascope server{who} uses the data folder {path}.",
        status=503,
        remedy="Stop that server, or give this one another folder with --data",
    )


def _require_room(path: Path, least: int) -> None:
    free = shutil.disk_usage(path).free
    if free < least:
        raise Problem(
            "disk_full",
            f"Only {free >> 20} MB are free in {path}; Stratascope needs {least >> 20} MB to start.",
            status=507,
            remedy="Free space, or name another folder with --data",
        )
