"""Model of ``dw_float_accumulator``: the products and the partial sums of all cells."""

from __future__ import annotations

import numpy as np

from dwsim.model.component import Component
from dwsim.model.float_adder import FloatAdder
from dwsim.model.float_multiplier import FloatMultiplier
from dwsim.model.partial_index import PartialIndex
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatAccumulator(Component):
    """``acc`` is int64 of shape (pixels, lanes, parts); ``held`` is the partial sum chosen."""

    def __init__(self, arithmetic: FloatArithmetic, shape: tuple[int, int], parts: int) -> None:
        self.multiplier = FloatMultiplier(arithmetic, shape)
        self.adder = FloatAdder(arithmetic, shape)
        self.acc = np.zeros((*shape, parts), np.int64)
        self.held = np.zeros(shape, np.int64)
        self.none = np.full(shape, 1 << arithmetic.acc.width - 1, np.int64)

    def compute(
        self,
        skip: np.ndarray,
        operand: np.ndarray,
        weight: np.ndarray,
        index: PartialIndex,
        first: bool,
    ) -> None:
        """``skip`` and ``operand`` are (pixels, lanes), ``weight`` (lanes,).

        ``first`` is that of the product after the next clock edge, for ``index``.
        """
        total = self.adder.sum
        own = self.none if index.fresh else total if index.bypass else self.held
        self.adder.compute(own, self.multiplier.product)
        self.multiplier.compute(skip, operand, np.broadcast_to(weight, operand.shape))
        chosen = self.acc[..., index.read_index(first)].copy()
        kept = np.zeros_like(self.acc) if index.clear else self.acc
        self.next = {
            "held": total if index.through(first) else chosen,
            "acc": np.where(index.write, total[..., np.newaxis], kept),
        }

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        super().commit()
        self.multiplier.commit()
        self.adder.commit()
