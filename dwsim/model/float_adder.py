"""Model of ``dw_float_adder``: sums of two floats of the accumulation format."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.model.component import Component
from dwsim.model.float_words import values_of, words_of
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatAdder(Component):
    """Any number of adders at once; numbers are words, int64 of one shape."""

    def __init__(self, arithmetic: FloatArithmetic, shape: tuple[int, ...]) -> None:
        self.arithmetic = arithmetic
        self.sums = Pipeline(FLOAT_SUM_CYCLES, np.zeros(shape, np.int64))

    @property
    def sum(self) -> np.ndarray:
        """The sums that leave."""
        total: np.ndarray = self.sums.q
        return total

    def compute(self, a: np.ndarray, b: np.ndarray) -> None:
        """``a`` and ``b`` enter."""
        acc, flush = self.arithmetic.acc, self.arithmetic.flushes
        with np.errstate(invalid="ignore"):
            # float64 rounds first, which is innocuous: it has more than 2*24 + 2 bits.
            values = values_of(a, acc, flush) + values_of(b, acc, flush)
        self.sums.compute(False, words_of(values, acc, flush))

    def commit(self) -> None:
        """The clock edge."""
        self.sums.commit()
