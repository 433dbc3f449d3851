"""Model of ``dw_cell_array``: the operands of all cells, and their sums."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.accumulator import Accumulator
from dwsim.model.component import Component


class CellArray(Component):
    """The marks of the operands' products, and the sums."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.cells = numbers.formats.pixels
        outside = np.zeros((self.cells, 1), bool)
        self.has_pixel = self.has_pixel_behind = self.add = self.clear = outside
        self.mark = (False, False)
        """A product leaves the multipliers; it begins a sum."""
        self.accumulator = Accumulator(numbers)

    @property
    def acc(self) -> np.ndarray:
        """The sums, int64 of shape (pixels, lanes)."""
        return self.accumulator.acc

    def compute(
        self,
        segment: np.ndarray,
        cell_stride: int,
        in_ifmap: np.ndarray,
        weight: np.ndarray,
        fire: tuple[bool, bool],
    ) -> None:
        """``segment`` is (pixels of a segment, lanes), ``in_ifmap`` belongs to the same tap;
        ``fire``: add a product, and begin a sum, a cycle early."""
        # A place behind the segment belongs to no layer that uses its cell.
        places = np.minimum(np.arange(self.cells) * cell_stride, len(segment) - 1)
        add, first = fire
        self.next = {
            "has_pixel": in_ifmap[:, np.newaxis],
            "has_pixel_behind": self.has_pixel,
            "add": add & self.has_pixel_behind,
            "clear": (add and first) & ~self.has_pixel_behind,
            "mark": fire,
        }
        self.accumulator.compute(segment[places], weight, self.add, self.mark[1], self.clear)

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.accumulator.commit()
