"""Fetching a model from the hub: the one place where a server asks the network for anything.

Only weights as safetensors, JSON and tokenizer files are taken; the folder then passes the same guard as any other.
"""

from __future__ import annotations

import re
from pathlib import Path

from stratascope.models.guard import CHAT_TEMPLATE, inspect_folder
from stratascope.problem import Problem

_WANTED = ["*.safetensors", "*.json", CHAT_TEMPLATE]
_UNWANTED = ["*/*", "consolidated*"]  # subfolders hold other formats; consolidated files hold the same weights again
_PART = r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_HUB_ID = re.compile(rf"{_PART}/{_PART}")
_REVISION = re.compile(rf"{_PART}(?:/{_PART})*")


def fetch(hub_id: str, revision: str | None, folder: Path) -> Path:
    """Download `organisation/name` into a subfolder of `folder` and return it. Raises `Problem`s, never runs code."""
    if len(hub_id) > 200 or not _HUB_ID.fullmatch(hub_id):
        raise Problem("bad_hub_id", f"{hub_id[:200]!r} is no hub id.", field="hub", remedy="Write organisation/name")
    if revision is not None and (len(revision) > 200 or not _REVISION.fullmatch(revision)):
        raise Problem(
            "bad_hub_id", "The revision is no branch, tag or commit.", field="revision", remedy="Leave it out"
        )
    target = folder / hub_id.replace("/", "--")
    _download(hub_id, revision, target)
    inspect_folder(target)
    return target


def _download(hub_id: str, revision: str | None, target: Path) -> None:
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(
            hub_id, revision=revision, local_dir=target, allow_patterns=_WANTED, ignore_patterns=_UNWANTED
        )
    except Exception as error:
        raise Problem(
            "hub_failed",
            f"{hub_id} could not be downloaded ({type(error).__name__}).",
            status=424,
            remedy="Check the id and the connection, or copy the model folder here and load it by path",
        ) from error
