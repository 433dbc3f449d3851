"""Model of ``dw_fetch_walk``: walks the segments of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class FetchWalk(Component):
    """Walks planes, groups, weight sets, kernel rows and taps; coordinates as in the RTL."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.planes_left = self.groups_left = self.sets_left = 0
        self.rows_left = self.taps_left = 0
        self.group_x = self.group_y = self.group_address = self.plane_base = 0
        self.x = self.y = self.address = 0
        self.valid = False
        """A segment is left."""

    def free_pixel(self, config: Mapping[str, Any]) -> int | None:
        """The first pixel that the group of the segment needs; None if it needs none."""
        if self.group_y < 0:
            return self.plane_base
        return self.group_address if self.group_y < config["ifmap_h"] else None

    def compute(self, restart: bool, take: bool, config: Mapping[str, Any]) -> None:
        """``take``: the segment leaves in this cycle."""
        self.next = {}
        if restart:
            x, y, address = config["start_x"], config["start_y"], config["start_address"]
            self.next = {
                "valid": True,
                "planes_left": config["planes"],
                "groups_left": config["groups"],
                "sets_left": config["channel_multiplier"],
                "rows_left": config["kernel_h"],
                "taps_left": config["kernel_w"],
                "plane_base": 0,
                "group_x": x,
                "group_y": y,
                "group_address": address,
                "x": x,
                "y": y,
                "address": address,
            }
        elif take:
            self._step(config)

    def _step(self, config: Mapping[str, Any]) -> None:
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
            last = self.planes_left == 1
            self.next["planes_left"] = config["planes"] if last else self.planes_left - 1
            self.next["valid"] = not last
        x, y, address = self._group(set_end, plane_end, config)
        self.next["x"] = x if tap_end else self.x + config["dilation_w"]
        if row_end:
            self.next |= {"y": y, "address": address}
        elif tap_end:
            self.next["y"] = self.y + config["dilation_h"]
            self.next["address"] = self.address + config["tap_address"]

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
