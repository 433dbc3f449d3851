"""Model of ``dw_pass_sum``: adds up the sums of a window's passes."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


class PassSum(Component):
    """``acc`` has shape (lanes,)."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.acc = np.zeros(numbers.spec.lanes, np.int64)
        self.first = Pipeline(numbers.timing.array_cycles - numbers.timing.gather_cycles, False)

    def compute(self, first: bool, total: np.ndarray) -> None:
        """``first``: the pass that is in the slot registers is its beat's first."""
        self.next = {"acc": total if self.first.q else self.acc + total}
        self.first.compute(False, first)

    def commit(self) -> None:
        """The clock edge, of the marks too."""
        self.first.commit()
        super().commit()
