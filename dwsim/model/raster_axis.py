"""Model of ``dw_raster_axis``: one axis of a raster."""

from __future__ import annotations

from dwsim.model.component import Component


class RasterAxis(Component):
    """Counts positions and hits."""

    def __init__(self) -> None:
        self.left = 0
        self.phase = 0
        self.hits_left = 0

    @property
    def last(self) -> bool:
        """The last position."""
        return self.left == 1

    @property
    def hit(self) -> bool:
        """One of the ``count`` multiples of the stride."""
        return self.phase == 1 and self.hits_left != 0

    @property
    def final_hit(self) -> bool:
        """The last of them."""
        return self.phase == 1 and self.hits_left == 1

    def compute(self, restart: bool, step: bool, pitch: int, stride: int, count: int) -> None:
        """``pitch`` positions, every ``stride``-th of them a hit, ``count`` times."""
        self.next = {}
        if restart or (step and self.last):
            self.next = {"left": pitch, "phase": 1, "hits_left": count}
        elif step:
            self.next = {
                "left": self.left - 1,
                "phase": stride if self.phase == 1 else self.phase - 1,
                "hits_left": self.hits_left - self.hit,
            }
