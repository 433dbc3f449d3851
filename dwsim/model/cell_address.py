"""Model of ``dw_cell_address``: the address of each cell's pixel for the tap that fires next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.sequencer import NO_TAP, Tap


class CellAddress(Component):
    """Addresses of every cell, int64 of shape (pixels,); they wrap."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.ring = numbers.shape.ring_beats * self.beat_pixels
        self.init_row = self.init_place = 0
        """The place that is shifted in, and the first one of its raster row."""
        zeros = np.zeros(numbers.formats.pixels, np.int64)
        self.begin_place = self.cell_place = self.row_place = self.tap_place = zeros
        self.placing = self.place_wraps = False
        self.taps = (NO_TAP, NO_TAP)
        """The taps of the last two cycles, the newer one first."""
        self.wraps = zeros.astype(bool)

    @property
    def addresses(self) -> np.ndarray:
        """The address of each cell."""
        return self.tap_place

    def compute(
        self,
        restart: bool,
        init: bool,
        init_wraps: bool,
        tap: Tap,
        wraps: np.ndarray,
        config: Mapping[str, Any],
    ) -> None:
        """``init``: a place is shifted in; ``tap`` is this cycle's; ``wraps``: see
        ``CellPlace``. All wait in registers first."""
        self.next = {
            "placing": init,
            "place_wraps": init_wraps,
            "taps": (tap, self.taps[0]),
            "wraps": wraps,
        }
        if restart:
            first = config["start_address"] + config["start_x"]
            self.next |= {"init_row": first, "init_place": first}
        elif self.placing:
            row = self.init_row + config["row_address"]
            self.next |= {
                "init_row": row if self.place_wraps else self.init_row,
                "init_place": row if self.place_wraps else self.init_place + config["stride_w"],
            }
        behind, fired = self.taps
        if self.placing:
            places = np.append(self.begin_place[1:], self.init_place % self.ring)
            for name in ("begin_place", "cell_place", "row_place", "tap_place"):
                self.next[name] = places
        elif fired.fires:
            self._move(fired, behind, config)

    def _move(self, fired: Tap, behind: Tap, config: Mapping[str, Any]) -> None:
        """The addresses after a fired tap, for the one behind it."""
        place = self.cell_place
        if fired.plane_end:
            place = self.begin_place + config["plane_beats"] * self.beat_pixels
            self.next["begin_place"] = place % self.ring
        elif fired.advances:
            place = place + config["step_address"] + config["step_x"]
            place = place + self.wraps * (config["row_address"] - config["pitch"])
        self.next["cell_place"] = place % self.ring
        if behind.first_column:
            row = place if behind.first_row else self.row_place + config["tap_address"]
            self.next["row_place"] = self.next["tap_place"] = row % self.ring
        else:
            self.next["tap_place"] = (self.tap_place + config["dilation_w"]) % self.ring
