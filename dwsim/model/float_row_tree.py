"""Model of ``dw_float_row_tree``: the pipelined tree that adds the chains in floating point."""

from __future__ import annotations

import numpy as np

from dwsim.derive.stages import FLOAT_SUM_CYCLES
from dwsim.model.component import Component
from dwsim.model.float_adder import FloatAdder
from dwsim.model.pipeline import Pipeline
from dwsim.spec.float_arithmetic import FloatArithmetic


class _Round(Component):
    """One round: an adder for each pair, and a wait for the last of an odd number of sums."""

    def __init__(self, arithmetic: FloatArithmetic, parts: int, lanes: int) -> None:
        self.pairs = parts // 2
        self.adder = FloatAdder(arithmetic, (self.pairs, lanes))
        self.odd = Pipeline(FLOAT_SUM_CYCLES, np.zeros((parts % 2, lanes), np.int64))

    @property
    def sums(self) -> np.ndarray:
        """The sums that leave, of shape (parts, lanes)."""
        return np.concatenate([self.adder.sum, self.odd.q])

    def compute(self, sums: np.ndarray) -> None:
        """``sums`` has shape (parts, lanes)."""
        end = 2 * self.pairs
        self.adder.compute(sums[:end:2], sums[1:end:2])
        self.odd.compute(False, sums[end:])

    def commit(self) -> None:
        """The clock edge, of the parts."""
        self.adder.commit()
        self.odd.commit()


class FloatRowTree(Component):
    """``rounds`` has the adders of each round, for all lanes."""

    def __init__(self, arithmetic: FloatArithmetic, rows: int, lanes: int) -> None:
        self.rounds = []
        while rows > 1:
            self.rounds.append(_Round(arithmetic, rows, lanes))
            rows -= rows // 2

    def sum(self, row_sums: np.ndarray) -> np.ndarray:
        """The sums over all rows, of shape (lanes,); the row sums themselves for one row."""
        total: np.ndarray = self.rounds[-1].sums[0] if self.rounds else row_sums[0]
        return total

    def compute(self, row_sums: np.ndarray) -> None:
        """``row_sums`` has shape (array_rows, lanes)."""
        entering = [row_sums, *(one.sums for one in self.rounds[:-1])]
        for one, sums in zip(self.rounds, entering, strict=False):
            one.compute(sums)

    def commit(self) -> None:
        """The clock edge, of the rounds."""
        for one in self.rounds:
            one.commit()
