"""Model of ``dw_segment``: the pixels under the cells, and behind them the next segment."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.fetch import Mark


class Segment(Component):
    """Two segments of int64 pixels, each of shape (segment, lanes)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.length = numbers.shape.segment
        self.pixels = numbers.shape.ring_pixels
        self.collected = np.zeros((self.length, numbers.spec.lanes), np.int64)
        self.cells = self.collected
        self.fills: Mark | None = None
        """The mark of the word that enters."""
        self.loads = self.shifts = False

    def compute(self, mark: Mark | None, word: np.ndarray, load: bool, shift: bool) -> None:
        """``mark`` describes the word of the next cycle, if one enters."""
        fills = mark if mark is not None and mark.filled else None
        self.next = {"fills": fills, "loads": load, "shifts": shift}
        if self.loads:
            self.next["cells"] = self.collected
        elif self.shifts:
            self.next["cells"] = np.concatenate([self.cells[1:], self.cells[-1:]])
        if self.fills is not None:
            places = np.arange(self.fills.first, self.length)
            collected = self.collected.copy()
            collected[places] = word[places % self.pixels]
            self.next["collected"] = collected
