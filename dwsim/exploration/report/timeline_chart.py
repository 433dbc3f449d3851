"""The chart of a timeline: the occupancy of each stage over the cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dwsim.exploration.report import vega
from dwsim.exploration.report.theme import FIGURE_FONT, LIGHT, chart_config
from dwsim.support.whole_file import write_whole
from dwsim.verification.timeline import STAGES, Span

_WIDTH, _HEIGHT = 720, 64


def write_timeline(spans: Sequence[Span], path: Path, title: str) -> None:
    """Writes the chart in the format of the file's suffix, one of ``vega.FORMATS``.

    Raises:
        ToolError: if vl-convert is not installed.
        OSError: if the file cannot be written.
    """
    write_whole(path, vega.chart_bytes(timeline_chart(spans, title), path.suffix[1:]))


def timeline_chart(spans: Sequence[Span], title: str) -> dict[str, Any]:
    """The chart with its data: a row for each stage, in the order of the data."""
    axis = {"title": None, "format": "%", "values": [0, 0.5, 1]}
    return {
        "$schema": vega.SCHEMA,
        "title": title,
        "config": chart_config(LIGHT, FIGURE_FONT, "white"),
        "data": {"values": [asdict(span) for span in spans]},
        "facet": {
            "row": {
                "field": "stage",
                "type": "nominal",
                "sort": list(STAGES),
                "title": None,
                "header": {"labelAngle": 0, "labelAlign": "left"},
            }
        },
        "spec": {
            "width": _WIDTH,
            "height": _HEIGHT,
            "mark": {"type": "rect", "color": LIGHT.useful, "aria": False},
            "encoding": {
                "x": {"field": "begin", "type": "quantitative", "title": "cycle"},
                "x2": {"field": "end"},
                "y": {
                    "field": "busy",
                    "type": "quantitative",
                    "scale": {"domain": [0, 1]},
                    "axis": axis,
                },
                "y2": {"datum": 0},
            },
        },
    }
