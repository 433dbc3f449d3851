"""Model of ``dw_fetch_rows``: segments into raster rows, rows into reads of the ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.fetch_walk import FetchWalk


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


class FetchRows(Component):
    """A row, and the pixels of the row before it that are still to be read."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.pixels = numbers.shape.ring_pixels
        self.row: Row | None = None
        self.valid = self.filled = self.row_ends_segment = False
        self.pixel = self.left = self.first = 0
        self.free: int | None = None

    @property
    def _into_beat(self) -> int:
        return self.pixel % self.beat_pixels

    @property
    def _read_last(self) -> bool:
        """The read is the last one of its row."""
        return not self.filled or self.left + self._into_beat < self.pixels

    @property
    def read(self) -> Read | None:
        """The read that comes next; None if there is none."""
        if not self.valid:
            return None
        whole = self.pixel - self._into_beat + self.pixels - 1
        return Read(
            self.filled,
            self.row_ends_segment and self._read_last,
            self.pixel,
            self.pixel + self.left if self._read_last else whole,
            self.first,
            self.free,
        )

    def _row_leaves(self, ready: bool) -> bool:
        return self.row is not None and (not self.valid or (ready and self._read_last))

    @staticmethod
    def _is_last(row: Row, config: Mapping[str, Any]) -> bool:
        """The row fills its segment, or has no row of the raster below it."""
        fills = row.x <= config["pitch"] - config["span"]
        return bool(fills or row.group_y + config["stride_h"] >= config["end_y"])

    def take(self, walk: FetchWalk, ready: bool, config: Mapping[str, Any]) -> bool:
        """A segment is accepted in this cycle."""
        row = self.row
        return walk.valid and (
            row is None or (self._row_leaves(ready) and self._is_last(row, config))
        )

    def compute(
        self, restart: bool, walk: FetchWalk, ready: bool, config: Mapping[str, Any]
    ) -> None:
        """``ready``: the read, if there is one, leaves in this cycle."""
        self.next = {}
        if restart:
            self.next = {"row": None, "valid": False}
            return
        row, leaves = self.row, self._row_leaves(ready)
        last = row is not None and self._is_last(row, config)
        if self.take(walk, ready, config):
            self.next["row"] = Row(walk.x, walk.y, walk.group_y, walk.address)
        elif row is not None and leaves:
            down = config["stride_h"]
            below = Row(
                row.x - config["pitch"], row.y + down, row.group_y + down,
                row.address + config["row_address"],
            )  # fmt: skip
            self.next["row"] = None if last else below
        if row is not None and leaves:
            self._begin(row, config)
            self.next |= {"row_ends_segment": last, "free": walk.free_pixel(config)}
        elif self.valid and ready:
            self.next |= {
                "valid": not self._read_last,
                "pixel": self.pixel - self._into_beat + self.pixels,
                "left": self.left + self._into_beat - self.pixels,
                "first": self.first + self.pixels - self._into_beat,
            }

    def _begin(self, row: Row, config: Mapping[str, Any]) -> None:
        """The first read of a row."""
        column = max(row.x, 0)
        end = min(config["ifmap_w"], row.x + config["span"])
        self.next |= {
            "valid": True,
            "filled": 0 <= row.y < config["ifmap_h"] and column < end,
            "pixel": row.address + column,
            "left": end - column - 1,
            "first": column - row.x,
        }
