"""The bundled dictionaries of a model's residual stream, one behind each layer that has any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.storage import is_complete, read, read_configuration
from stratascope.specimen.prompts import bundle_path

if TYPE_CHECKING:
    from pathlib import Path

    from stratascope.models.model import Model

FOLDER = "saes"
_BEHIND_LAYER = re.compile(r"blocks\.(\d+)\.hook_resid_post")


@dataclass(frozen=True)
class StreamDictionary:
    """A dictionary by its id: `latents` features, of which at most `active` fire at once."""

    id: str
    weights: Autoencoder

    @property
    def latents(self) -> int:
        """How many features it has."""
        return len(self.weights.decoder)

    @property
    def active(self) -> int:
        """How many can fire at once."""
        return self.weights.active

    def top(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Activations, 0 where a feature does not fire, and indices of the strongest features: both [token, active]."""
        return self._on(x).top(x)

    def decode(self, values: Tensor, indices: Tensor) -> Tensor:
        """What features [token, active] stand for, [token, width]."""
        return self._on(values).decode(values, indices)

    def _on(self, x: Tensor) -> Autoencoder:
        return Autoencoder.of([each.to(x.device) for each in self.weights.parameters], self.weights.active)


def stream_dictionaries(model: Model) -> dict[int, StreamDictionary]:
    """The smallest dictionary trained on the stream behind each layer, by the row of a lens that shows this stream."""
    found: dict[int, tuple[int, Path]] = {}
    name = model.id.partition("@")[0]
    for folder in sorted((bundle_path() / FOLDER).glob("*")):
        if not is_complete(folder):
            continue
        content = read_configuration(folder)
        behind = _BEHIND_LAYER.fullmatch(content["metadata"]["hook_name"])
        if behind is None or (content["metadata"]["model_name"], content["d_in"]) != (name, model.width):
            continue
        row = int(behind[1]) + 1
        if row not in found or content["d_sae"] < found[row][0]:
            found[row] = (content["d_sae"], folder)
    return {row: StreamDictionary(found[row][1].name, read(found[row][1])) for row in sorted(found)}
