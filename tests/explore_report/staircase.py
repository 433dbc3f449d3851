"""The line of a plot, read from its SVG, and what it has to be."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

CLOSE = 0.01
"""Pixels: numbers of a path are rounded."""

SVG = "{http://www.w3.org/2000/svg}"


def staircase(costs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that no other one beats in both costs; of equal second costs the first."""
    return sorted(
        (x, y)
        for x, y in set(costs)
        if not any((a <= x and b <= y) and (a, b) != (x, y) for a, b in set(costs))
    )


def line_corners(path: Path) -> list[tuple[float, float]]:
    """Where the line of a plot takes a step: the points that it joins, in pixels.

    To the right has to be better.
    """
    marks = {
        kind: [
            child
            for group in ElementTree.parse(path).iter(f"{SVG}g")
            if f"mark-{kind} role-mark" in group.get("class", "")
            for child in group.findall(f"{SVG}path")
        ]
        for kind in ("line", "symbol")
    }
    (line,) = marks["line"]
    numbers = [float(number) for number in re.findall(r"[-.\d]+", line.get("d"))]
    corners = zip(numbers[::2], numbers[1::2], strict=True)
    places = [re.findall(r"[-.\d]+", symbol.get("transform")) for symbol in marks["symbol"]]
    points = [(float(x), float(y)) for x, y in places]
    found = {point for corner in corners for point in points if math.dist(point, corner) < CLOSE}
    # A point that the line only passes is no better in the one column, and worse in the other.
    return sorted(p for p in found if not any(q[1] == p[1] and q[0] > p[0] for q in found))
