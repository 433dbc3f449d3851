"""Model of ``dw_float_part_sum``: the sums of the partial sums that leave a tap-serial array."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component
from dwsim.model.float_row_tree import FloatRowTree
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatPartSum(Component):
    """All values that leave together; numbers are words of the accumulation format."""

    def __init__(self, arithmetic: FloatArithmetic, values: int, parts: int) -> None:
        self.tree = FloatRowTree(arithmetic, parts, values)

    def sums(self, parts: np.ndarray) -> np.ndarray:
        """The sums that leave, of shape (values,); ``parts`` themselves for a single one."""
        return self.tree.sum(parts.T)

    def compute(self, parts: np.ndarray) -> None:
        """``parts`` has shape (values, parts)."""
        self.tree.compute(parts.T)

    def commit(self) -> None:
        """The clock edge."""
        self.tree.commit()
