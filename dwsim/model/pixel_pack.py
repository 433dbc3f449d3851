"""Model of ``dw_pixel_pack``: values to pixels, pixels to beats."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelPack(Component):
    """``beat`` is int64 of shape (ofmap_pixels, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.pixels = numbers.formats.ofmap_pixels
        self.count_values = numbers.shape.requantisers
        self.lanes = np.zeros(numbers.spec.lanes, np.int64)
        self.beat = np.zeros((self.pixels, numbers.spec.lanes), np.int64)
        self.announced = (False, 0, False, False)
        """Values come in this cycle; their first lane; keep and final."""
        self.held = 0
        self.write = False
        self.count = 0
        self.ended = False

    def compute(
        self, restart: bool, active: bool, lane: int, values: np.ndarray, keep: bool, final: bool
    ) -> None:
        """``active`` announces values for the next cycle, from lane ``lane`` on; ``keep`` and
        ``final`` describe the pixel that they complete, if they do. ``values`` are this cycle's."""
        announced = (active and not restart, lane, keep, final)
        lanes = len(self.lanes)
        active, lane, keep, final = self.announced
        self.next = {
            "write": False, "count": self.held + 1, "ended": final, "announced": announced,
        }  # fmt: skip
        if active:
            here = lane + np.arange(self.count_values)
            placed = self.lanes.copy()
            placed[here % lanes] = values
            self.next["lanes"] = placed
            if here[-1] >= lanes - 1 and keep:
                pixel = np.where(np.arange(lanes) >= lane, placed, self.lanes)
                beat = self.beat.copy() if self.held else np.zeros_like(self.beat)
                beat[self.held] = pixel
                whole = final or self.held == self.pixels - 1
                self.next |= {"beat": beat, "write": whole, "held": 0 if whole else self.held + 1}
        if restart:
            self.next |= {"held": 0, "write": False}
