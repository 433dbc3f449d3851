"""Words of pixels, as the components and the ports of a tap-serial engine have them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case


class PixelCase(Case):
    """A module that moves pixels."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.lanes, self.width = n.spec.lanes, n.formats.pixel_width
        self.ring_pixels, self.beat_pixels = n.shape.ring_pixels, n.formats.ifmap_pixels

    def pixels(self, word: int, count: int) -> np.ndarray:
        """``count`` pixels as the components take them: int64 of shape (count, lanes)."""
        values = from_word(word, count * self.lanes, self.width // self.lanes, False)
        return values.reshape(count, self.lanes)

    def bits(self, pixels: np.ndarray) -> int:
        """Pixels as the integer on their wires."""
        return to_word(pixels.reshape(-1), self.width // self.lanes)

    def pixel(self, word: int, index: int) -> int:
        """The bits of a pixel of a word."""
        return word >> index * self.width & (1 << self.width) - 1
