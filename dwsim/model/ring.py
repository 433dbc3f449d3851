"""Model of ``dw_ring``: the memory behind the ifmap port."""

from __future__ import annotations

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component


class Ring(Component):
    """The memory, the register of a read, and the two registers through which it comes out.

    A read is an int64 array of shape (ring_pixels, lanes), bank by bank.
    """

    def __init__(self, numbers: SerialNumbers) -> None:
        shape = numbers.shape
        lanes = numbers.spec.lanes
        self.beats = shape.ring_beats
        self.pixels = shape.ring_pixels
        self.beat_pixels = numbers.formats.ifmap_pixels
        self.memory = np.zeros((self.beats, self.beat_pixels, lanes), np.int64)
        blank = np.zeros((self.pixels, lanes), np.int64)
        self.memory_data = blank
        self.read_data = blank
        self.reads = False
        self.first = 0  # word of the read
        self._write: tuple[int, np.ndarray] | None = None

    def compute(self, write: tuple[int, np.ndarray] | None, read: bool, read_pixel: int) -> None:
        """``write`` is a pixel address and a beat; ``read_pixel`` the address of a pixel."""
        self.next = {"reads": read, "first": read_pixel // self.beat_pixels}
        self._write = write
        if self.reads:
            first = self.first
            banks = self.pixels // self.beat_pixels
            # A word at address a sits in bank a modulo banks.
            rows = [self.memory[(first + (b - first) % banks) % self.beats] for b in range(banks)]
            self.next |= {"memory_data": np.concatenate(rows), "read_data": self.memory_data}

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        if self._write is not None:
            address, beat = self._write
            row = address // self.beat_pixels % self.beats
            self.memory[row] = beat.reshape(self.memory.shape[1:])
