"""Model of ``dw_float_cell_array``: the operands of all cells, and their partial sums."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.float_accumulator import FloatAccumulator
from dwsim.model.partial_index import PartialIndex
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatCellArray(Component):
    """The partial sums of all cells."""

    def __init__(self, numbers: SerialNumbers, arithmetic: FloatArithmetic) -> None:
        shape = (numbers.formats.pixels, numbers.spec.lanes)
        parts = numbers.formats.partial_sums
        self.cells, self.lanes = shape
        self.partial_index = PartialIndex(parts)
        self.accumulator = FloatAccumulator(arithmetic, shape, parts)

    @property
    def acc(self) -> np.ndarray:
        """The partial sums, int64 words of shape (pixels, lanes, parts)."""
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
        ``fire``: add and first, a cycle early."""
        # A place behind the segment belongs to no layer that uses its cell.
        places = np.minimum(np.arange(self.cells) * cell_stride, len(segment) - 1)
        outside = np.repeat(~in_ifmap[:, np.newaxis], self.lanes, axis=1)
        self.next = {}
        _, first = fire
        self.accumulator.compute(outside, segment[places], weight, self.partial_index, first)
        self.partial_index.compute(*fire)

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        super().commit()
        self.accumulator.commit()
        self.partial_index.commit()
