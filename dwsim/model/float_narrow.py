"""Model of ``dw_float_narrow``: ofmap values from sums in floating point."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_NARROW_CYCLES
from dwsim.model.component import Component
from dwsim.model.float_words import values_of, words_of
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatNarrow(Component):
    """All lanes; numbers are words, int64 of shape (lanes,)."""

    def __init__(self, arithmetic: FloatArithmetic, lanes: int) -> None:
        self.arithmetic = arithmetic
        self.values = Pipeline(FLOAT_NARROW_CYCLES, np.zeros(lanes, np.int64))

    @property
    def ofmap(self) -> np.ndarray:
        """The ofmap values that leave."""
        ofmap: np.ndarray = self.values.q
        return ofmap

    def compute(self, acc: np.ndarray) -> None:
        """``acc`` enters; one that is zero gives +0."""
        arithmetic, flush = self.arithmetic, self.arithmetic.flushes
        values = values_of(acc, arithmetic.acc, flush=False) + 0.0
        self.values.compute(False, words_of(values, arithmetic.number, flush))

    def commit(self) -> None:
        """The clock edge."""
        self.values.commit()
