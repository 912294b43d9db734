"""Colours: ordered in lightness, legible labels, and steps that a legend can be matched with."""

import pytest

from stratascope.figures.palette import STEPS, oklch, palette, signed

SEQUENTIAL, DIVERGING = ("prob", "attn", "unc", "feat", "mag"), ("eff", "dif")
themes = pytest.mark.parametrize("theme", ["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@themes
@pytest.mark.parametrize("scale", SEQUENTIAL)
def test_lightness_is_strictly_ordered(theme: str, scale: str) -> None:
    ramp = palette(theme).ramps[scale]
    found = [luminance(colour) for colour in ramp]
    assert len(ramp) == STEPS
    assert found == sorted(found, reverse=theme == "light")
    assert len(set(ramp)) == STEPS


@themes
@pytest.mark.parametrize("scale", DIVERGING)
def test_diverging_ramps_leave_the_middle_in_both_directions(theme: str, scale: str) -> None:
    ramp = palette(theme).ramps[scale]
    found = [luminance(colour) for colour in ramp]
    middle = STEPS - 1
    assert len(ramp) == 2 * STEPS - 1
    assert found[middle:] == sorted(found[middle:], reverse=theme == "light")
    assert found[: middle + 1] == sorted(found[: middle + 1], reverse=theme == "dark")
    assert ramp[0] != ramp[-1]


@themes
@pytest.mark.parametrize("scale", SEQUENTIAL + DIVERGING)
def test_black_or_white_is_legible_on_every_step(theme: str, scale: str) -> None:
    for colour in palette(theme).ramps[scale]:
        assert max(contrast(colour, "#000000"), contrast(colour, "#ffffff")) >= 4.5


@themes
def test_text_and_categories_are_legible_on_the_surface(theme: str) -> None:
    colours = palette(theme)
    for ink in (colours.ink, colours.ink_soft, colours.ink_faint, colours.bad, *colours.categories):
        assert contrast(ink, colours.surface) >= 4.5


def test_the_ends_of_the_ramps_are_the_ones_of_the_design() -> None:
    assert palette("light").ramps["prob"][0] == "#f6f9fe"
    assert palette("light").ramps["prob"][-1] == "#14458a"
    assert palette("light").ramps["unc"][-1] == "#643f00"


def test_a_value_belongs_to_the_nearest_step() -> None:
    colours = palette("light")
    ramp = colours.ramps["prob"]
    assert colours.step("prob", 0.0, 0.0, 1.0) == ramp[0]
    assert colours.step("prob", 0.49, 0.0, 1.0) == ramp[6]
    assert colours.step("prob", 7.0, 0.0, 1.0) == ramp[-1]
    assert colours.step("eff", 0.0, -2.0, 2.0) == colours.ramps["eff"][12]
    assert colours.step("prob", float("nan"), 0.0, 1.0) == colours.line
    assert colours.step("prob", 3.0, 3.0, 3.0) == ramp[6]


@pytest.mark.parametrize("scale", ["prob", "eff"])
def test_the_colour_scale_has_the_same_steps(scale: str) -> None:
    colours = palette("dark")
    steps = colours.colorscale(scale)
    assert steps[0][0] == 0.0
    assert steps[-1][0] == 1.0
    assert [edge for edge, _ in steps] == sorted(edge for edge, _ in steps)
    for value in (0.01, 0.2, 0.37, 0.5, 0.81, 0.99):
        inside = next(
            colour for (low, colour), (high, _) in zip(steps[::2], steps[1::2], strict=True) if low <= value <= high
        )
        assert inside == colours.step(scale, value, 0.0, 1.0)


def test_colours_out_of_reach_lose_chroma_and_keep_lightness() -> None:
    assert oklch(1.0, 0.0, 0.0) == "#ffffff"
    assert oklch(0.0, 0.0, 0.0) == "#000000"
    assert abs(luminance(oklch(0.6, 0.5, 140)) - luminance(oklch(0.6, 0.0, 140))) < 0.05


def test_signed_scales() -> None:
    assert [scale for scale in SEQUENTIAL + DIVERGING if signed(scale)] == list(DIVERGING)
