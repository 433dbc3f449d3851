"""Reads a plot from its SVG, and computes its expected line."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

CLOSE = 0.01
"""Tolerance in pixels, because the numbers of a path are rounded."""

RING = "2.5"
"""The stroke width of the ring around the chosen engine."""

SVG = "{http://www.w3.org/2000/svg}"


def staircase(costs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that no other point dominates in both costs; of equal second costs the first."""
    return sorted(
        (x, y)
        for x, y in set(costs)
        if not any((a <= x and b <= y) and (a, b) != (x, y) for a, b in set(costs))
    )


class Plot:
    """The visible parts of a plot that was saved as SVG."""

    def __init__(self, path: Path) -> None:
        self.root = ElementTree.parse(path).getroot()

    def marks(self, kind: str) -> list[ElementTree.Element]:
        """Its lines, or its symbols without those of legends."""
        groups = self.root.iter(f"{SVG}g")
        wanted = [g for g in groups if f"mark-{kind} role-mark" in g.get("class", "")]
        return [path for group in wanted for path in group.findall(f"{SVG}path")]

    @property
    def points(self) -> list[tuple[float, float]]:
        """The positions of its symbols in pixels, without the ring of the chosen engine."""
        symbols = [mark for mark in self.marks("symbol") if mark.get("stroke-width") != RING]
        return [_numbers(symbol.get("transform"))[0] for symbol in symbols]

    def order(self, axis: int) -> list[int]:
        """The points, numbered as they are drawn, along axis 0 or 1; the places may scale."""
        points = self.points
        return sorted(range(len(points)), key=lambda i: (round(points[i][axis], 2), i))

    def texts(self, role: str) -> list[str]:
        """The texts of a role: ``axis-title``, ``axis-label``, ``legend-title``."""
        groups = [g for g in self.root.iter(f"{SVG}g") if f"role-{role}" in g.get("class", "")]
        return [text.text for group in groups for text in group.iter(f"{SVG}text") if text.text]

    def joined(self) -> list[tuple[float, float]]:
        """The points that its line joins if right is better, without those that it only passes."""
        (line,) = self.marks("line")
        corners = _numbers(line.get("d"))
        near = {p for corner in corners for p in self.points if math.dist(p, corner) < CLOSE}
        # The line passes points that are equal in one column and worse in the other.
        return sorted(p for p in near if not any(q[1] == p[1] and q[0] > p[0] for q in near))


def _numbers(text: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"[-.\d]+", text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
