"""Reproducible choices: everything random in the specimen goes through a generator seeded here."""

import math
import random
from typing import TypeVar

T = TypeVar("T")


def seeded(seed: int | str) -> random.Random:
    """A generator whose outcomes depend on nothing but the seed; strings serve as names of independent streams."""
    return random.Random(seed)  # noqa: S311 - reproducibility is wanted here, secrecy is not


def other_than(generator: random.Random, options: list[T], *excluded: T) -> T:
    """A uniform choice among the options that are not excluded."""
    return generator.choice([option for option in options if option not in excluded])


def log_uniform(generator: random.Random, low: int, high: int) -> int:
    """A whole number whose logarithm is uniform, so that short periods are as common as long ones."""
    return round(math.exp(generator.uniform(math.log(low), math.log(high))))
