"""Which dictionaries a model gets."""

from dataclasses import dataclass

from stratascope.specimen.dictionaries.sites import Site
from stratascope.specimen.dictionaries.training import Recipe

_LATENTS_PER_DIMENSION = 8
_WIDE_LATENTS_PER_DIMENSION = 32
_ACTIVE = 16
_SMOKE_STEPS = 3
_STEPS = 1562


@dataclass(frozen=True)
class Entry:
    """A dictionary to be: its id, the site it reads and how it is trained."""

    id: str
    site: Site
    recipe: Recipe


def catalogue(layers: int, width: int, smoke: bool) -> list[Entry]:
    """Every residual stream, the attention of every second layer, and a wide one in the middle for feature splitting.

    Latents are counted per dimension of the activation, so a smaller model gets smaller dictionaries.
    """

    def entry(site: Site, suffix: str = "") -> Entry:
        latents = (_WIDE_LATENTS_PER_DIMENSION if suffix else _LATENTS_PER_DIMENSION) * width
        steps = _SMOKE_STEPS if smoke else _STEPS
        return Entry(f"specimen-{site.kind}-{site.layer}{suffix}", site, Recipe(latents, _ACTIVE, steps))

    return [
        *(entry(Site("resid-post", layer)) for layer in range(layers)),
        *(entry(Site("attn-z", layer)) for layer in range(1, layers, 2)),
        entry(Site("resid-post", layers // 2), "-wide"),
    ]
