"""Model of ``dw_drain``: the sums of a group leave, some in each cycle."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class Drain(Component):
    """``chain`` is int64 of shape (pixels * lanes,): cell by cell, lane by lane.

    In floating point each place has the partial sums of a cell: (pixels * lanes, partial_sums).
    """

    def __init__(self, numbers: SerialNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.count = numbers.shape.requantisers
        self.together = numbers.shape.drain_pixels
        parts = (numbers.formats.partial_sums,) if numbers.formats.is_float else ()
        self.chain = np.zeros((numbers.formats.pixels * self.lanes, *parts), np.int64)
        self.active = False
        self.left = 0
        self.lane = self.cell = 0
        self.marks: Any = None

    @property
    def values(self) -> np.ndarray:
        """The sums that leave in this cycle."""
        return self.chain[: self.count]

    def compute(self, rst: bool, start: Any, load: bool, sums: np.ndarray, chunks: int) -> None:
        """``start`` is the marks of a group, or None; ``sums`` are (pixels, lanes), in floating
        point (pixels, lanes, partial_sums).

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
            self.next["chain"] = sums.reshape(self.chain.shape)
        elif self.count < len(self.chain):
            rest = np.zeros_like(self.values)
            self.next["chain"] = np.concatenate([self.chain[self.count :], rest])
