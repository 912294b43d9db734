"""Large results as files named after their content, beside the database that points at them."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Container
from pathlib import Path

_TEMPORARY = ".part"
_NAME = re.compile(r"[0-9a-f]{40}\.safetensors")


class Bodies:
    """A folder of immutable files. A file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, body: bytes) -> str:
        """Store `body` durably and return the name it is found under. Raises `OSError` when the disk is full."""
        name = f"{hashlib.blake2b(body, digest_size=20).hexdigest()}.safetensors"
        temporary = self.folder / f"{secrets.token_hex(8)}{_TEMPORARY}"
        try:
            with temporary.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.folder / name)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return name

    def read(self, name: str) -> bytes | None:
        """The file's bytes, unverified; None if it is gone or `name` is none that `write` gave."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return None

    def delete(self, name: str) -> None:
        """Remove a file that no row points at any more."""
        if _NAME.fullmatch(name):
            (self.folder / name).unlink(missing_ok=True)

    def sweep(self, kept: Container[str]) -> int:
        """Remove what a crash left behind: every file that is not in `kept`. Returns how many there were."""
        orphans = [path for path in self.folder.iterdir() if path.name not in kept]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)
