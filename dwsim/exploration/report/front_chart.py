"""The chart of a front as a Vega-Lite specification, for the page and the figures.

A specification is complete except for its data. The page replaces columns and sizes as the reader
chooses; a setting that changes without a new chart is a parameter.
"""

from __future__ import annotations

from typing import Any

from dwsim.exploration.report.columns import Column
from dwsim.exploration.report.theme import Palette
from dwsim.exploration.report.vega import SCHEMA, expression

POINTS = "points"
"""Rows ``{"id", "engine", "network", "x", "y", "tier"}``; ``tier`` is one of ``TIERS``."""

TIERS = {
    "front": "on the front",
    "elsewhere": "on the front over all networks",
    "other": "other engines",
    "beyond": "do not fit the part",
    "violates": "violate a constraint",
}
"""The tiers of the points, and their texts in the legend."""

_SIGNS = {"minimise": 1, "maximise": -1, None: 0}


def front_chart(
    x: Column, y: Column, palette: Palette, *, log_x: bool = False, log_y: bool = False
) -> dict[str, Any]:
    """Plots two columns against each other; the points of the front are drawn on top.

    If each of the two columns has a better direction, a line follows the best points.
    """
    return {
        "$schema": SCHEMA,
        "data": {"name": POINTS},
        "params": [
            {"name": "chosen", "value": ""},
            {"name": "x_sign", "value": sign(x)},
            {"name": "y_sign", "value": sign(y)},
        ],
        "encoding": {
            "x": axis("x", x, log_x),
            "y": axis("y", y, log_y),
            "color": _tier_colour(palette),
        },
        "layer": [
            _best_line(palette),
            _points("violates", size=26, opacity=1.0, filled=False),
            _points("beyond", size=26, opacity=1.0, filled=False, shape="cross"),
            _points("other", size=26, opacity=0.6),
            _points("elsewhere", size=60, opacity=1.0, stroke=palette.card),
            _points("front", size=70, opacity=1.0, stroke=palette.card),
            _chosen_ring(palette),
        ],
    }


def axis(channel: str, column: Column, log: bool) -> dict[str, Any]:
    """The encoding of a column as the axis ``x`` or ``y``."""
    scale = {"type": "log", "nice": False} if log else {"type": "linear", "zero": False}
    form = "~%" if column.kind == "share" else "~s"
    return {
        "field": channel,
        "type": "quantitative",
        "scale": scale | {"padding": 16},
        "axis": {
            "title": column.label,
            "format": form,
            "tickCount": 6,
            # A logarithmic axis has nine ticks a decade; only those with a label are drawn.
            **{key: _labelled(value) for key, value in (("gridOpacity", 0.7), ("tickOpacity", 1))},
        },
    }


def _labelled(value: float) -> dict[str, Any]:
    return {"condition": {"test": "datum.label === ''", "value": 0}, "value": value}


def sign(column: Column) -> int:
    """1 if less is better, -1 if more is better, 0 if neither is."""
    return _SIGNS[column.goal]


def _tier_colour(palette: Palette) -> dict[str, Any]:
    colours = (
        palette.accent,
        palette.accent_soft_mark,
        palette.point,
        palette.warn,
        palette.point_faint,
    )
    return {
        "field": "tier",
        "type": "nominal",
        "scale": {"domain": list(TIERS), "range": list(colours)},
        "legend": {
            "title": None,
            "orient": "top",
            "symbolOpacity": 1,
            "labelLimit": 260,
            "labelExpr": f"({expression(TIERS)})[datum.value]",
        },
    }


def _points(
    tier: str,
    *,
    size: int,
    opacity: float,
    filled: bool = True,
    stroke: str | None = None,
    shape: str = "circle",
) -> dict[str, Any]:
    mark = {"type": "point", "filled": filled, "size": size, "opacity": opacity, "shape": shape}
    if stroke is not None:
        # A rim in the colour of the background separates neighbours.
        mark |= {"stroke": stroke, "strokeWidth": 1}
    return {
        "name": tier,
        "transform": [{"filter": f"datum.tier === '{tier}'"}],
        "mark": mark | {"clip": True, "aria": False},
    }


def _best_line(palette: Palette) -> dict[str, Any]:
    """From the best x to the best y: a running minimum, with the sign for which less is better."""
    return {
        "name": "best",
        "transform": [
            {
                "filter": "x_sign != 0 && y_sign != 0 && datum.tier !== 'violates'"
                " && datum.tier !== 'beyond'"
            },
            {"calculate": "x_sign * datum.x", "as": "x_cost"},
            {"calculate": "y_sign * datum.y", "as": "y_cost"},
            {
                "window": [{"op": "min", "field": "y_cost", "as": "y_best"}],
                "sort": [{"field": "x_cost"}, {"field": "y_cost"}],
                "groupby": ["network"],
                "frame": [None, 0],
            },
            {"calculate": "y_sign * datum.y_best", "as": "y"},
        ],
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "opacity": 0.45,
            "strokeWidth": 1.5,
            "clip": True,
            "aria": False,
        },
        "encoding": {
            "detail": {"field": "network"},
            "color": {"value": palette.accent},
            "order": {"field": "x_cost", "type": "quantitative"},
        },
    }


def _chosen_ring(palette: Palette) -> dict[str, Any]:
    mark = {"type": "point", "filled": False, "size": 260, "strokeWidth": 2.5, "opacity": 1}
    return {
        "name": "chosen",
        "transform": [{"filter": "datum.engine === chosen"}],
        "mark": mark | {"clip": True, "aria": False},
        "encoding": {"color": {"value": palette.text}},
    }
