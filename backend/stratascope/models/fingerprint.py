"""The fingerprint: one hash for everything that decides what a model computes and how its text is cut.

Hashing the weights is the only expensive part. It happens once per file: the hash is remembered under the file's path,
size and time of change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import MutableMapping
from pathlib import Path

from stratascope.models.guard import inspect_folder
from stratascope.problem import Problem

Known = MutableMapping[tuple[str, int, int], str]
"""Hashes of weight files by (absolute path, size in bytes, time of change in nanoseconds)."""


def fingerprint(folder: Path, known: Known) -> str:
    """sha256 over configuration, tokenizer files, safetensors headers and weights of a folder that passes the guard.

    Equal for equal content wherever the folder lies; `known` is read and extended.
    """
    facts = inspect_folder(folder)
    digest = hashlib.sha256()
    digest.update(json.dumps(facts.config, sort_keys=True).encode())
    for path in facts.tokenizer_files:
        digest.update(f"\0{path.name}\0{_hash(path)}".encode())
    for name, tensor in sorted(facts.tensors.items()):
        digest.update(f"\0{name}\0{tensor.dtype}\0{tensor.shape}\0{tensor.file.name}".encode())
    for path in facts.weights:
        digest.update(f"\0{path.name}\0{_remembered(path, known)}".encode())
    return digest.hexdigest()


def tokenizer_fingerprint(folder: Path) -> str:
    """sha256 over the files that decide how a folder's tokenizer cuts text. Raises `tokenizer_missing`."""
    try:
        facts = inspect_folder(folder)
    except Problem as problem:
        if problem.code not in ("no_tokenizer", "slow_tokenizer"):
            raise
        about = f"Tokenizer files for {folder.name} are not on this server."
        raise Problem("tokenizer_missing", about, field="others", remedy=problem.remedy) from problem
    digest = hashlib.sha256()
    for path in facts.tokenizer_files:
        digest.update(f"\0{path.name}\0{_hash(path)}".encode())
    return digest.hexdigest()


def _remembered(path: Path, known: Known) -> str:
    facts = path.stat()
    key = (str(path), facts.st_size, facts.st_mtime_ns)
    if key not in known:
        known[key] = _hash(path)
    return known[key]


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
