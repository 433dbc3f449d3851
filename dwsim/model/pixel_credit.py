"""Model of ``dw_pixel_credit``: pixels for which the output FIFO has room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelCredit(Component):
    """A count of pixels, the newest claim, and the cells of claims that turned out empty."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.total = self.credits = numbers.timing.credits
        self.beat = numbers.formats.ofmap_pixels
        self.largest = numbers.counters.largest_claim
        self.claimed = self.empty = self.returned = 0

    @property
    def room(self) -> bool:
        """There is room for the largest group."""
        return self.credits - self.claimed >= self.largest

    def compute(
        self, rst: bool, take: bool, counts: np.ndarray, pad: int, give: bool,
        config: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """A group takes room for all cells in use, and ``pad``; a beat gives its room back.

        ``counts`` are the cells with a pixel. The room of the others returns later.
        """
        cells = int(config["cells"])
        if rst:
            self.next = {"credits": self.total, "claimed": 0, "empty": 0, "returned": 0}
            return
        self.next = {
            "credits": self.credits - self.claimed + self.returned + self.beat * give,
            "claimed": cells + pad if take else 0,
            "empty": cells - int(counts.sum()) if take else 0,
            "returned": self.empty,
        }
