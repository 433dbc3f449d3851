"""Places the multiplier blocks of an engine lane by lane.

The multiplier blocks of an FPGA lie in a few rows from edge to edge. nextpnr's placer moves each
block to any free site in its last step, often far from its lane. No wire connects one lane to
another, so this module places the blocks of a lane side by side: the lanes follow each other across
the middle of the part, each in a strip that holds its kernel rows one above the other. nextpnr
places everything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VERSION = 1
"""Version of the order of cells and sites. Cached results of place and route depend on it."""

_LANE = re.compile(r"\bg_(?:lane|requantise)\[(\d+)\]")
_SITE = re.compile(r"X(\d+)/Y(\d+)/")
_PLACED = "NEXTPNR_BEL"


def blocks_netlist(block: str, count: int) -> str:
    """A netlist of ``count`` blocks only. Its placement names every site of the part."""
    nothing: dict[str, Any] = {"parameters": {}, "port_directions": {}, "connections": {}}
    cells = {f"b{i}": {"type": block, "attributes": {}, **nothing} for i in range(count)}
    module = {"attributes": {"top": "1"}, "ports": {}, "cells": cells, "netnames": {}}
    return json.dumps({"creator": "dwsim", "modules": {"blocks": module}})


def read_sites(placed: Path) -> list[str]:
    """The sites of a netlist that nextpnr has placed and written, column by column."""
    (module,) = json.loads(placed.read_text())["modules"].values()
    sites = (cell["attributes"].get(_PLACED) for cell in module["cells"].values())
    return sorted((site for site in sites if site), key=_column_row)


def place_blocks(module: dict[str, Any], block: str, sites: list[str]) -> dict[str, str]:
    """Assigns a site to each multiplier block of a module; returns the site of each cell.

    Args:
        module: a module of Yosys's JSON; its blocks get the attribute BEL.
        block: the cell type of the blocks.
        sites: all sites of the part, column by column; at least one for each block.
    """
    blocks = [name for name, cell in module["cells"].items() if cell["type"] == block]
    first = (len(sites) - len(blocks)) // 2  # the middle of the part
    middle = iter(sites[first:])
    placed: dict[str, str] = {}
    for lane in _by_lane(blocks):
        strip = sorted((next(middle) for _ in lane), key=_row_column)
        placed.update(zip(lane, strip, strict=True))
    for name, site in placed.items():
        module["cells"][name]["attributes"]["BEL"] = site
    return placed


def _by_lane(names: Iterable[str]) -> list[list[str]]:
    """The blocks of each lane, array rows first; blocks outside of any lane come last."""
    lanes: dict[float, list[str]] = {}
    for name in sorted(names, key=_natural):
        found = _LANE.search(name)
        lanes.setdefault(int(found[1]) if found else float("inf"), []).append(name)
    return [lanes[lane] for lane in sorted(lanes)]


def _natural(name: str) -> list[Any]:
    """A sort key that compares the numbers in names as numbers: row 10 follows row 9."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _column_row(site: str) -> tuple[int, int, str]:
    found = _SITE.match(site)
    assert found is not None, site
    return int(found[1]), int(found[2]), site


def _row_column(site: str) -> tuple[int, int, str]:
    x, y, name = _column_row(site)
    return y, x, name
