"""Model of ``dw_weight_store``: the weights of every multiplier."""

from __future__ import annotations

from collections import deque

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.param_loader import Write


class WeightStore(Component):
    """The memories of all multipliers; ``memory`` has axes (bank, word, column, row, lane).

    ``weights`` is int64 of shape (columns, rows, lanes), and so is ``memory_data``, the register
    before it. ``tags`` holds the last reads, (bank, word), the newest first: a column takes the
    read of its skew ago.
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        cols = numbers.formats.array_cols
        shape = (cols, numbers.formats.array_rows, numbers.spec.lanes)
        self.units = numbers.spec.lane_multipliers
        self.columns = np.arange(cols)
        self.skews = [numbers.timing.weight_tag_cycles(c) for c in range(cols)]
        self.tags = deque([(0, 0)] * (1 + max(self.skews)), maxlen=1 + max(self.skews))
        self.memory = np.zeros((2, 1 << numbers.counters.word_width, *shape), np.int64)
        self.memory_data = np.zeros(shape, np.int64)
        self.weights = np.zeros(shape, np.int64)
        self._write: Write | None = None

    def compute(self, write: Write | None, active_bank: int, weight_word: int) -> None:
        """``write`` comes from the parameter loader, ``weight_word`` from the group tag."""
        self.tags.appendleft((active_bank, weight_word))
        banks, words = zip(*(self.tags[skew] for skew in self.skews), strict=True)
        self.next = {
            "weights": self.memory_data,
            "memory_data": self.memory[banks, words, self.columns],
        }
        self._write = write if write is not None and write.word < self.units else None

    def commit(self) -> None:
        """The clock edge: a word is written."""
        if self._write is not None:
            row, column = divmod(self._write.word, len(self.columns))
            self.memory[self._write.bank, self._write.address, column, row] = self._write.data
        super().commit()
