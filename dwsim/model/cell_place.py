"""Model of ``dw_cell_place``: where the cells stand, and which of their taps count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.sequencer import NO_TAP, Tap


class CellPlace(Component):
    """Coordinates of every cell, int64 of shape (pixels,)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        zeros = np.zeros(numbers.formats.pixels, np.int64)
        self.index = np.arange(numbers.formats.pixels)
        self.begin_x = self.begin_y = self.cell_x = self.cell_y = zeros
        self.tap_x = self.tap_y = zeros
        self.tap_counts = self.in_ifmap = zeros.astype(bool)
        self.tap = NO_TAP
        """The tap of the cycle before."""

    def counts(self, config: Mapping[str, Any]) -> np.ndarray:
        """The cells of the last tap that stand on a place with an ofmap pixel."""
        inside = (self.cell_x < config["end_x"]) & (self.cell_y < config["end_y"])
        found: np.ndarray = inside & (self.index < config["cells"])
        return found

    def wraps(self, config: Mapping[str, Any]) -> np.ndarray:
        """The cells that ``step_x`` leads past the end of their raster rows."""
        found: np.ndarray = self.cell_x + config["step_x"] >= config["wrap_x"]
        return found

    def compute(
        self, init: bool, init_x: int, init_y: int, tap: Tap, config: Mapping[str, Any]
    ) -> None:
        """``init``: a place is shifted in; ``tap`` is this cycle's."""
        inside = (self.tap_x >= 0) & (self.tap_x < config["ifmap_w"])
        inside &= (self.tap_y >= 0) & (self.tap_y < config["ifmap_h"])
        self.next = {"in_ifmap": inside & self.tap_counts, "tap": tap}
        tap = self.tap
        if init:
            x, y = np.append(self.begin_x[1:], init_x), np.append(self.begin_y[1:], init_y)
            self.next |= {"begin_x": x, "begin_y": y, "cell_x": x, "cell_y": y}
        if not tap.fires:
            return
        self.next["tap_counts"] = self.counts(config)
        if tap.plane_end:
            self.next |= {"cell_x": self.begin_x, "cell_y": self.begin_y}
        elif tap.advances:
            x, y = self.cell_x + config["step_x"], self.cell_y + config["step_y"]
            wraps = self.wraps(config)
            self.next["cell_x"] = x - wraps * config["pitch"]
            self.next["cell_y"] = y + wraps * config["stride_h"]
        if tap.first_column:
            self.next["tap_x"] = self.cell_x
            later = self.tap_y + config["dilation_h"]
            self.next["tap_y"] = self.cell_y if tap.first_row else later
        else:
            self.next["tap_x"] = self.tap_x + config["dilation_w"]
