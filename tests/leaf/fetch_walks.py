"""The promised walk of dw_fetch over segments, raster rows and reads, without its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Config = Mapping[str, int]

GEOMETRY = (
    *("ifmap_w", "ifmap_h", "kernel_h", "kernel_w", "tap_segments", "span", "pitch", "start_x"),
    *("start_y", "end_y", "step_x", "step_y", "stride_h", "dilation_w", "dilation_h"),
    *("start_address", "step_address", "row_address", "tap_address", "plane_beats", "groups"),
    "planes",
)
"""The entries of a plan's geometry that are inputs of dw_fetch; ``sets`` has another name there."""


@dataclass(frozen=True)
class Segment:
    """``top`` is the ifmap row under the first kernel row of the segment's group, ``y`` its own."""

    plane: int
    top: int
    x: int
    y: int


@dataclass(frozen=True)
class Pixels:
    """A read of a segment: the pixels ``pixel`` to ``end`` of the stream, if it has any."""

    segment: Segment
    has_pixels: bool
    pixel: int = 0
    end: int = 0
    first: int = 0
    last: bool = False


@dataclass(frozen=True)
class Walk:
    """The segments of a stream, and their reads.

    Args:
        config: the geometry of a plan.
        beat: pixels of a beat of the ring.
        width: pixels of a read.
    """

    config: Config
    beat: int
    width: int

    def segments(self) -> Iterator[Segment]:
        """Every segment of the stream, in order; without end, as if plane followed plane."""
        c = self.config
        places_w = c["pitch"] // c["stride_w"]
        plane = 0
        while True:
            for group in range(c["groups"]):
                row, column = divmod(group * c["cells"], places_w)
                x, top = c["start_x"] + column * c["stride_w"], c["start_y"] + row * c["stride_h"]
                for kernel_row, kernel_column in self._taps():
                    y = top + kernel_row * c["dilation_h"]
                    yield Segment(plane, top, x + kernel_column * c["dilation_w"], y)
            plane += 1

    def _taps(self) -> Iterator[tuple[int, int]]:
        """Kernel row and column of each segment of a group."""
        c = self.config
        for _ in range(c["channel_multiplier"]):
            for row in range(c["kernel_h"]):
                for column in range(c["kernel_w"] if c["tap_segments"] else 1):
                    yield row, column

    def address(self, segment: Segment) -> int:
        """The pixel of the stream in column 0 of the segment's first raster row."""
        return self._base(segment) + segment.y * self.config["ifmap_w"]

    def _base(self, segment: Segment) -> int:
        return segment.plane * self.config["plane_beats"] * self.beat

    def freed(self, segment: Segment) -> int | None:
        """The first pixel that the group of the segment needs; None if it needs none."""
        if segment.top >= self.config["ifmap_h"]:
            return None
        return self._base(segment) + max(segment.top, 0) * self.config["ifmap_w"]

    def reads(self, segment: Segment) -> Iterator[Pixels]:
        """The reads of a segment."""
        c = self.config
        below = -(-(c["end_y"] - segment.top) // c["stride_h"])  # raster rows from the first one on
        touched = -(-(c["span"] + segment.x) // c["pitch"])
        rows = range(max(1, min(below, touched)))
        for row in rows:
            y = segment.y + row * c["stride_h"]
            origin = row * c["pitch"] - segment.x  # the place of column 0
            columns = range(max(0, -origin), min(c["ifmap_w"], c["span"] - origin))
            if not 0 <= y < c["ifmap_h"] or not columns:
                yield Pixels(segment, False, last=row == rows[-1])
                continue
            address = self._base(segment) + y * c["ifmap_w"]
            first, stop = address + columns.start, address + columns.stop
            ends = range(first - first % self.beat + self.width, stop + self.width, self.width)
            for end in ends:
                begin = max(first, end - self.width)
                last = end >= stop and row == rows[-1]
                place = origin + begin - address
                yield Pixels(segment, True, begin, min(end, stop), place, last)
