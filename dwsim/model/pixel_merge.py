"""Model of ``dw_pixel_merge``: several pixels a cycle into beats."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelMerge(Component):
    """``beat`` is int64 of shape (ofmap_pixels, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.pixels = numbers.formats.ofmap_pixels
        self.lanes = numbers.spec.lanes
        self.arrived = self.store = np.zeros((0, self.lanes), np.int64)
        self.ends = self.rest = False
        self.beat = np.zeros((self.pixels, self.lanes), np.int64)
        self.write = self.ended = False
        self.count = 0

    @property
    def held(self) -> int:
        """Pixels that wait for the others of their beat."""
        return len(self.store)

    def compute(
        self, restart: bool, active: bool, values: np.ndarray, keep: np.ndarray, final: bool
    ) -> None:
        """``values`` are those of the pixels that leave together; ``keep`` has a bool for each."""
        none = np.zeros((0, self.lanes), np.int64)
        enters = active and not restart
        pixels = values.reshape(len(keep), self.lanes)[keep]
        self.next = {"arrived": pixels if enters else none, "ends": enters and final}
        line = np.concatenate([self.store, self.arrived])
        full, whole = len(line) >= self.pixels, len(line) <= self.pixels
        last = (self.ends and whole) or self.rest
        beat = np.zeros_like(self.beat)
        beat[: len(line)] = line[: self.pixels]
        self.next |= {
            "write": (full or last) and not restart,
            "ended": last,
            "count": min(len(line), self.pixels),
            "beat": beat,
            "rest": self.ends and not whole and not restart,
            "store": none if restart or last else line[self.pixels :] if full else line,
        }
