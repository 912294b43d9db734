"""Colours: one ramp per scale and theme, made in OKLCH so that lightness is strictly ordered.

A quantity has the same colours in every panel, export and notebook. Sequential ramps have 13 steps, diverging ones 25; a
value belongs to a step, so that a legend can be matched by eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

Theme = Literal["light", "dark"]
STEPS = 13

_SEQUENTIAL = {"prob": (258, 0.135), "unc": (72, 0.12), "attn": (195, 0.10), "mag": (110, 0.03), "feat": (345, 0.15)}
_DIVERGING = {"eff": (50, 258, 0.14), "dif": (150, 305, 0.13)}


@dataclass(frozen=True)
class Palette:
    """The colours of one theme: surfaces and inks, categories in order, and the ramps by scale."""

    surface: str
    line: str
    line_strong: str
    ink: str
    ink_soft: str
    ink_faint: str
    raised: str
    bad: str
    categories: tuple[str, ...]
    ramps: dict[str, tuple[str, ...]]

    def colorscale(self, scale: str) -> list[list[float | str]]:
        """The ramp as a plotly colour scale with hard steps; each end has half a step, as in rounding to the nearest."""
        ramp = self.ramps[scale]
        last = len(ramp) - 1
        edges = [0.0, *((i + 0.5) / last for i in range(last)), 1.0]
        return [[edge, colour] for i, colour in enumerate(ramp) for edge in edges[i : i + 2]]

    def step(self, scale: str, value: float, low: float, high: float) -> str:
        """The colour of a value between `low` and `high`; the neutral one for NaN."""
        ramp = self.ramps[scale]
        if not math.isfinite(value):
            return self.line
        share = (value - low) / (high - low) if high > low else 0.5
        return ramp[round(min(1.0, max(0.0, share)) * (len(ramp) - 1))]


def signed(scale: str) -> bool:
    """Whether a scale is symmetric about zero."""
    return scale in _DIVERGING


@cache
def palette(theme: Theme) -> Palette:
    """The palette of a theme."""
    light = theme == "light"
    ramps = {name: tuple(_sequential(light, *spec)) for name, spec in _SEQUENTIAL.items()}
    ramps |= {name: tuple(_diverging(light, *spec)) for name, spec in _DIVERGING.items()}
    if light:
        return Palette(
            "#ffffff", "#e5e4e0", "#cfcdc7", "#1a1b1d", "#484b50", "#66696e", "#ffffff", "#ab2a20",
            ("#1a57a5", "#a34a06", "#6a3d9a", "#1b6f3a", "#0a6670", "#855300"), ramps,
        )  # fmt: skip
    return Palette(
        "#171a1d", "#272c31", "#3b4249", "#e9e9e7", "#b7bbc0", "#949aa1", "#1e2226", "#f28b80",
        ("#86b4f4", "#f0a35e", "#c3a1ea", "#7fcf97", "#5fc6cd", "#e8b45a"), ramps,
    )  # fmt: skip


def _sequential(light: bool, hue: float, chroma: float) -> list[str]:
    return [_sequential_step(light, i / (STEPS - 1), hue, chroma) for i in range(STEPS)]


def _sequential_step(light: bool, t: float, hue: float, chroma: float) -> str:
    if light:
        strength = math.sin(math.pi * (0.06 + 0.56 * t)) * (1 if t else 0.35)
        return oklch(_between(0.982, 0.40, t**1.02), chroma * strength, hue)
    strength = math.sin(math.pi * (0.10 + 0.56 * t)) * (1 if t else 0.3)
    return oklch(_between(0.235, 0.845, t**0.95), chroma * strength, hue)


def _diverging(light: bool, negative: float, positive: float, chroma: float) -> list[str]:
    last = STEPS - 1
    return [_diverging_step(light, i / last, negative if i < 0 else positive, chroma) for i in range(-last, last + 1)]


def _diverging_step(light: bool, t: float, hue: float, chroma: float) -> str:
    size = abs(t)
    if size == 0:
        return oklch(0.978, 0.003, 90) if light else oklch(0.235, 0.006, 250)
    if light:
        return oklch(_between(0.975, 0.43, size), chroma * math.sin(math.pi * (0.06 + 0.54 * size)), hue)
    return oklch(_between(0.245, 0.83, size**0.95), chroma * math.sin(math.pi * (0.12 + 0.52 * size)), hue)


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour given by OKLCH as #rrggbb; chroma is lowered until sRGB can show it."""
    linear = _linear(lightness, chroma, hue)
    while chroma > 0 and any(v < -0.0005 or v > 1.0005 for v in linear):
        chroma -= 0.002
        linear = _linear(lightness, max(chroma, 0.0), hue)
    return "#" + "".join(f"{_byte(v):02x}" for v in linear)


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH to linear sRGB (Björn Ottosson's OKLab matrices)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )


def _byte(value: float) -> int:
    """One linear channel as an sRGB byte, halves rounded up."""
    value = min(1.0, max(0.0, value))
    gamma = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return math.floor(gamma * 255 + 0.5)


def _between(a: float, b: float, t: float) -> float:
    return a + (b - a) * t
