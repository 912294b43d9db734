"""The bundled models and dictionaries, each loaded once."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stratascope.specimen.dictionaries.autoencoder import Autoencoder
    from stratascope.specimen.subject import Subject
    from stratascope.specimen.tuned_lens import Translators

BASE = "specimen"


class Specimens:
    """What lies in one bundle. What was loaded is kept, so nothing that is handed out may be changed."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self._subjects: dict[str, Subject] = {}

    def has(self, path: str) -> bool:
        """Whether the bundle holds this file or folder."""
        return (self.bundle / path).exists()

    def subject(self, model: str) -> Subject:
        """The bundled model with this id, ready to be asked."""
        from stratascope.specimen.subject import Subject

        if model not in self._subjects:
            self._subjects[model] = Subject.load(self.bundle / model)
        return self._subjects[model]

    @property
    def base(self) -> Subject:
        """The base model."""
        return self.subject(BASE)

    @cached_property
    def checkpoints(self) -> tuple[tuple[int, str], ...]:
        """(step, model id) of the snapshots of the base model's training, the first one first."""
        names = [path.name for path in self.bundle.glob(f"{BASE}-step-*")]
        return tuple(sorted((int(name.rpartition("-")[2]), name) for name in names))

    @property
    def final_step(self) -> int:
        """The step at which the base model was taken."""
        manifest = json.loads((self.bundle / "manifest.json").read_text(encoding="utf-8"))
        return int(manifest["steps"])

    def dictionary(self, name: str) -> Autoencoder:
        """The sparse autoencoder with this id."""
        from stratascope.specimen.dictionaries import storage

        return storage.read(self.bundle / "saes" / name)

    def translators(self) -> Translators:
        """The tuned lens of the base model."""
        from stratascope.specimen import tuned_lens

        return tuned_lens.read(self.bundle / tuned_lens.LENSES / BASE)
