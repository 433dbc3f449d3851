"""The colours: readable text in both schemes, and distinguishable parts of the loss stack."""

from __future__ import annotations

import itertools

import pytest

from dwsim.derive.losses import LOSSES
from dwsim.exploration.report.theme import DARK, LIGHT, Palette

TEXT = 4.5
"""WCAG 2.1, 1.4.3: the least contrast of text."""

GRAPHICS = 3.0
"""WCAG 2.1, 1.4.11: the least contrast of the graphical objects of a chart."""

SCHEMES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@SCHEMES
def test_text_can_be_read(palette: Palette) -> None:
    for colour, ground in itertools.product(
        (palette.text, palette.muted, palette.accent, palette.warn),
        (palette.page, palette.card, palette.sunken),
    ):
        assert contrast(colour, ground) >= TEXT, (colour, ground)
    assert contrast(palette.accent, palette.accent_soft) >= TEXT


@SCHEMES
def test_points_can_be_seen(palette: Palette) -> None:
    for colour in (palette.accent, palette.point, palette.useful):
        assert contrast(colour, palette.card) >= GRAPHICS, colour


@SCHEMES
def test_every_part_of_the_stack_has_its_own_colour(palette: Palette) -> None:
    colours = [getattr(palette, name) for name in LOSSES]
    assert len(set(colours)) == len(LOSSES)


@SCHEMES
def test_waste_is_not_drawn_in_the_colour_of_work(palette: Palette) -> None:
    """Only useful work is blue: its blue part is the largest, and elsewhere it is not."""
    for name in LOSSES:
        red, green, blue = (int(getattr(palette, name)[i : i + 2], 16) for i in (1, 3, 5))
        is_blue = blue - max(red, green) > 60
        assert is_blue == (name == "useful"), (name, getattr(palette, name))


@SCHEMES
def test_styles_have_every_colour(palette: Palette) -> None:
    css = palette.css()
    assert f"--accent-soft: {palette.accent_soft};" in css
    assert "ramp" not in css
