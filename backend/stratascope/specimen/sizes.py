"""The sizes a specimen can be built in, as plain numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Shape of a model."""

    layers: int
    width: int
    heads: int


SIZES = {
    "s": Size(layers=6, width=128, heads=4),
    "smoke": Size(layers=2, width=32, heads=2),
}
#: Training steps, unless the command line says otherwise.
STEPS = {"s": 5000, "smoke": 60}
