"""Model of ``dw_pixel_rotate``: turns a row of pixels."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelRotate(Component):
    """``q`` is int64 of shape (ring_pixels, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.q = np.zeros((numbers.shape.ring_pixels, numbers.spec.lanes), np.int64)
        self.moves = False
        self.turn = 0

    def compute(self, step: bool, amount: int, d: np.ndarray) -> None:
        """``step`` and ``amount`` belong to the input of the next cycle. Pixel p of the output is
        pixel p + amount of the input."""
        self.next = {"moves": step, "turn": amount}
        if self.moves:
            self.next["q"] = np.roll(d, -self.turn, axis=0)
