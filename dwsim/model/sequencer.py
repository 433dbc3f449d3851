"""Model of ``dw_sequencer``: one tap after the other, group after group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


@dataclass(frozen=True)
class Tap:
    """The tap that fires in a cycle, or would fire if it could."""

    fires: bool
    starved: bool
    backpressured: bool
    first_column: bool
    first_row: bool
    uses_segment: bool
    completes: bool
    advances: bool
    plane_end: bool
    image_end: bool
    stream_end: bool


NO_TAP = Tap(*[False] * 11)
"""No tap fires, and none waits."""


class Sequencer(Component):
    """Counters of taps, weight sets, groups and planes, and the walk that places the cells."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.all_cells = numbers.formats.pixels
        self.set_words = numbers.spec.taps
        self.placed = 0
        self.init_x = self.init_y = 0
        self.columns_left = self.rows_left = self.sets_left = 0
        self.groups_left = self.planes_left = self.image_left = self.drain_left = 0
        self.weight_word = self.set_word = self.plane_word = 0
        self.weight_set = self.plane_set = 0
        self.done = True
        """No tap is left."""

    def init(self, run: bool) -> bool:
        """A cell gets its place in this cycle."""
        return run and self.placed < self.all_cells

    def init_wraps(self, config: Mapping[str, Any]) -> bool:
        """The place of the next cell begins a raster row."""
        wraps: bool = self.init_x + config["stride_w"] >= config["wrap_x"]
        return wraps

    def tap(self, run: bool, ready: bool, room: bool, config: Mapping[str, Any]) -> Tap:
        """This cycle's tap; ``ready`` is the segment's, ``room`` the output's."""
        first_column = self.columns_left == config["kernel_w"]
        first_row = self.rows_left == config["kernel_h"]
        uses = first_column or bool(config["tap_segments"])
        completes = self.columns_left == 1 and self.rows_left == 1
        advances = completes and self.sets_left == 1
        plane_end = advances and self.groups_left == 1
        live = run and self.placed == self.all_cells and not self.done
        has_pixels = not uses or ready
        may_complete = self.drain_left <= 1 and room
        return Tap(
            fires=live and has_pixels and (not completes or may_complete),
            starved=live and not has_pixels,
            backpressured=live and has_pixels and completes and not room,
            first_column=first_column,
            first_row=first_row,
            uses_segment=uses,
            completes=completes,
            advances=advances,
            plane_end=plane_end,
            image_end=self.image_left == 1,
            stream_end=plane_end and self.planes_left == 1,
        )

    def compute(self, restart: bool, run: bool, tap: Tap, config: Mapping[str, Any]) -> None:
        """``tap`` is this cycle's."""
        self.next = {}
        if restart:
            self.next = {
                "done": False,
                "placed": 0,
                "init_x": config["start_x"],
                "init_y": config["start_y"],
                "columns_left": config["kernel_w"],
                "rows_left": config["kernel_h"],
                "sets_left": config["channel_multiplier"],
                "groups_left": config["groups"],
                "planes_left": config["planes"],
                "image_left": config["image_planes"],
                "drain_left": 0,
                "weight_word": 0,
                "set_word": 0,
                "plane_word": 0,
                "weight_set": 0,
                "plane_set": 0,
            }
            return
        if self.init(run):
            self.next["placed"] = self.placed + 1
            wraps = self.init_wraps(config)
            x = self.init_x + config["stride_w"]
            self.next["init_x"] = config["start_x"] if wraps else x
            self.next["init_y"] = self.init_y + (config["stride_h"] if wraps else 0)
        done = tap.fires and tap.completes
        chunks = config["final_chunks" if tap.plane_end else "chunks"]
        self.next["drain_left"] = chunks if done else max(self.drain_left - 1, 0)
        if tap.fires:
            self._count(tap, config)
            self._address(tap)

    def _count(self, tap: Tap, config: Mapping[str, Any]) -> None:
        column_end = self.columns_left == 1
        self.next["columns_left"] = config["kernel_w"] if column_end else self.columns_left - 1
        if column_end:
            self.next["rows_left"] = config["kernel_h"] if tap.completes else self.rows_left - 1
        if tap.completes:
            sets = config["channel_multiplier"]
            self.next["sets_left"] = sets if tap.advances else self.sets_left - 1
        if tap.advances:
            self.next["groups_left"] = config["groups"] if tap.plane_end else self.groups_left - 1
        if tap.plane_end:
            planes = config["planes"] if tap.stream_end else self.planes_left - 1
            self.next |= {"planes_left": planes, "done": tap.stream_end}
            left = config["image_planes"] if tap.image_end else self.image_left - 1
            self.next["image_left"] = left

    def _address(self, tap: Tap) -> None:
        """The words of a set have consecutive addresses, and so do the sets."""
        if not tap.completes:
            self.next["weight_word"] = self.weight_word + 1
            return
        word, index = self.set_word + self.set_words, self.weight_set + 1
        if tap.plane_end and tap.image_end:
            word = index = 0
        elif tap.advances and not tap.plane_end:
            word, index = self.plane_word, self.plane_set
        self.next |= {"weight_word": word, "set_word": word, "weight_set": index}
        if tap.plane_end:
            self.next |= {"plane_word": word, "plane_set": index}
