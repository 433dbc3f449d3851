"""Model of ``dw_accumulator`` for all cells: one product a cycle, one sum."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import PRODUCT_CYCLES
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


class Accumulator(Component):
    """``acc`` is int64 of shape (pixels, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.acc = np.zeros((numbers.formats.pixels, numbers.spec.lanes), np.int64)
        self.products = Pipeline(PRODUCT_CYCLES, self.acc)

    def compute(
        self, operand: np.ndarray, weight: np.ndarray, add: np.ndarray, first: bool,
        clear: np.ndarray,
    ) -> None:  # fmt: skip
        """``operand`` is (pixels, lanes), ``weight`` (lanes,); ``add`` and ``clear`` are bool of
        shape (pixels, 1) and go with the product."""
        self.products.compute(False, operand * weight)
        product = self.products.q
        added = np.where(add, product if first else self.acc + product, self.acc)
        self.next = {"acc": np.where(clear, 0, added)}

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.products.commit()
