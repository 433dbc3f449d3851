"""Model of ``dw_drain``: the sums of a group leave, some in each cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class Drain(Component):
    """``chain`` is int64 of shape (pixels * lanes,): cell by cell, lane by lane."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.count = numbers.shape.requantisers
        self.chain = np.zeros(numbers.formats.pixels * self.lanes, np.int64)
        self.active = False
        self.left = 0
        self.lane = self.cell = 0
        self.marks: Any = None

    @property
    def values(self) -> np.ndarray:
        """The sums that leave in this cycle."""
        return self.chain[: self.count]

    def compute(
        self, rst: bool, start: Any, load: bool, sums: np.ndarray, config: Mapping[str, Any]
    ) -> None:
        """``start`` is the marks of a group, or None; ``sums`` are (pixels, lanes)."""
        self.next = {}
        if start is not None:
            self.next = {
                "active": True,
                "left": config["chunks"],
                "lane": 0,
                "cell": 0,
                "marks": start,
            }
        elif self.active:
            self.next = {"left": self.left - 1, "lane": self.lane + self.count}
            if self.next["lane"] >= self.lanes:
                self.next |= {"lane": self.next["lane"] - self.lanes, "cell": self.cell + 1}
            if self.left == 1:
                self.next["active"] = False
        if rst:
            self.next["active"] = False
        if load:
            self.next["chain"] = sums.reshape(-1)
        elif self.count < self.chain.size:
            rest = np.zeros(self.count, np.int64)
            self.next["chain"] = np.concatenate([self.chain[self.count :], rest])
