"""Model of the generated ``kernel_row`` with its ``dw_mac_cell``s: systolic chains."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class KernelRow(Component):
    """All chains of all lanes at once; arrays have axes (column, row, lane).

    ``skewed[d]`` holds the operands of d + 1 cycles ago, of which each column uses its own;
    ``near_weight`` waits near the multiplier. ``operand``, ``weight`` and ``block_product`` are
    the registers of the multipliers, ``product`` and ``psum`` those of the cells.
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        cols, lanes = numbers.formats.array_cols, numbers.spec.lanes
        shape = (cols, numbers.formats.array_rows, lanes)
        self.columns = np.arange(cols)
        self.skew = np.array([numbers.timing.column_skew(c) for c in range(cols)])
        self.skewed = np.zeros((int(self.skew[-1]), *shape), np.int64)
        self.operand = np.zeros(shape, np.int64)
        self.near_weight = np.zeros(shape, np.int64)
        self.weight = np.zeros(shape, np.int64)
        self.block_product = np.zeros(shape, np.int64)
        self.product = np.zeros(shape, np.int64)
        self.psum = np.zeros(shape, np.int64)

    @property
    def sums(self) -> np.ndarray:
        """The row sums, of shape (array_rows, lanes)."""
        sums: np.ndarray = self.product[-1] if len(self.product) == 1 else self.psum[-1]
        return sums

    def compute(self, operands: np.ndarray, weights: np.ndarray) -> None:
        """``weights`` of column c belong to the operands of ``column_skew(c) - 1`` cycles ago."""
        ages = np.concatenate([operands[np.newaxis], self.skewed])
        psum_in = np.concatenate([self.product[:1], self.psum[1:-1]])
        psum = self.psum
        if len(self.columns) > 1:
            psum = np.concatenate([self.psum[:1], psum_in + self.product[1:]])
        self.next = {
            "skewed": ages[:-1],
            "operand": ages[self.skew, self.columns],
            "near_weight": weights,
            "weight": self.near_weight,
            "block_product": self.operand * self.weight,
            "product": self.block_product,
            "psum": psum,
        }
