"""Converts Vega-Lite charts to files, and provides the JavaScript of Vega and parts of charts."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Container, Mapping
from typing import Any

from dwsim.errors import ToolError

VEGA_LITE = "6.4"
"""The version of the charts, and of the scripts in a page."""

FORMATS = ("svg", "png")
"""The formats of figures. PDF is missing, because vl-convert writes other bytes each time."""

SCHEMA = f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.split('.')[0]}.json"
_SNIPPET = "window.vegaEmbed = vegaEmbed;"
_INSTALL = "pip install 'dwsim[report]'"
# About 1,350 pixels for a front: 380 dots per inch in a column of 3.5 inches.
_PNG_SCALE = 3


def require() -> None:
    """Checks that vl-convert is installed.

    Raises:
        ToolError: with the command that installs it.
    """
    _vl_convert()


@functools.cache
def javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that sets ``window.vegaEmbed``.

    Raises:
        ToolError: if vl-convert is not installed.
    """
    script: str = _vl_convert().javascript_bundle(_SNIPPET, vl_version=VEGA_LITE)
    return script


def chart_bytes(spec: Mapping[str, Any], form: str) -> bytes:
    """A chart in one of ``FORMATS``; the same spec always gives the same bytes.

    Raises:
        ToolError: if vl-convert is not installed.
    """
    convert = _vl_convert()
    if form == "svg":
        return _renumbered(convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE)).encode()
    png: bytes = convert.vegalite_to_png(dict(spec), vl_version=VEGA_LITE, scale=_PNG_SCALE)
    return png


def _renumbered(svg: str) -> str:
    # Vega numbers clip paths and gradients over all charts of the process.
    names: dict[str, str] = {}
    for name in re.findall(r'id="((?:clip|gradient)[\w-]*)"', svg):
        names.setdefault(name, f"part{len(names)}")
    return re.sub(
        r'(id="|url\(#|href="#)((?:clip|gradient)[\w-]*)',
        lambda match: match[1] + names.get(match[2], match[2]),
        svg,
    )


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise ToolError(
            f"the report needs the Python package vl-convert-python: {_INSTALL}"
        ) from error
    return vl_convert


def keep(scale: dict[str, Any], present: Container[str]) -> None:
    """Removes the colours of absent values from a scale, and so from its legend."""
    pairs = zip(scale["domain"], scale["range"], strict=True)
    kept = [pair for pair in pairs if pair[0] in present]
    scale["domain"], scale["range"] = ([pair[i] for pair in kept] for i in range(2))


def expression(titles: Mapping[str, str]) -> str:
    """A dictionary of words in the expression language of Vega."""
    return json.dumps(dict(titles))
