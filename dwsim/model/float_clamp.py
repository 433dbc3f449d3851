"""Model of ``dw_float_clamp``: keeps ofmap values in floating point between two limits."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component
from dwsim.model.float_words import values_of
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatClamp(Component):
    """All lanes; numbers are words of the number format, int64 of shape (lanes,).

    ``value_1``, ``below_1`` and ``above_1`` are the registers of the comparisons.
    """

    def __init__(self, arithmetic: FloatArithmetic, lanes: int) -> None:
        self.number = arithmetic.number
        self.value_1 = np.zeros(lanes, np.int64)
        self.below_1 = np.zeros(lanes, bool)
        self.above_1 = np.zeros(lanes, bool)
        self.ofmap = np.zeros(lanes, np.int64)

    def compute(self, value: np.ndarray, act_min: int, act_max: int) -> None:
        """``value`` enters; the limits are words, neither of them NaN."""
        limits = np.array([act_min, act_max], np.int64)
        low, high = values_of(limits, self.number, flush=False)
        real = values_of(value, self.number, flush=False)
        # Comparisons with NaN are false.
        below, above = self.below_1, self.above_1
        self.next = {
            "value_1": value,
            "below_1": real < low,
            "above_1": real > high,
            "ofmap": np.where(below, act_min, np.where(above, act_max, self.value_1)),
        }
