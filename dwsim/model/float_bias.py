"""Model of ``dw_float_bias``: adds the bias of its channel to the sum of each lane."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component
from dwsim.model.float_adder import FloatAdder
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatBias(Component):
    """All lanes; numbers are words of the accumulation format, int64 of shape (lanes,)."""

    def __init__(self, arithmetic: FloatArithmetic, lanes: int) -> None:
        self.adder = FloatAdder(arithmetic, (lanes,))

    @property
    def sum(self) -> np.ndarray:
        """The sums that leave."""
        return self.adder.sum

    def compute(self, acc: np.ndarray, bias: np.ndarray) -> None:
        """``acc`` and ``bias`` enter."""
        self.adder.compute(acc, bias)

    def commit(self) -> None:
        """The clock edge."""
        self.adder.commit()
