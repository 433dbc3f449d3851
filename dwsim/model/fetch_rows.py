"""Model of ``dw_fetch_rows``: segments into raster rows, rows into reads of the ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.fetch_walk import FetchWalk


@dataclass(frozen=True)
class Offer:
    """A segment that was taken: its first raster row, and the first pixel that it needs."""

    row: Row
    free: int | None


@dataclass(frozen=True)
class Row:
    """A raster row of a segment: the ifmap column at its place 0, and the address of column 0."""

    x: int
    y: int
    group_y: int
    address: int


@dataclass(frozen=True)
class Read:
    """Pixels of the ring that are read in a cycle, from ``pixel`` to ``last_pixel``.

    ``free`` is the first pixel that the segment behind this one needs, None if it needs none.
    """

    filled: bool
    segment_end: bool
    pixel: int
    last_pixel: int
    first: int
    free: int | None


@dataclass(frozen=True)
class Reads:
    """The pixels of a row that are to be read, from ``pixel`` on; ``left`` follow that one."""

    filled: bool
    row_ends_segment: bool
    free: int | None
    pixel: int
    left: int
    first: int


class FetchRows(Component):
    """A segment that waits, a row, one that waits, and the pixels that are still to be read."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.pixels = numbers.shape.ring_pixels
        self.waiting: Offer | None = None
        """The segment behind that of the row; None: it is still the walk's."""
        self.row: Row | None = None
        self.held: Reads | None = None
        self.reads: Reads | None = None

    def _into_beat(self, reads: Reads) -> int:
        return reads.pixel % self.beat_pixels

    def _is_read_last(self, reads: Reads) -> bool:
        """The read is the last one of its row."""
        return not reads.filled or reads.left + self._into_beat(reads) < self.pixels

    @property
    def read(self) -> Read | None:
        """The read that comes next; None if there is none."""
        reads = self.reads
        if reads is None:
            return None
        last = self._is_read_last(reads)
        whole = reads.pixel - self._into_beat(reads) + self.pixels - 1
        return Read(
            reads.filled,
            reads.row_ends_segment and last,
            reads.pixel,
            reads.pixel + reads.left if last else whole,
            reads.first,
            reads.free,
        )

    @property
    def _row_leaves(self) -> bool:
        return self.row is not None and self.held is None

    @staticmethod
    def _is_last(row: Row, config: Mapping[str, Any]) -> bool:
        """The row fills its segment, or has no row of the raster below it."""
        fills = row.x <= config["pitch"] - config["span"]
        return bool(fills or row.group_y + config["stride_h"] >= config["end_y"])

    def take(self, walk: FetchWalk) -> bool:
        """A segment is accepted in this cycle."""
        return walk.valid and self.waiting is None

    def compute(
        self, restart: bool, walk: FetchWalk, ready: bool, config: Mapping[str, Any]
    ) -> None:
        """``ready``: the read, if there is one, leaves in this cycle."""
        self.next = {}
        if restart:
            self.next = {"waiting": None, "row": None, "held": None, "reads": None}
            return
        row, reads = self.row, self.reads
        last = row is not None and self._is_last(row, config)
        walked = Offer(Row(walk.x, walk.y, walk.group_y, walk.address), walk.free_pixel(config))
        behind = self.waiting or walked
        if row is None or (self._row_leaves and last):
            there = self.waiting is not None or walk.valid
            self.next |= {"row": behind.row if there else None, "waiting": None}
        elif self.take(walk):
            self.next["waiting"] = walked
        if row is not None and self._row_leaves and not last:
            down = config["stride_h"]
            below = Row(
                row.x - config["pitch"], row.y + down, row.group_y + down,
                row.address + config["row_address"],
            )  # fmt: skip
            self.next["row"] = below
        held = self.held
        if row is not None and held is None:
            held = self._reads(row, last, behind.free, config)
        if reads is None or (ready and self._is_read_last(reads)):
            self.next |= {"reads": held, "held": None}
            return
        self.next["held"] = held
        if ready:
            into = self._into_beat(reads)
            self.next["reads"] = replace(
                reads,
                pixel=reads.pixel - into + self.pixels,
                left=reads.left + into - self.pixels,
                first=reads.first + self.pixels - into,
            )

    def _reads(self, row: Row, last: bool, free: int | None, config: Mapping[str, Any]) -> Reads:
        """The reads of a row; ``free`` is what the segment behind it needs."""
        column = max(row.x, 0)
        end = min(config["ifmap_w"], row.x + config["span"])
        return Reads(
            filled=0 <= row.y < config["ifmap_h"] and column < end,
            row_ends_segment=last,
            free=free,
            pixel=row.address + column,
            left=end - column - 1,
            first=column - row.x,
        )
