"""Model of ``dw_raster``: walks planes slot by slot."""

from __future__ import annotations

from dwsim.model.component import Component
from dwsim.model.raster_axis import RasterAxis


class Raster(Component):
    """Two axes, and whether a plane is under way."""

    def __init__(self) -> None:
        self.col = RasterAxis()
        self.row = RasterAxis()
        self.running = False

    def live(self, start: bool) -> bool:
        """This slot belongs to a plane."""
        return self.running or start

    def hit(self, start: bool) -> bool:
        """... and is hit on both axes."""
        return (self.running or start) and self.col.hit and self.row.hit

    def final_hit(self, start: bool) -> bool:
        """... for the last time in its plane."""
        return (self.running or start) and self.col.final_hit and self.row.final_hit

    def compute(
        self,
        restart: bool,
        step: bool,
        start: bool,
        pitch: tuple[int, int],
        stride: tuple[int, int],
        count: tuple[int, int],
    ) -> None:
        """Pairs are (rows, columns)."""
        moves = step and self.live(start)
        row_end = moves and self.col.last
        self.col.compute(restart, moves, pitch[1], stride[1], count[1])
        self.row.compute(restart, row_end, pitch[0], stride[0], count[0])
        self.next = {}
        if restart:
            self.next["running"] = False
        elif moves:
            self.next["running"] = not (row_end and self.row.last)

    def commit(self) -> None:
        """The clock edge, of the axes too."""
        self.col.commit()
        self.row.commit()
        super().commit()
