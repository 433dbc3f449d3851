"""Model of ``dw_drain``: the sums of a group leave, some in each cycle."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class Drain(Component):
    """``chain`` is int64 of shape (pixels * lanes,): cell by cell, lane by lane."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.count = numbers.shape.requantisers
        self.together = numbers.shape.drain_pixels
        self.chain = np.zeros(numbers.formats.pixels * self.lanes, np.int64)
        self.active = False
        self.left = 0
        self.lane = self.cell = 0
        self.marks: Any = None

    @property
    def values(self) -> np.ndarray:
        """The sums that leave in this cycle."""
        return self.chain[: self.count]

    def compute(self, rst: bool, start: Any, load: bool, sums: np.ndarray, chunks: int) -> None:
        """``start`` is the marks of a group, or None; ``sums`` are (pixels, lanes).

        The sums of the group leave in ``chunks`` cycles.
        """
        self.next = {}
        if start is not None:
            self.next = {
                "active": True,
                "left": chunks,
                "lane": 0,
                "cell": 0,
                "marks": start,
            }
        elif self.active:
            self.next = {"left": self.left - 1}
            if self.count >= self.lanes:
                self.next["cell"] = self.cell + self.together
            else:
                wraps, self.next["lane"] = divmod(self.lane + self.count, self.lanes)
                self.next["cell"] = self.cell + wraps
            if self.left == 1:
                self.next["active"] = False
        if rst:
            self.next["active"] = False
        if load:
            self.next["chain"] = sums.reshape(-1)
        elif self.count < self.chain.size:
            rest = np.zeros(self.count, np.int64)
            self.next["chain"] = np.concatenate([self.chain[self.count :], rest])
