"""The roofline of an engine: its layers under its multipliers, its ports, and a memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwsim.exploration.report.theme import Palette
from dwsim.exploration.report.vega import SCHEMA

ROOFS = "roofs"
"""Rows ``{"roof", "most", "per_byte", "low", "high"}``: MACs a cycle, or bytes a cycle, the other
null; and the least and the largest MACs per byte of the layers."""

UNDER_ROOFS = "under_roofs"
"""Rows ``{"layer", "macs", "cycles", "intensity"}``."""

_SIZE = (380, 300)
_MARGIN = 2.0
"""The chart goes this factor beyond the layers on both sides."""


def roofs(pair: Mapping[str, Any], bandwidth: float | None) -> dict[str, tuple[float, float]]:
    """The limits of an engine as (most MACs a cycle, bytes a cycle), one of them infinite.

    Args:
        pair: a row of ``points``.
        bandwidth: of the memory in GB/s, for all streams together; it needs the engine's clock.
    """
    ports = sum(pair[f"{port}_bytes_per_cycle"] for port in ("input", "param", "output"))
    endless = float("inf")
    found = {"multipliers": (float(pair["multipliers"]), endless), "ports": (endless, ports)}
    if bandwidth is not None and pair["fmax_mhz"] is not None:
        found[memory_roof(bandwidth)] = (endless, bandwidth * 1e3 / pair["fmax_mhz"])
    return found


def memory_roof(bandwidth: float) -> str:
    """The name of the roof of a memory with a bandwidth in GB/s."""
    return f"memory, {bandwidth:g} GB/s"


def roof_rows(
    layers: Sequence[Mapping[str, Any]], pair: Mapping[str, Any], bandwidth: float | None
) -> list[dict[str, Any]]:
    """The rows of ``ROOFS`` for these layers on an engine."""
    densities = [row["intensity"] for row in layers]
    ends = {"low": min(densities), "high": max(densities)}
    finite = {float("inf"): None}
    return [
        {"roof": name, "most": finite.get(most, most), "per_byte": finite.get(rate, rate)} | ends
        for name, (most, rate) in roofs(pair, bandwidth).items()
    ]


def roofline_chart(palette: Palette) -> dict[str, Any]:
    """The layers of a network by MACs per byte and MACs per cycle, under the roofs of the engine.

    Bytes are those of all ports together, so that the roof of the ports is that of a layer that
    uses each of them fully. The parameters of a layer come while the layer before it runs.
    """
    scale = {"type": "log", "nice": False}
    return {
        "$schema": SCHEMA,
        "width": _SIZE[0],
        "height": _SIZE[1],
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": scale, "title": "MACs/byte"},
            "y": {"field": "y", "type": "quantitative", "scale": scale, "title": "MACs/cycle"},
        },
        "layer": [_roof_lines(), _layer_points(palette)],
    }


def _roof_lines() -> dict[str, Any]:
    # On logarithmic axes a roof is a straight line, so that two points draw it.
    x = f"datum.end === 'low' ? datum.edge / {_MARGIN} : datum.edge * {_MARGIN}"
    y = "datum.most === null ? datum.per_byte * datum.x : datum.most"
    colour = {"field": "roof", "type": "nominal", "sort": None}
    return {
        "data": {"name": ROOFS},
        "transform": [
            {"fold": ["low", "high"], "as": ["end", "edge"]},
            {"calculate": x, "as": "x"},
            {"calculate": y, "as": "y"},
        ],
        "mark": {"type": "line", "strokeWidth": 1.5, "aria": False},
        "encoding": {"color": colour | {"legend": {"title": None, "orient": "top"}}},
    }


def _layer_points(palette: Palette) -> dict[str, Any]:
    mark = {"type": "point", "filled": True, "size": 60, "color": palette.useful, "aria": False}
    return {
        "data": {"name": UNDER_ROOFS},
        "transform": [
            {"calculate": "datum.intensity", "as": "x"},
            {"calculate": "datum.macs / datum.cycles", "as": "y"},
        ],
        "mark": mark,
        "encoding": {"tooltip": {"field": "layer"}},
    }
