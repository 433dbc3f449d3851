"""Model of the generated ``row_tree``: the pipelined tree that adds the chains."""

from __future__ import annotations

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class RowTree(Component):
    """``levels[k]`` holds the registers of level k + 1, of shape (addends, lanes)."""

    def __init__(self, numbers: EngineNumbers) -> None:
        lanes = numbers.spec.lanes
        self.levels = [np.zeros((len(a), lanes), np.int64) for a in numbers.formats.tree_levels[1:]]

    def sum(self, row_sums: np.ndarray) -> np.ndarray:
        """The sums over all rows, of shape (lanes,); the row sums themselves for one row."""
        total: np.ndarray = self.levels[-1][0] if self.levels else row_sums[0]
        return total

    def compute(self, row_sums: np.ndarray) -> None:
        """``row_sums`` has shape (array_rows, lanes)."""
        levels, above = [], row_sums
        for level in self.levels:
            pairs = len(above) // 2
            sums = above[: 2 * pairs : 2] + above[1 : 2 * pairs : 2]
            if len(above) % 2:
                sums = np.concatenate([sums, above[-1:]])
            levels.append(sums)
            above = level
        self.next = {"levels": levels}
