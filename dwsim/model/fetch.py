"""Model of ``dw_fetch``: asks the ring for the pixels of one segment after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


@dataclass(frozen=True)
class Mark:
    """The marks of a word: it has pixels, it completes its segment, its first pixel's place."""

    filled: bool
    last: bool
    first: int


@dataclass(frozen=True)
class Read:
    """The read of one cycle, unless a stall delays it."""

    pixel: int
    end: int
    row_end: int
    filled: bool
    row_done: bool
    segment_end: bool
    first: int


class Fetch(Component):
    """Walks planes, groups, weight sets, kernel rows and taps; coordinates as in the RTL."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.pixels = numbers.shape.ring_pixels
        self.planes_left = self.groups_left = self.sets_left = 0
        self.rows_left = self.taps_left = 0
        self.group_x = self.group_y = self.group_address = self.plane_base = 0
        self.kernel_y = self.kernel_address = self.segment_x = 0
        self.place = self.column = self.y = self.base_y = self.address = 0
        self.free = 0
        self.marks: tuple[Mark | None, ...] = (None, None, None)
        self.turns = (0, 0)

    @property
    def mark(self) -> Mark | None:
        """The mark of the word that comes out; None if none does."""
        return self.marks[-1]

    @property
    def amount(self) -> int:
        """The amount by which the rotator turns its word."""
        return self.turns[-1]

    def read(self, config: Mapping[str, Any]) -> Read:
        """The read that comes next."""
        row_end = min(config["ifmap_w"], config["span"] - self.place)
        filled = 0 <= self.y < config["ifmap_h"] and self.column < row_end
        pixel = self.address + self.column
        reach = self.column + self.pixels - pixel % self.beat_pixels
        row_done = not filled or reach >= row_end
        ends = self.place + config["pitch"] >= config["span"]
        ends = ends or self.base_y + config["stride_h"] >= config["end_y"]
        end = min(reach, row_end)
        return Read(
            pixel, self.address + end, end, filled, row_done, row_done and ends,
            self.place + self.column,
        )  # fmt: skip

    def compute(
        self, restart: bool, run: bool, step: bool, filled: int, config: Mapping[str, Any]
    ) -> bool:
        """Returns True if a read is made; ``filled`` is the count of pixels in the ring."""
        if restart:
            self._restart(config)
            return False
        self.next = {}
        if self.group_y < 0:
            self.next["free"] = self.plane_base
        elif self.group_y < config["ifmap_h"]:
            self.next["free"] = self.group_address
        read = self.read(config)
        waits = read.filled and filled < read.end
        advance = run and step and self.planes_left > 0 and not waits
        if advance and read.segment_end:
            self._next_segment(config)
        elif advance and read.row_done:
            self.next |= {
                "place": self.place + config["pitch"],
                "column": max(0, -self.place - config["pitch"]),
                "y": self.y + config["stride_h"],
                "base_y": self.base_y + config["stride_h"],
                "address": self.address + config["row_address"],
            }
        elif advance:
            self.next["column"] = read.row_end
        if step:
            mark = Mark(read.filled, read.segment_end, read.first) if advance else None
            turn = (read.pixel - read.first) % self.pixels
            self.next["marks"] = (mark, *self.marks[:-1])
            self.next["turns"] = (turn, self.turns[0])
        return advance

    def _restart(self, config: Mapping[str, Any]) -> None:
        x, y, address = config["start_x"], config["start_y"], config["start_address"]
        self.next = {
            "planes_left": config["planes"],
            "groups_left": config["groups"],
            "sets_left": config["channel_multiplier"],
            "rows_left": config["kernel_h"],
            "taps_left": config["kernel_w"],
            "plane_base": 0,
            "group_x": x,
            "group_y": y,
            "group_address": address,
            "free": 0,
            "marks": (None, None, None),
        } | self._segment(x, y, y, address)

    def _segment(self, x: int, y: int, base_y: int, address: int) -> dict[str, int]:
        """The first read of a segment that begins at column ``x`` of ifmap row ``y``."""
        return {
            "segment_x": x,
            "kernel_y": y,
            "kernel_address": address,
            "place": -x,
            "column": max(x, 0),
            "y": y,
            "base_y": base_y,
            "address": address,
        }

    def _next_segment(self, config: Mapping[str, Any]) -> None:
        tap_end = not config["tap_segments"] or self.taps_left == 1
        row_end = tap_end and self.rows_left == 1
        set_end = row_end and self.sets_left == 1
        plane_end = set_end and self.groups_left == 1
        self.next["taps_left"] = config["kernel_w"] if tap_end else self.taps_left - 1
        if tap_end:
            self.next["rows_left"] = config["kernel_h"] if row_end else self.rows_left - 1
        if row_end:
            sets = config["channel_multiplier"]
            self.next["sets_left"] = sets if set_end else self.sets_left - 1
        if set_end:
            self.next["groups_left"] = config["groups"] if plane_end else self.groups_left - 1
        if plane_end:
            self.next["planes_left"] = self.planes_left - 1
        x, y, address = self._group(set_end, plane_end, config)
        kernel_y, kernel_address = self.kernel_y, self.kernel_address
        if row_end:
            kernel_y, kernel_address = y, address
        elif tap_end:
            kernel_y += config["dilation_h"]
            kernel_address += config["tap_address"]
        start = x if tap_end else self.segment_x + config["dilation_w"]
        self.next |= self._segment(start, kernel_y, y, kernel_address)

    def _group(
        self, set_end: bool, plane_end: bool, config: Mapping[str, Any]
    ) -> tuple[int, int, int]:
        """Place and address of the group of the next segment."""
        x, y, address = self.group_x, self.group_y, self.group_address
        if plane_end:
            base = self.plane_base + config["plane_beats"] * self.beat_pixels
            self.next["plane_base"] = base
            x, y = config["start_x"], config["start_y"]
            address = base + config["start_address"]
        elif set_end:
            x, y = x + config["step_x"], y + config["step_y"]
            address += config["step_address"]
            if x >= config["wrap_x"]:
                x, y = x - config["pitch"], y + config["stride_h"]
                address += config["row_address"]
        self.next |= {"group_x": x, "group_y": y, "group_address": address}
        return x, y, address
