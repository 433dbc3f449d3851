"""Writes the HTML page: data, charts, styles and scripts in one file that fetches nothing."""

from __future__ import annotations

import base64
import gzip
import html
import json
from pathlib import Path
from string import Template
from typing import Any

from dwsim.exploration.report import vega
from dwsim.exploration.report.columns import pair_columns
from dwsim.exploration.report.document import document
from dwsim.exploration.report.front_chart import front_chart
from dwsim.exploration.report.layers_chart import layers_chart
from dwsim.exploration.report.roofline import roofline_chart
from dwsim.exploration.report.theme import DARK, LIGHT, Palette, chart_config
from dwsim.exploration.results import Results
from dwsim.support.resources import report_dir
from dwsim.support.whole_file import write_whole
from dwsim.version import __version__

SCRIPTS = (
    "format.js",
    "data.js",
    "filter.js",
    "front.js",
    "table.js",
    "layers.js",
    "roofline.js",
    "engine.js",
    "notes.js",
    "controls.js",
    "main.js",
)
"""The scripts in their order in the page: each one uses only those before it."""


def write_report(results: Results, path: Path, bandwidth: float | None = None) -> None:
    """Writes the report of an exploration as one HTML file.

    ``bandwidth`` of a memory, in GB/s, is that of the rooflines until the reader sets another one.
    The same results give the same bytes. The file is all that a browser needs: the content security
    policy of the page forbids every fetch.

    Raises:
        ToolError: if vl-convert, which provides Vega, is not installed.
        OSError: if the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page(results, bandwidth).encode())


def page(results: Results, bandwidth: float | None = None) -> str:
    """The text of the page."""
    charts = {"light": _charts(LIGHT), "dark": _charts(DARK)}
    content = document(results) | {"charts": charts, "bandwidth": bandwidth}
    scripts = "\n".join(_asset(name) for name in SCRIPTS)
    return Template(_asset("page.html")).substitute(
        title=html.escape(results.description.space),
        version=__version__,
        light=LIGHT.css(),
        dark=DARK.css(),
        style=_asset("page.css"),
        licenses=_asset("licenses.txt"),
        vega=_inline(vega.javascript()),
        data=_packed(content),
        script=_inline(scripts),
    )


def _charts(palette: Palette) -> dict[str, Any]:
    """The charts of one colour scheme, with columns that the page replaces."""
    columns = {column.key: column for column in pair_columns()}
    return {
        "config": chart_config(palette),
        "front": front_chart(columns["cycles"], columns["lut"], palette),
        "layers": layers_chart(palette, width=400),
        "roofline": roofline_chart(palette),
    }


def _asset(name: str) -> str:
    return (report_dir() / name).read_text(encoding="utf-8")


def _inline(script: str) -> str:
    # An HTML parser ends a script at this text, even inside a string.
    return script.replace("</script", "<\\/script")


def _packed(content: dict[str, Any]) -> str:
    """The content as compressed JSON in base64."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
