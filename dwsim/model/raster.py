"""Model of ``dw_raster``: walks the planes of a stream slot by slot."""

from __future__ import annotations

from dwsim.model.component import Component
from dwsim.model.countdown import Countdown
from dwsim.model.raster_axis import RasterAxis


class Raster(Component):
    """Two axes, the channel groups of a pixel, and the planes.

    Steps are slots that belong to a plane; a plane is done at its last hit.
    """

    def __init__(self) -> None:
        self.group = Countdown()
        self.col = RasterAxis()
        self.row = RasterAxis()
        self.planes_left = 0

    @property
    def pixel_end(self) -> bool:
        """This slot is the last of its pixel."""
        return self.group.last

    @property
    def row_end(self) -> bool:
        """... of its row."""
        return self.group.last and self.col.last

    @property
    def plane_end(self) -> bool:
        """... of its plane."""
        return self.row_end and self.row.last

    @property
    def hit(self) -> bool:
        """... is hit on both axes."""
        return self.col.hit and self.row.hit

    @property
    def final_hit(self) -> bool:
        """... for the last time in its plane."""
        return self.group.last and self.col.final_hit and self.row.final_hit

    @property
    def has_planes(self) -> bool:
        """A plane is not done."""
        return self.planes_left != 0

    @property
    def last_plane(self) -> bool:
        """The plane to be done next is the last."""
        return self.planes_left == 1

    @property
    def turns(self) -> bool:
        """The plane ends, and another one follows."""
        return self.plane_end and self.planes_left != self.final_hit

    def compute(
        self,
        restart: bool,
        step: bool,
        interleave: int,
        pitch: tuple[int, int],
        stride: tuple[int, int],
        count: tuple[int, int],
        planes: int,
    ) -> None:
        """Pairs are (rows, columns)."""
        pixel_end, row_end = step and self.pixel_end, step and self.row_end
        self.group.compute(restart, step, interleave)
        self.col.compute(restart, pixel_end, pitch[1], stride[1], count[1])
        self.row.compute(restart, row_end, pitch[0], stride[0], count[0])
        self.next = {}
        if restart:
            self.next["planes_left"] = planes
        elif step:
            self.next["planes_left"] = self.planes_left - self.final_hit

    def commit(self) -> None:
        """The clock edge, of the counters too."""
        self.group.commit()
        self.col.commit()
        self.row.commit()
        super().commit()
