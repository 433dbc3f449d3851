"""The roofline of an engine: its layers under its multipliers, its ports, and a memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwsim.exploration.report.theme import Palette
from dwsim.exploration.report.vega import SCHEMA

_SIZE = (380, 300)
_STEPS = 60
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
        found[f"memory, {bandwidth:g} GB/s"] = (endless, bandwidth * 1e3 / pair["fmax_mhz"])
    return found


def roofline_chart(
    layers: Sequence[Mapping[str, Any]],
    pair: Mapping[str, Any],
    palette: Palette,
    bandwidth: float | None = None,
) -> dict[str, Any]:
    """The layers of a network by MACs per byte and MACs per cycle, under the roofs of the engine.

    Bytes are those of all ports together, so that the roof of the ports is that of a layer that
    uses each of them fully. The parameters of a layer come while the layer before it runs.
    """
    points = [
        {"layer": row["layer"], "x": row["intensity"], "y": row["macs"] / row["cycles"]}
        for row in layers
    ]
    low = min(point["x"] for point in points) / _MARGIN
    high = max(point["x"] for point in points) * _MARGIN
    steps = [low * (high / low) ** (i / _STEPS) for i in range(_STEPS + 1)]
    lines = [
        {"roof": name, "x": x, "y": min(most, per_byte * x)}
        for name, (most, per_byte) in roofs(pair, bandwidth).items()
        for x in steps
    ]
    scale = {"type": "log", "nice": False}
    return {
        "$schema": SCHEMA,
        "width": _SIZE[0],
        "height": _SIZE[1],
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": scale, "title": "MACs/byte"},
            "y": {"field": "y", "type": "quantitative", "scale": scale, "title": "MACs/cycle"},
        },
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "line", "strokeWidth": 1.5, "aria": False},
                "encoding": {
                    "color": {
                        "field": "roof",
                        "type": "nominal",
                        "sort": None,
                        "legend": {"title": None, "orient": "top"},
                    }
                },
            },
            {
                "data": {"values": points},
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 60,
                    "color": palette.useful,
                    "aria": False,
                },
                "encoding": {"tooltip": {"field": "layer"}},
            },
        ],
    }
