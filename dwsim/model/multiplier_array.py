"""Model of the generated ``multiplier_array``: chains, row tree, sums of passes."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.kernel_row import KernelRow
from dwsim.model.pass_sum import PassSum
from dwsim.model.row_tree import RowTree


class MultiplierArray(Component):
    """All lanes at once; a pass sum only where a window takes several passes."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.kernel_row = KernelRow(numbers)
        self.row_tree = RowTree(numbers)
        self.pass_sum = PassSum(numbers) if numbers.spec.passes > 1 else None

    @property
    def row_sums(self) -> np.ndarray:
        """The sums of the chains, int64 of shape (array_rows, lanes)."""
        return self.kernel_row.sums

    @property
    def acc(self) -> np.ndarray:
        """The full-width sums, int64 of shape (lanes,)."""
        if self.pass_sum is not None:
            return self.pass_sum.acc
        return self.row_tree.sum(self.row_sums)

    def compute(self, pass_q: int, operands: np.ndarray, weights: np.ndarray) -> None:
        """``operands`` and ``weights`` have axes (column, row, lane)."""
        row_sums = self.row_sums
        self.kernel_row.compute(operands, weights)
        self.row_tree.compute(row_sums)
        if self.pass_sum is not None:
            self.pass_sum.compute(pass_q == 0, self.row_tree.sum(row_sums))

    def commit(self) -> None:
        """The clock edge, of the parts."""
        self.kernel_row.commit()
        self.row_tree.commit()
        if self.pass_sum is not None:
            self.pass_sum.commit()
