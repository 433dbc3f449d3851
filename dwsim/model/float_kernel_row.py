"""Model of ``dw_float_kernel_row``: systolic chains in floating point."""

from __future__ import annotations

from collections import deque

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.float_adder import FloatAdder
from dwsim.model.float_multiplier import FloatMultiplier
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatKernelRow(Component):
    """All chains of all lanes at once; arrays have axes (column, row, lane).

    ``skewed`` holds the operands of the last cycles, the newest first, of which each column uses
    its own; ``near_weight`` waits near the multiplier.
    """

    def __init__(self, numbers: EngineNumbers, arithmetic: FloatArithmetic) -> None:
        formats = numbers.formats
        cols, rows, lanes = formats.array_cols, formats.array_rows, numbers.spec.lanes
        shape = (cols, rows, lanes)
        self.columns = np.arange(cols)
        self.skew = [numbers.timing.column_skew(c) for c in range(cols)]
        self.width = arithmetic.number.width
        self.skewed = deque([np.zeros(shape, np.int64)] * self.skew[-1], maxlen=self.skew[-1])
        self.near_weight = np.zeros(shape, np.int64)
        self.multiplier = FloatMultiplier(arithmetic, shape)
        self.adder = FloatAdder(arithmetic, (cols - 1, rows, lanes))
        self._entering = (self.near_weight, self.near_weight)

    @property
    def sums(self) -> np.ndarray:
        """The row sums, of shape (array_rows, lanes)."""
        sums: np.ndarray = (
            self.multiplier.product[-1] if len(self.columns) == 1 else self.adder.sum[-1]
        )
        return sums

    def compute(self, operands: np.ndarray, weights: np.ndarray) -> None:
        """``weights`` of column c belong to the operands of ``column_skew(c) - 1`` cycles ago."""
        ages = [operands, *self.skewed]
        operand = np.stack([ages[skew][c] for c, skew in enumerate(self.skew)])
        in_ifmap = operand >> self.width & 1
        product = self.multiplier.product
        if len(self.columns) > 1:
            psum_in = np.concatenate([product[:1], self.adder.sum[:-1]])
            self.adder.compute(psum_in, product[1:])
        self.multiplier.compute(in_ifmap == 0, operand & (1 << self.width) - 1, self.near_weight)
        self._entering = (operands, weights)

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        operands, self.near_weight = self._entering
        self.skewed.appendleft(operands)
        self.multiplier.commit()
        if len(self.columns) > 1:
            self.adder.commit()
