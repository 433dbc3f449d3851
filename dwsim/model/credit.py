"""Model of ``dw_credit``: free entries of the output FIFO that no window has claimed."""

from __future__ import annotations

from dwsim.model.component import Component


class Credit(Component):
    """A counter of credits."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.credits = depth

    @property
    def available(self) -> bool:
        """A window may be emitted."""
        return self.credits != 0

    def compute(self, rst: bool, take: bool, give: bool) -> None:
        """``take``: a window is emitted; ``give``: an entry of the FIFO was freed."""
        self.next = {"credits": self.depth if rst else self.credits - take + give}
