"""Model of ``dw_float_array``: chains, row tree and sums of passes in floating point."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.float_kernel_row import FloatKernelRow
from dwsim.model.float_pass_sum import FloatPassSum
from dwsim.model.float_row_tree import FloatRowTree
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatArray(Component):
    """All lanes at once; a pass sum only where a window takes several passes."""

    def __init__(self, numbers: EngineNumbers, arithmetic: FloatArithmetic) -> None:
        spec, timing = numbers.spec, numbers.timing
        self.kernel_row = FloatKernelRow(numbers, arithmetic)
        self.row_tree = FloatRowTree(arithmetic, numbers.formats.array_rows, spec.lanes)
        several = spec.passes > 1
        self.pass_sum = FloatPassSum(arithmetic, spec.passes, spec.lanes) if several else None
        self.passes = Pipeline(timing.array_cycles - timing.gather_cycles, 0)

    @property
    def row_sums(self) -> np.ndarray:
        """The sums of the chains, int64 words of shape (array_rows, lanes)."""
        return self.kernel_row.sums

    @property
    def acc(self) -> np.ndarray:
        """The sums, int64 words of shape (lanes,)."""
        if self.pass_sum is not None:
            return self.pass_sum.acc
        return self.row_tree.sum(self.row_sums)

    def compute(self, pass_q: int, operands: np.ndarray, weights: np.ndarray) -> None:
        """``operands`` and ``weights`` have axes (column, row, lane).

        A bit above each operand is 0 for a tap that is skipped.
        """
        row_sums = self.row_sums
        self.kernel_row.compute(operands, weights)
        self.row_tree.compute(row_sums)
        if self.pass_sum is not None:
            self.pass_sum.compute(self.passes.q, self.row_tree.sum(row_sums))
        self.passes.compute(False, pass_q)

    def commit(self) -> None:
        """The clock edge, of the parts."""
        self.kernel_row.commit()
        self.row_tree.commit()
        if self.pass_sum is not None:
            self.pass_sum.commit()
        self.passes.commit()
