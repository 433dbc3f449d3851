"""Model of ``dw_weight_memory``: the weights of all taps, weight sets and both banks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component


class WeightMemory(Component):
    """The memories of all taps at once; axes are (bank, set, column, row, lane).

    Words beyond the taps are the requantiser's: ``scale`` has axes (bank, set, word, lane).
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        spec = numbers.spec
        self.kernel_w = spec.kernel_w
        self.columns = np.arange(spec.kernel_w)
        shape = (spec.kernel_w, spec.kernel_h, spec.lanes)
        self.memory = np.zeros((2, 1 << numbers.set_width, *shape), np.int64)
        self.memory_data = np.zeros(shape, np.int64)
        self.read_data = np.zeros(shape, np.int64)
        self.taps = spec.kernel_w * spec.kernel_h
        scale = (numbers.scale_words, spec.lanes)
        self.scale = np.zeros((2, 1 << numbers.set_width, *scale), np.int64)
        self.scale_memory_data = np.zeros(scale, np.int64)
        self.scale_data = np.zeros(scale, np.int64)
        self.words = np.arange(numbers.scale_words)
        self._write: tuple[int, int, int, np.ndarray] | None = None

    def compute(
        self,
        write_word: int | None,
        write_bank: int,
        write_set: int,
        write_data: np.ndarray | None,
        read_tags: Sequence[tuple[int, int]],
        scale_tags: Sequence[tuple[int, int]],
    ) -> None:
        """``read_tags``: (bank, set) of each kernel column; two cycles to ``read_data``.

        ``scale_tags``: that of each of the requantiser's words; two cycles to ``scale_data``.
        """
        banks, sets = zip(*read_tags, strict=True)
        self.next = {
            "read_data": self.memory_data,
            "memory_data": self.memory[banks, sets, self.columns],
        }
        if scale_tags:
            banks, sets = zip(*scale_tags, strict=True)
            self.next["scale_data"] = self.scale_memory_data
            self.next["scale_memory_data"] = self.scale[banks, sets, self.words]
        self._write = None
        if write_word is not None and write_data is not None:
            self._write = (write_bank, write_set, write_word, write_data)

    def commit(self) -> None:
        """The clock edge: a word is written."""
        if self._write is not None:
            bank, weight_set, word, data = self._write
            if word < self.taps:
                row, column = divmod(word, self.kernel_w)
                self.memory[bank, weight_set, column, row] = data
            else:
                self.scale[bank, weight_set, word - self.taps] = data
        super().commit()
