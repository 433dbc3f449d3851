"""Where the multiplier blocks of an engine go, which nextpnr would scatter over the part.

The blocks of an FPGA sit in a few rows from edge to edge, and nextpnr's placer moves each to some
free one at the end, far from the lane that it belongs to. A lane is a bundle that no other lane
has a wire to, so its blocks go side by side: lanes follow each other across the middle of the
part, each in a strip with its kernel rows above each other. The rest is nextpnr's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VERSION = 1
"""Of the order of cells and sites; results of place and route depend on it."""

_LANE = re.compile(r"\bg_(?:lane|requantise)\[(\d+)\]")
_SITE = re.compile(r"X(\d+)/Y(\d+)/")
_PLACED = "NEXTPNR_BEL"


def blocks_netlist(block: str, count: int) -> str:
    """A netlist of ``count`` blocks and nothing else, whose placement names all sites."""
    nothing: dict[str, Any] = {"parameters": {}, "port_directions": {}, "connections": {}}
    cells = {f"b{i}": {"type": block, "attributes": {}, **nothing} for i in range(count)}
    module = {"attributes": {"top": "1"}, "ports": {}, "cells": cells, "netnames": {}}
    return json.dumps({"creator": "dwsim", "modules": {"blocks": module}})


def read_sites(placed: Path) -> list[str]:
    """The sites in a netlist that nextpnr has placed and written: column by column."""
    (module,) = json.loads(placed.read_text())["modules"].values()
    sites = (cell["attributes"].get(_PLACED) for cell in module["cells"].values())
    return sorted((site for site in sites if site), key=_column_row)


def place_blocks(module: dict[str, Any], block: str, sites: list[str]) -> dict[str, str]:
    """Puts a module's blocks where they belong; returns cell to site.

    Args:
        module: of Yosys's JSON; its blocks get the attribute BEL.
        block: their cell type.
        sites: all sites of the part, column by column; at least as many as there are blocks.
    """
    blocks = [name for name, cell in module["cells"].items() if cell["type"] == block]
    first = (len(sites) - len(blocks)) // 2  # the middle of the part
    middle = iter(sites[first:])
    placed = {}
    for lane in _by_lane(blocks):
        strip = sorted((next(middle) for _ in lane), key=_row_column)
        placed.update(zip(lane, strip, strict=True))
    for name, site in placed.items():
        module["cells"][name]["attributes"]["BEL"] = site
    return placed


def _by_lane(names: Iterable[str]) -> list[list[str]]:
    """Blocks of each lane, the array's first and row by row; the ones of no lane last."""
    lanes: dict[float, list[str]] = {}
    for name in sorted(names, key=_natural):
        found = _LANE.search(name)
        lanes.setdefault(int(found[1]) if found else float("inf"), []).append(name)
    return [lanes[lane] for lane in sorted(lanes)]


def _natural(name: str) -> list[Any]:
    """Numbers in names count: row 10 comes after row 9."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _column_row(site: str) -> tuple[int, int, str]:
    found = _SITE.match(site)
    assert found is not None, site
    return int(found[1]), int(found[2]), site


def _row_column(site: str) -> tuple[int, int, str]:
    x, y, name = _column_row(site)
    return y, x, name
