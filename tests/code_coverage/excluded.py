"""Points of the Verilog that no stream can reach, each with the reason.

An exclusion is for points that a run did not reach; one that is reached counts like every other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.code_coverage.points import Point

_BIT = re.compile(r"(?:.*\.)?(\w+)\[(\d+)\]:.*")
_EXTENSION = re.compile(r"wire \[(\d+)-1:0\] (wide_(\w+)) = \{\{(\d+)\{1'b0\}\}, \3\};")
_CYCLES = re.compile(r"(last_)?(cycles|starved|backpressured)(_now)?")
_MILLION, _THOUSANDS = 20, 11
"""The first bits that a million cycles and 2,048 streams need."""


@dataclass(frozen=True)
class Exclusion:
    """Which points, and why no stream reaches them. ``covers`` gets the point and its line."""

    name: str
    reason: str
    covers: Callable[[Point, str], bool]


EXCLUDED = (
    Exclusion(
        "unused bits",
        "a wire that takes bits which no logic uses, for lint: always 0",
        lambda point, line: (
            re.search(r"\bunused\w*(:|\[)", point.name) is not None and "&{" in line
        ),
    ),
    Exclusion(
        "bit 0 of a response",
        "AXI4-Lite's OKAY and SLVERR differ in bit 1 only",
        lambda point, _: re.match(r"s_axil_[br]resp\[0\]:", point.name) is not None,
    ),
    Exclusion(
        "function of parameters",
        "it runs at elaboration only",
        lambda point, _: (point.file, point.kind) == ("dw_pixel_pack.v", "line"),
    ),
    Exclusion(
        "saturated counter",
        "a counter stops at 4,294,967,295, which only a stream of 4,294,967,295 cycles reaches",
        lambda point, line: (
            (point.file, point.name) == ("dw_stream_counters.v", "cond_then") and "(&" in line
        ),
    ),
    Exclusion(
        "upper bits of counters",
        "they need a stream of a million cycles, or 2,048 streams after a reset",
        lambda point, _: _is_upper_bit(point),
    ),
)


def _is_upper_bit(point: Point) -> bool:
    found = _BIT.fullmatch(point.name)
    counts = ("dw_stream_counters.v", "_axil.v", "_registers.v")
    if found is None or not point.file.endswith(counts):
        return False
    name, bit = found[1], int(found[2])
    if name in ("streams", "streams_finished"):
        return bit >= _THOUSANDS
    return _CYCLES.fullmatch(name) is not None and bit >= _MILLION


def zero_extensions(verilog: Mapping[str, str]) -> Iterator[Exclusion]:
    """Bits that the top with registers adds to a register for the check of its geometry."""
    files = [text for name, text in verilog.items() if name.endswith("_axil.v")]
    widths: dict[str, int] = {}
    for text in files:
        for found in _EXTENSION.finditer(text):
            own = int(found[1]) - int(found[4])
            for name in (found[2], found[3]):
                widths[name] = max(widths.get(name, 0), own)

    def covers(point: Point, _: str) -> bool:
        found = _BIT.fullmatch(point.name)
        places = ("_axil.v", "dw_geometry_check.v")
        if found is None or point.kind != "toggle" or not point.file.endswith(places):
            return False
        return int(found[2]) >= widths.get(found[1], 1 << 30)

    yield Exclusion(
        "zero extension", "the register has fewer bits than the check of a geometry", covers
    )


def split(
    counts: Counter[Point], verilog: Mapping[str, str]
) -> tuple[Counter[Point], dict[Point, Exclusion]]:
    """The points that count, and the exclusion of each other one."""
    exclusions = (*EXCLUDED, *zero_extensions(verilog))
    lines = {name: text.splitlines() for name, text in verilog.items()}
    kept: Counter[Point] = Counter()
    excluded: dict[Point, Exclusion] = {}
    for point, count in counts.items():
        line = lines[point.file][point.line - 1]
        found = None if count else next((x for x in exclusions if x.covers(point, line)), None)
        if found is None:
            kept[point] = count
        else:
            excluded[point] = found
    return kept, excluded
