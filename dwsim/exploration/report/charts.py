"""The charts as Vega-Lite specifications, with one definition for the page and the figures.

A specification is complete except for its data. The page replaces columns and sizes as the reader
chooses; a setting that changes without a new chart is a parameter.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any

from dwsim.exploration.report.columns import Column
from dwsim.exploration.report.theme import Palette
from dwsim.exploration.report.vega import SCHEMA
from dwsim.exploration.results_schema import LOSS_FIELDS

POINTS = "points"
"""Rows ``{"id", "engine", "network", "x", "y", "tier"}``; ``tier`` is one of ``TIERS``."""

LAYERS = "layers"
"""Rows ``{"layer", "cycles", "wait_cycles", "ideal", "bound", "utilisation", "multipliers"}``
with the
multiplier cycles of each of ``LOSS_NAMES``."""

LOSS_NAMES = tuple(field.name for field in LOSS_FIELDS)
LOSS_TITLES = {name: name.removeprefix("loss_").replace("_", " ") for name in LOSS_NAMES}
"""The parts of the loss stack, in the order of the bars, and their texts in the legend."""

TIERS = {
    "front": "on the front",
    "elsewhere": "on the front over all networks",
    "other": "other engines",
    "beyond": "do not fit the part",
    "violates": "violate a constraint",
}
"""The tiers of the points, and their texts in the legend."""

_SIGNS = {"minimise": 1, "maximise": -1, None: 0}
_STEP, _LEAST_STEP, _LAYERS_HEIGHT = 15, 4, 560
_UTILISATION_SHARE = 0.34


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


def keep(scale: dict[str, Any], present: Container[str]) -> None:
    """Removes the colours of absent values from a scale, and so from its legend."""
    pairs = zip(scale["domain"], scale["range"], strict=True)
    kept = [pair for pair in pairs if pair[0] in present]
    scale["domain"], scale["range"] = ([pair[i] for pair in kept] for i in range(2))


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


def layer_step(layers: int) -> float:
    """Pixels from a layer to the next, so that a network of many layers fits on a page."""
    return min(_STEP, max(_LEAST_STEP, round(_LAYERS_HEIGHT / layers, 2)))


def layers_chart(
    palette: Palette, *, width: int, labels: int = 150, prefix: int = 0, step: float = _STEP
) -> dict[str, Any]:
    """The layers of a network, one above the other: utilisation, and the loss stack in cycles.

    In pixels, ``width`` is that of both parts without the labels, ``labels`` that of the longest
    label, and ``step`` the distance from a layer to the next. Labels omit the first ``prefix``
    letters of the names. The parameter ``share`` draws the parts of the stack as shares.
    """
    left = round(width * _UTILISATION_SHARE)
    return {
        "$schema": SCHEMA,
        "data": {"name": LAYERS},
        "params": [{"name": "share", "value": False}, {"name": "prefix", "value": prefix}],
        "spacing": 14,
        "hconcat": [
            _utilisation(palette, left, labels, step),
            _breakdown(palette, width - left - 14, step),
        ],
        "resolve": {"scale": {"y": "shared"}},
    }


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
            "labelExpr": f"({_expression(TIERS)})[datum.value]",
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


def _layer_names(labels: int) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": None, "labelLimit": labels, "ticks": False, "domain": False}
    axis |= {"labelPadding": 6, "labelExpr": "slice(datum.label, prefix)"}
    return {
        "field": "layer",
        "type": "nominal",
        "sort": None,
        "axis": axis | {"labelOverlap": True},
    }


def _utilisation(palette: Palette, width: int, labels: int, step: float) -> dict[str, Any]:
    axis = {"format": "%", "title": "utilisation", "values": [0, 0.5, 1]}
    return {
        "width": width,
        "height": {"step": step},
        "mark": {"type": "bar", "height": {"band": 0.72}, "color": palette.useful, "aria": False},
        "encoding": {
            "y": _layer_names(labels),
            "x": {
                "field": "utilisation",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": axis,
            },
            "tooltip": {"field": "layer"},
        },
    }


def _breakdown(palette: Palette, width: int, step: float) -> dict[str, Any]:
    colours = [getattr(palette, name.removeprefix("loss_")) for name in LOSS_NAMES]
    # The stack has the order of the schema.
    places = f"indexof({json.dumps(LOSS_NAMES)}, datum.part)"
    whole = "(datum.cycles + datum.wait_cycles)"
    bars = {
        "transform": [
            {"fold": list(LOSS_NAMES), "as": ["part", "spent"]},
            {
                "calculate": f"datum.spent / datum.multipliers / (share ? {whole} : 1)",
                "as": "length",
            },
            {"calculate": places, "as": "index"},
        ],
        "mark": {"type": "bar", "height": {"band": 0.72}, "aria": False},
        "encoding": {
            "x": {"field": "length", "type": "quantitative", "axis": _cycles_axis()},
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": list(LOSS_NAMES), "range": colours},
                "legend": _loss_legend(),
            },
            "order": {"field": "index", "type": "quantitative"},
            "tooltip": {"field": "layer"},
        },
    }
    bound = {
        "transform": [{"calculate": f"datum.bound / (share ? {whole} : 1)", "as": "length"}],
        "mark": {"type": "tick", "thickness": 2, "color": palette.text, "aria": False},
        "encoding": {"x": {"field": "length", "type": "quantitative"}},
    }
    return {
        "width": width,
        "height": {"step": step},
        "encoding": {"y": _layer_names(0) | {"axis": None}},
        "layer": [bars, bound],
    }


def _cycles_axis() -> dict[str, Any]:
    return {
        "title": "cycles of the array (tick: the engine's own bound)",
        "tickCount": 4,
        "labelExpr": "share ? format(datum.value, '.0%') : format(datum.value, '~s')",
    }


def _loss_legend() -> dict[str, Any]:
    return {
        "title": None,
        "orient": "top",
        "columns": 3,
        "labelExpr": f"({_expression(LOSS_TITLES)})[datum.value]",
        "symbolType": "square",
    }


def _expression(titles: Mapping[str, str]) -> str:
    """A dictionary of words in the expression language of Vega."""
    return json.dumps(dict(titles))
