"""Model of ``dw_scale_store``: the requantiser's parameters of every lane."""

from __future__ import annotations

from collections import deque

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.param_loader import Write


class ScaleStore(Component):
    """The memories of all bytes; ``memory`` has axes (bank, set, byte, lane).

    ``scale`` is int64 of shape (bytes, lanes), and so is ``memory_data``, the register before it.
    ``tags`` holds the last reads, (bank, set), the newest first: a byte takes the read of the
    cycle in which its part is used.
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        parts, shape = (
            numbers.formats.scale_parts,
            (numbers.formats.scale_words, numbers.spec.lanes),
        )
        first_cycles = numbers.timing.scale_tag_cycles
        self.units = numbers.spec.lane_multipliers
        self.bytes = np.arange(numbers.formats.scale_words)
        self.ages = [first_cycles + part.delay for part in parts for _ in range(part.words)]
        self.tags = deque([(0, 0)] * (1 + max(self.ages)), maxlen=1 + max(self.ages))
        self.memory = np.zeros((2, 1 << numbers.counters.set_width, *shape), np.int64)
        self.memory_data = np.zeros(shape, np.int64)
        self.scale = np.zeros(shape, np.int64)
        self._write: Write | None = None

    def compute(self, write: Write | None, active_bank: int, weight_set: int) -> None:
        """``write`` comes from the parameter loader, ``weight_set`` from the group tag."""
        self.tags.appendleft((active_bank, weight_set))
        banks, sets = zip(*(self.tags[age] for age in self.ages), strict=True)
        self.next = {
            "scale": self.memory_data,
            "memory_data": self.memory[banks, sets, self.bytes],
        }
        self._write = write if write is not None and write.word >= self.units else None

    def commit(self) -> None:
        """The clock edge: a word is written."""
        if self._write is not None:
            byte = self._write.word - self.units
            self.memory[self._write.bank, self._write.weight_set, byte] = self._write.data
        super().commit()
