"""The light and dark colours of the report, and the chart settings that use them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

SANS = (
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,'
    " sans-serif"
)
FIGURE_FONT = "Helvetica, Arial, Liberation Sans, sans-serif"
"""The font of figures for papers: SVG viewers have it, and vl-convert includes it."""


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme. Text on ``page`` and ``card`` has a contrast of at least 4.5."""

    page: str
    card: str
    sunken: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_soft_mark: str
    """A point that is on another front than the displayed one."""
    point: str
    """A point that is on no front."""
    point_faint: str
    """A point that violates a constraint."""
    warn: str
    # The loss stack of a layer: useful work is blue, idle multipliers are yellow to brown, waits
    # are red, and the edges of a layer are grey and violet.
    useful: str
    masked_taps: str
    small_kernel: str
    surplus_lanes: str
    surplus_pixels: str
    input_bound: str
    ring_bound: str
    output_bound: str
    hold: str
    fill: str
    drain: str
    parameters: str
    switch: str
    ramp: tuple[float, float] = (0.0, 0.9)
    """The part of the viridis scheme with enough contrast to ``card``."""

    def css(self) -> str:
        """The colours as CSS custom properties."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return " ".join(
            f"--{name.replace('_', '-')}: {value};"
            for name, value in pairs
            if isinstance(value, str)
        )


LIGHT = Palette(
    page="#f6f7f9",
    card="#ffffff",
    sunken="#eef0f3",
    line="#d9dde3",
    text="#1a1f26",
    muted="#566170",
    accent="#b4460e",
    on_accent="#ffffff",
    accent_soft="#fbeadf",
    accent_soft_mark="#e9ab82",
    point="#7c8ea6",
    point_faint="#b9c3cf",
    warn="#9b2c2c",
    useful="#2f6db5",
    masked_taps="#f3d38a",
    small_kernel="#e3a32c",
    surplus_lanes="#c97b1d",
    surplus_pixels="#8f5a16",
    input_bound="#c2453d",
    ring_bound="#e58f88",
    output_bound="#8e2f4a",
    hold="#d96aa0",
    fill="#a3abb5",
    drain="#6f7883",
    parameters="#7a5aa6",
    switch="#c9b8e0",
)

DARK = Palette(
    page="#101318",
    card="#171b22",
    sunken="#1f252e",
    line="#2e3641",
    text="#e7eaee",
    muted="#9ba6b4",
    accent="#ff9a5c",
    on_accent="#1b1006",
    accent_soft="#3a261a",
    accent_soft_mark="#94562f",
    point="#6c7f99",
    point_faint="#4a5666",
    warn="#ff8f8f",
    useful="#4f94e0",
    masked_taps="#e9d39a",
    small_kernel="#e0a53a",
    surplus_lanes="#c98432",
    surplus_pixels="#96672c",
    input_bound="#e0655c",
    ring_bound="#f0a49e",
    output_bound="#b04a69",
    hold="#d97fae",
    fill="#8b94a0",
    drain="#5d6671",
    parameters="#a283d0",
    switch="#d4c4ea",
    ramp=(0.25, 1.0),
)


def chart_config(
    palette: Palette, font: str = SANS, background: str | None = None
) -> dict[str, Any]:
    """The Vega-Lite ``config`` of a scheme; without ``background``, charts are transparent."""
    axis: dict[str, Any] = {
        "domainColor": palette.line,
        "gridColor": palette.line,
        "gridOpacity": 0.7,
        "tickColor": palette.line,
        "labelColor": palette.muted,
        "labelFontSize": 11,
        "titleColor": palette.text,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "titlePadding": 10,
    }
    text = {
        "labelColor": palette.text,
        "labelFontSize": 11,
        "titleColor": palette.muted,
        "titleFontSize": 11,
        "titleFontWeight": 500,
    }
    ramp = {"scheme": "viridis", "extent": list(palette.ramp)}
    return {
        "background": background,
        "font": font,
        "axis": axis,
        "legend": text,
        "title": {"color": palette.text, "fontSize": 13, "fontWeight": 600},
        "view": {"stroke": None},
        "range": {"ordinal": ramp, "ramp": ramp, "category": {"scheme": "tableau10"}},
    }
