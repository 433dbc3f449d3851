"""Model of ``dw_float_serial_bias``: biases of the sums that leave a tap-serial engine."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.float_bias import FloatBias
from dwsim.model.pipeline import Pipeline
from dwsim.model.serial_loader import SerialLoader
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatSerialBias(Component):
    """All sums that leave together; numbers are words of the accumulation format."""

    def __init__(self, numbers: SerialNumbers, arithmetic: FloatArithmetic) -> None:
        self.lanes = numbers.spec.lanes
        self.index = np.arange(numbers.shape.requantisers)
        self.places = arithmetic.number.width * np.arange(arithmetic.bias_words)
        self.reads = Pipeline(numbers.timing.bias_delay, np.zeros_like(self.index))
        self.adder = FloatBias(arithmetic, len(self.index))

    @property
    def sums(self) -> np.ndarray:
        """The sums that leave, of shape (values,)."""
        return self.adder.sum

    def compute(self, loader: SerialLoader, lane: int, weight_set: int, acc: np.ndarray) -> None:
        """``lane`` is that of the first of the sums that come ``bias_delay`` cycles later."""
        lanes = (lane + self.index) % self.lanes
        words = loader.scale[loader.active_bank, weight_set].reshape(self.lanes, -1)[lanes]
        biases = (words[:, : len(self.places)] << self.places).sum(axis=1)
        self.adder.compute(acc, self.reads.q)
        self.reads.compute(False, biases)

    def commit(self) -> None:
        """The clock edge."""
        self.reads.commit()
        self.adder.commit()
