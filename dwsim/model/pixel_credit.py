"""Model of ``dw_pixel_credit``: pixels for which the output FIFO has room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelCredit(Component):
    """A count of pixels, and the cells of claims that turned out empty."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.total = self.credits = numbers.timing.credits
        self.beat = numbers.formats.ofmap_pixels
        self.largest = numbers.counters.largest_claim
        self.empty = self.returned = 0
        self.taken, self.back = False, 0

    @property
    def room(self) -> bool:
        """There is room for the largest group, without what came back in the cycle before."""
        return self.credits - self.back >= self.largest

    def compute(
        self, rst: bool, take: bool, counts: np.ndarray, pad: int, give: bool,
        config: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """A group takes room for all cells in use, and ``pad``; a beat gives its room back.

        ``counts`` are the cells with a pixel, of the group before. The room of the others returns
        later.
        """
        cells = int(config["cells"])
        if rst:
            self.next = {
                "credits": self.total, "taken": False, "empty": 0, "returned": 0,
                "back": 0,
            }  # fmt: skip
            return
        back = self.returned + self.beat * give
        self.next = {
            "credits": self.credits + back - (cells + pad if take else 0),
            "back": back,
            "taken": take,
            "empty": cells - int(counts.sum()) if self.taken else 0,
            "returned": self.empty,
        }
