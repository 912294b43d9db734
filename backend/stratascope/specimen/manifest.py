"""The manifest: what a bundle consists of, how it was made, and what its model was measured to do.

Reading and verifying a manifest needs nothing but the standard library.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

SCHEMA = 2
MANIFEST_NAME = "manifest.json"
GALLERY = "gallery"


class BundleError(Exception):
    """A bundle that is incomplete, altered or below its own bounds; the message names the file or the number."""


@dataclass(frozen=True)
class Acceptance:
    """One measured number with the bounds it has to keep; a number without bounds is only reported.

    `model` is the id of the model it is about, `control` what a random or trivial alternative scores; `missed` says why a
    bound is not kept.
    """

    key: str
    title: str
    value: float
    floor: float | None = None
    ceiling: float | None = None
    group: str = ""
    model: str = "specimen"
    control: float | None = None
    missed: str = ""

    @property
    def holds(self) -> bool:
        """Whether the number keeps its bounds."""
        return (self.floor is None or self.value >= self.floor) and (self.ceiling is None or self.value <= self.ceiling)

    @property
    def accounted_for(self) -> bool:
        """Whether the number keeps its bounds, or it is said why not."""
        return self.holds or bool(self.missed)

    def explained(self, reason: str) -> "Acceptance":
        """The same number with the reason why it misses its bounds."""
        return replace(self, missed=reason)


@dataclass(frozen=True)
class BundledFile:
    """A file of the bundle, by its path relative to the bundle, with its size and hash."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class BundledModel:
    """A model of the bundle and what a program has to know to run it.

    `checkpoint_of` is the id of the model whose training it is a moment of, if it is one, and `step` which.
    """

    id: str
    path: str
    title: str
    prepend_bos: bool
    description: str
    checkpoint_of: str | None = None
    step: int | None = None


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sources_sha256() -> str:
    """Hash over the generator's own source files, so that a bundle tells which code made it."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{file_sha256(path)}\n".encode())
    return digest.hexdigest()


def list_files(bundle: Path) -> list[BundledFile]:
    """Every file of the bundle but the manifest, and but the gallery, which is made from the bundle and lists its own."""
    apart = (bundle / MANIFEST_NAME, bundle / GALLERY)
    paths = sorted(path for path in bundle.rglob("*") if path.is_file() and not _within(path, apart))
    return [BundledFile(path.relative_to(bundle).as_posix(), path.stat().st_size, file_sha256(path)) for path in paths]


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def write_manifest(
    bundle: Path, models: list[BundledModel], acceptance: list[Acceptance], provenance: dict[str, Any]
) -> None:
    """Describe the files that lie in the bundle now; provenance says how they were made."""
    content = {
        "schema": SCHEMA,
        "created_by": {"module": "stratascope.specimen.build", "sources_sha256": sources_sha256()},
        **provenance,
        "models": [asdict(model) for model in models],
        "files": [asdict(file) for file in list_files(bundle)],
        "acceptance": [asdict(number) for number in acceptance],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (bundle / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(bundle: Path) -> dict[str, Any]:
    """The manifest of a bundle, after checking that this program understands it."""
    path = bundle / MANIFEST_NAME
    if not path.is_file():
        raise BundleError(f"{path} is missing")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError(f"{path} is not valid JSON: {error}") from error
    if content.get("schema") != SCHEMA:
        raise BundleError(f"{path} has schema {content.get('schema')!r}, expected {SCHEMA}")
    return content


def read_models(bundle: Path) -> list[BundledModel]:
    """The models of a bundle."""
    return [BundledModel(**entry) for entry in read_manifest(bundle)["models"]]


def read_acceptance(bundle: Path) -> list[Acceptance]:
    """The measured numbers of a bundle with their bounds."""
    return [Acceptance(**entry) for entry in read_manifest(bundle)["acceptance"]]


def _verify_file(bundle: Path, file: BundledFile) -> None:
    path = bundle / file.path
    if not path.is_file():
        raise BundleError(f"{path} is missing")
    size = path.stat().st_size
    if size != file.bytes:
        raise BundleError(f"{path} has {size} bytes, expected {file.bytes}")
    if file_sha256(path) != file.sha256:
        raise BundleError(f"{path} has been altered: its sha256 differs from the manifest's")


def verify(bundle: Path) -> None:
    """Raise `BundleError` unless every file is present and unaltered and every number keeps its bounds, or says why not."""
    for entry in read_manifest(bundle)["files"]:
        _verify_file(bundle, BundledFile(**entry))
    for number in read_acceptance(bundle):
        if not number.accounted_for:
            raise BundleError(f"{bundle / MANIFEST_NAME}: {number.key} is {number.value}, outside its bounds")
