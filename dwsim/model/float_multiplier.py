"""Model of ``dw_float_multiplier``: products of floats, in the accumulation format."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_PRODUCT_CYCLES
from dwsim.model.component import Component
from dwsim.model.float_words import values_of, words_of
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatMultiplier(Component):
    """Any number of multipliers at once; numbers are words, int64 of one shape."""

    def __init__(self, arithmetic: FloatArithmetic, shape: tuple[int, ...]) -> None:
        self.arithmetic = arithmetic
        self.products = Pipeline(FLOAT_PRODUCT_CYCLES, np.zeros(shape, np.int64))

    @property
    def product(self) -> np.ndarray:
        """The products that leave."""
        product: np.ndarray = self.products.q
        return product

    def compute(self, skip: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
        """A product with ``skip`` is +0."""
        arithmetic, flush = self.arithmetic, self.arithmetic.flushes
        with np.errstate(invalid="ignore"):
            # Exact: two significands have at most 48 bits.
            values = values_of(a, arithmetic.number, flush) * values_of(b, arithmetic.number, flush)
        words = words_of(values, arithmetic.acc, flush)
        self.products.compute(False, np.where(skip, 0, words))

    def commit(self) -> None:
        """The clock edge."""
        self.products.commit()
