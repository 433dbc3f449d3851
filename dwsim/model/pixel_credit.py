"""Model of ``dw_pixel_credit``: pixels for which the output FIFO has room."""

from __future__ import annotations

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class PixelCredit(Component):
    """A count of pixels."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.total = self.credits = numbers.timing.credits
        self.beat = numbers.formats.ofmap_pixels
        self.largest = numbers.counters.largest_claim

    @property
    def room(self) -> bool:
        """There is room for the largest group."""
        return self.credits >= self.largest

    def compute(self, rst: bool, take: int, give: bool) -> None:
        """``take`` credits go, a beat of them comes back."""
        self.next = {"credits": self.total if rst else self.credits - take + self.beat * give}
