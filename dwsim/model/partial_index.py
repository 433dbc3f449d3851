"""Model of ``dw_partial_index``: the partial sum that each product belongs to."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


class PartialIndex(Component):
    """``write`` is bool of shape (parts,); the other outputs have the names of the ports."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.next_index = 0
        self.all_have = False
        self.fresh = self.bypass = self.clear = False
        self.write = np.zeros(parts, bool)
        self.leaving = Pipeline(FLOAT_SUM_CYCLES + 1, (False, False, 0))
        """A sum leaves the adder; it is the first one of its sum; its partial sum."""

    def read_index(self, first: bool) -> int:
        """The partial sum of the next product."""
        return 0 if first else self.next_index

    def through(self, first: bool) -> bool:
        """The partial sum of the next product leaves the adder in this cycle."""
        leaves, _, index = self.leaving.q
        return bool(leaves and index == self.read_index(first))

    def compute(self, add: bool, first: bool) -> None:
        """``add`` comes a cycle before a product."""
        index = self.read_index(first)
        is_fresh = first or not self.all_have
        leaves, first_next, index_next = self.leaving.stages[FLOAT_SUM_CYCLES - 1]
        self.next = {
            "fresh": is_fresh,
            "bypass": leaves and index_next == index,
            "clear": leaves and first_next,
            "write": (np.arange(self.parts) == index_next) & leaves,
        }
        if add:
            is_last = index == self.parts - 1
            self.next["next_index"] = 0 if is_last else index + 1
            self.next["all_have"] = is_last or not is_fresh
        self.leaving.compute(False, (add, first, index))

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.leaving.commit()
