"""Model of ``dw_cell_array``: the operands of all cells, and their sums."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.accumulator import Accumulator
from dwsim.model.component import Component


class CellArray(Component):
    """``operand`` is int64 of shape (pixels, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.operand = np.zeros((numbers.formats.pixels, numbers.spec.lanes), np.int64)
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
        """``segment`` is (pixels of a segment, lanes); ``fire``: add a product, and begin a sum."""
        # A place behind the segment belongs to no layer that uses its cell.
        places = np.minimum(np.arange(len(self.operand)) * cell_stride, len(segment) - 1)
        self.next = {"operand": np.where(in_ifmap[:, np.newaxis], segment[places], 0)}
        self.accumulator.compute(self.operand, weight, *fire)

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.accumulator.commit()
