"""The chart of a network's layers as a Vega-Lite specification, for the page and the figures.

Like that of a front (``dwsim.exploration.report.front_chart``), it is complete except for its data.
"""

from __future__ import annotations

import json
from typing import Any

from dwsim.exploration.report.theme import Palette
from dwsim.exploration.report.vega import SCHEMA, expression
from dwsim.exploration.results_schema import LOSS_FIELDS

LAYERS = "layers"
"""Rows ``{"layer", "cycles", "wait_cycles", "ideal", "bound", "utilisation", "multipliers"}``
with the
multiplier cycles of each of ``LOSS_NAMES``."""

LOSS_NAMES = tuple(field.name for field in LOSS_FIELDS)
LOSS_TITLES = {name: name.removeprefix("loss_").replace("_", " ") for name in LOSS_NAMES}
"""The parts of the loss stack, in the order of the bars, and their texts in the legend."""

_STEP, _LEAST_STEP, _LAYERS_HEIGHT = 15, 4, 560
_UTILISATION_SHARE = 0.34


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
        "labelExpr": f"({expression(LOSS_TITLES)})[datum.value]",
        "symbolType": "square",
    }
