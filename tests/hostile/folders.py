"""Ways to spoil a model folder. Each takes a whole, loadable folder and breaks or booby-traps one thing about it."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

Spoil = Callable[[Path], None]


def config(**changes: Any) -> Spoil:
    """Change keys of config.json; None removes one."""
    return lambda folder: edit(folder / "config.json", changes)


def edit(path: Path, changes: dict[str, Any]) -> None:
    content = json.loads(path.read_text()) if path.exists() else {}
    merged = {**content, **changes}
    path.write_text(json.dumps({key: value for key, value in merged.items() if value is not None}))


def json_file(name: str, content: Any) -> Spoil:
    """Write a JSON file."""
    return lambda folder: void((folder / name).write_text(json.dumps(content)))


def raw(name: str, content: bytes) -> Spoil:
    """Write a file as it is."""
    return lambda folder: void((folder / name).write_bytes(content))


def both(*spoils: Spoil) -> Spoil:
    """One after the other."""

    def spoil(folder: Path) -> None:
        for each in spoils:
            each(folder)

    return spoil


def without(*names: str) -> Spoil:
    """Remove files."""
    return lambda folder: void([(folder / name).unlink() for name in names])


def void(_: object) -> None:
    return


def pickled(name: str) -> Spoil:
    """A pickle that writes the canary when it is opened."""
    return lambda folder: void((folder / name).write_bytes(pickle.dumps(Bomb(str(canary(folder))))))


def canary(folder: Path) -> Path:
    """The file that exists if anything in the folder was ever run."""
    return folder.parent / "canary"


class Bomb:
    """Unpickling this runs `os.mkdir` on a path."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def code(name: str = "modeling_evil.py") -> Spoil:
    """A module that writes the canary when it is imported, under several names the library might look for."""

    def spoil(folder: Path) -> None:
        source = f"from pathlib import Path\nPath({str(canary(folder))!r}).touch()\nclass Evil: pass\n"
        (folder / name).write_text(source)
        (folder / "__init__.py").write_text(source)

    return spoil


def linked(name: str, target: str | Path) -> Spoil:
    """Replace a file by a link to a file outside (absolute) or inside (relative)."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return spoil


def moved_out(name: str) -> Spoil:
    """Move a good file out of the folder and leave a link to it."""

    def spoil(folder: Path) -> None:
        (folder / name).rename(folder.parent / f"outside-{name}")
        (folder / name).symlink_to(folder.parent / f"outside-{name}")

    return spoil


def moved_in(name: str) -> Spoil:
    """Rename a good file and leave a link beside it."""

    def spoil(folder: Path) -> None:
        (folder / name).rename(folder / f"real-{name}")
        (folder / name).symlink_to(f"real-{name}")

    return spoil


def indexed(**weight_map: str) -> Spoil:
    """A shard index of these tensors and files."""
    return json_file("model.safetensors.index.json", {"weight_map": weight_map})


def tokenizer(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change tokenizer.json."""

    def spoil(folder: Path) -> None:
        content = json.loads((folder / "tokenizer.json").read_text())
        change(content)
        (folder / "tokenizer.json").write_text(json.dumps(content))

    return spoil


def fifo(name: str) -> Spoil:
    """Replace a file by a pipe that nobody ever writes to."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return spoil


def directory(name: str) -> Spoil:
    """Replace a file by a folder."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return spoil


def header(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change the header of the weights, keeping every data byte."""

    def spoil(folder: Path) -> None:
        content, data = read_weights(folder)
        changed = change(content)
        write_weights(folder, content if changed is None else changed, data)

    return spoil


def read_weights(folder: Path) -> tuple[dict[str, Any], bytes]:
    whole = (folder / "model.safetensors").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    return json.loads(whole[8 : 8 + length]), whole[8 + length :]


def write_weights(folder: Path, content: Any, data: bytes) -> None:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


def tensors(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change the weights and save them properly."""

    def spoil(folder: Path) -> None:
        from safetensors.numpy import load_file, save_file

        content = load_file(folder / "model.safetensors")
        change(content)
        save_file(content, folder / "model.safetensors")

    return spoil
