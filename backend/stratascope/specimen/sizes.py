"""The sizes a specimen can be built in, as plain numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Shape of a dense model."""

    layers: int
    width: int
    heads: int


@dataclass(frozen=True)
class ExpertSize:
    """Shape of a mixture of experts; `active` experts serve a token."""

    layers: int
    width: int
    heads: int
    key_value_heads: int
    experts: int
    active: int
    expert_width: int


@dataclass(frozen=True)
class Scale:
    """Everything that a size decides: shapes, training steps, and at which steps the base is kept.

    Steps are those of the base, of the second seed, of either tuned sibling and of the mixture of experts; a step of the
    first two reads `batches` batches.
    """

    base: Size
    mixture: ExpertSize
    base_steps: int
    second_seed_steps: int
    tuning_steps: int
    mixture_steps: int
    snapshots: tuple[int, ...]
    batches: int = 1


_MIXTURE = ExpertSize(layers=4, width=96, heads=4, key_value_heads=2, experts=8, active=2, expert_width=96)

SCALES = {
    "s": Scale(
        base=Size(layers=6, width=128, heads=4),
        mixture=_MIXTURE,
        base_steps=5000,
        second_seed_steps=2000,
        tuning_steps=300,
        mixture_steps=2000,
        snapshots=(0, 150, 300, 400, 600, 1000, 2000, 3400),
    ),
    "m": Scale(
        base=Size(layers=8, width=192, heads=6),
        mixture=_MIXTURE,
        base_steps=6000,
        second_seed_steps=1000,
        tuning_steps=300,
        mixture_steps=2000,
        snapshots=(0, 10, 20, 30, 60, 125, 500, 2000),
        batches=16,
    ),
    "smoke": Scale(
        base=Size(layers=2, width=32, heads=2),
        mixture=ExpertSize(layers=2, width=32, heads=2, key_value_heads=1, experts=4, active=2, expert_width=32),
        base_steps=8,
        second_seed_steps=2,
        tuning_steps=2,
        mixture_steps=2,
        snapshots=(0, 4),
    ),
}
