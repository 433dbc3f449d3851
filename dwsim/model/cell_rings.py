"""Model of ``dw_cell_rings``: the pixel memories behind the ifmap port, one for each cell."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class CellRings(Component):
    """The memories, which hold the same pixels, and two registers through which pixels come out.

    Pixels are int64 of shape (pixels, lanes): that of each cell, all lanes.
    """

    def __init__(self, numbers: SerialNumbers) -> None:
        formats, lanes = numbers.formats, numbers.spec.lanes
        self.beat_pixels = formats.ifmap_pixels
        self.memory = np.zeros((numbers.shape.ring_beats * self.beat_pixels, lanes), np.int64)
        self.memory_data = self.pixels = np.zeros((formats.pixels, lanes), np.int64)
        self.first = 0
        """The address of the first pixel of the next beat."""
        self._write: tuple[int, np.ndarray] | None = None

    def compute(self, restart: bool, beat: np.ndarray | None, addresses: np.ndarray) -> None:
        """``beat`` is written, if there is one; ``addresses`` has the pixel of each cell."""
        self._write = None if beat is None else (self.first, beat)
        self.next = {"memory_data": self.memory[addresses], "pixels": self.memory_data}
        if restart:
            self.next["first"] = 0
        elif beat is not None:
            self.next["first"] = (self.first + self.beat_pixels) % len(self.memory)

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        if self._write is not None:
            first, beat = self._write
            self.memory[first : first + self.beat_pixels] = beat.reshape(self.beat_pixels, -1)
