"""Model of ``dw_float_bias_store``: the biases of every lane."""

from __future__ import annotations

from collections import deque

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.param_loader import Write
from dwsim.spec.float_arithmetic import FloatArithmetic


class FloatBiasStore(Component):
    """The memories of all beats of a bias; ``memory`` has axes (bank, set, beat, lane).

    ``read_data`` is int64 of shape (beats, lanes), and so is ``memory_data``, the register before
    it. ``tags`` holds the last reads, (bank, set), the newest first.
    """

    def __init__(self, numbers: EngineNumbers, arithmetic: FloatArithmetic) -> None:
        self.width = arithmetic.number.width
        self.words = arithmetic.bias_words
        self.units = numbers.spec.lane_multipliers
        self.age = numbers.timing.bias_tag_cycles
        self.tags = deque([(0, 0)] * (1 + self.age), maxlen=1 + self.age)
        shape = (self.words, numbers.spec.lanes)
        self.memory = np.zeros((2, 1 << numbers.counters.set_width, *shape), np.int64)
        self.memory_data = np.zeros(shape, np.int64)
        self.read_data = np.zeros(shape, np.int64)
        self._write: Write | None = None

    @property
    def bias(self) -> np.ndarray:
        """The biases that leave, words of the accumulation format, int64 of shape (lanes,)."""
        places = self.width * np.arange(self.words)
        biases: np.ndarray = (self.read_data << places[:, None]).sum(axis=0)
        return biases

    def compute(self, write: Write | None, active_bank: int, weight_set: int) -> None:
        """``write`` comes from the parameter loader, ``weight_set`` from the group tag."""
        self.tags.appendleft((active_bank, weight_set))
        self.next = {
            "read_data": self.memory_data,
            "memory_data": self.memory[self.tags[self.age]].copy(),
        }
        self._write = write if write is not None and write.word >= self.units else None

    def commit(self) -> None:
        """The clock edge: a beat is written."""
        if self._write is not None:
            beat = self._write.word - self.units
            self.memory[self._write.bank, self._write.weight_set, beat] = self._write.data
        super().commit()
