"""Model of ``dw_float_pass_sum``: adds the sums of a window's passes in pairs."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.model.component import Component
from dwsim.model.float_adder import FloatAdder
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class _Round(Component):
    """One round: ``first`` keeps the first sum of a pair until the second one comes."""

    def __init__(self, arithmetic: FloatArithmetic, level: int, lanes: int) -> None:
        self.level = level
        self.adder = FloatAdder(arithmetic, (lanes,))
        self.has_first = Pipeline(level * FLOAT_SUM_CYCLES, False) if level else None
        self.first = np.zeros(lanes, np.int64)
        self.negative_zero = np.full(lanes, 1 << arithmetic.acc.width - 1, np.int64)

    def compute(self, pass_index: int, part: np.ndarray) -> None:
        """``pass_index`` is that of the sum that enters the first round."""
        bit = bool(pass_index >> self.level & 1)
        has_first = bit if self.has_first is None else self.has_first.q
        if self.has_first is not None:
            self.has_first.compute(False, bit)
        self.adder.compute(self.first if has_first else self.negative_zero, part)
        self.next = {"first": self.first if has_first else part}

    def commit(self) -> None:
        """The clock edge, of the parts too."""
        self.adder.commit()
        if self.has_first is not None:
            self.has_first.commit()
        super().commit()


class FloatPassSum(Component):
    """The rounds of all lanes; ``acc`` has shape (lanes,)."""

    def __init__(self, arithmetic: FloatArithmetic, passes: int, lanes: int) -> None:
        levels = (passes - 1).bit_length()
        self.rounds = [_Round(arithmetic, level, lanes) for level in range(levels)]

    @property
    def acc(self) -> np.ndarray:
        """The sums over all passes."""
        return self.rounds[-1].adder.sum

    def compute(self, pass_index: int, total: np.ndarray) -> None:
        """``total``, of shape (lanes,), is the sum of the pass ``pass_index`` of a window."""
        entering = [total, *(one.adder.sum for one in self.rounds[:-1])]
        for one, part in zip(self.rounds, entering, strict=True):
            one.compute(pass_index, part)

    def commit(self) -> None:
        """The clock edge, of the rounds."""
        for one in self.rounds:
            one.commit()
