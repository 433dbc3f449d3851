"""Model of the parameter memories (``dw_ram``s) of the multipliers and the requantiser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class WeightMemory(Component):
    """The memories of all multipliers at once; axes are (bank, word, column, row, lane).

    Those of the requantiser are ``scale``, with axes (bank, set, word, lane).
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.array_cols = numbers.formats.array_cols
        self.columns = np.arange(self.array_cols)
        shape = (self.array_cols, numbers.formats.array_rows, spec.lanes)
        self.memory = np.zeros((2, 1 << numbers.counters.word_width, *shape), np.int64)
        self.memory_data = np.zeros(shape, np.int64)
        self.read_data = np.zeros(shape, np.int64)
        self.units = spec.lane_multipliers
        scale = (numbers.formats.scale_words, spec.lanes)
        self.scale = np.zeros((2, 1 << numbers.counters.set_width, *scale), np.int64)
        self.scale_memory_data = np.zeros(scale, np.int64)
        self.scale_data = np.zeros(scale, np.int64)
        self.words = np.arange(numbers.formats.scale_words)
        self._write: tuple[int, int, int, int, np.ndarray] | None = None

    def compute(
        self,
        write: tuple[int, int, int, int, np.ndarray] | None,
        read_tags: Sequence[tuple[int, int]],
        scale_tags: Sequence[tuple[int, int]],
    ) -> None:
        """``read_tags``: (bank, word) of each column; two cycles to ``read_data``.

        ``scale_tags``: (bank, set) of each of the requantiser's words; two cycles to
        ``scale_data``. ``write`` is (memory, bank, word, set, beat).
        """
        banks, words = zip(*read_tags, strict=True)
        self.next = {
            "read_data": self.memory_data,
            "memory_data": self.memory[banks, words, self.columns],
        }
        if scale_tags:
            banks, sets = zip(*scale_tags, strict=True)
            self.next["scale_data"] = self.scale_memory_data
            self.next["scale_memory_data"] = self.scale[banks, sets, self.words]
        self._write = write

    def commit(self) -> None:
        """The clock edge: a word is written."""
        if self._write is not None:
            memory, bank, word, weight_set, data = self._write
            if memory < self.units:
                row, column = divmod(memory, self.array_cols)
                self.memory[bank, word, column, row] = data
            else:
                self.scale[bank, weight_set, memory - self.units] = data
        super().commit()
