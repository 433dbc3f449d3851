"""Inside the simulator: the base of the cases of an engine in floating point."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive import numbers_of
from dwsim.spec.float_arithmetic import FloatFormat
from dwsim.stream.random_floats import random_words
from tests.golden.float_definition import Definition
from tests.leaf.leaf_float_units import value_of, word_of
from tests.leaf.leaf_harness import Case

BLOCK = 100


class FloatArrayPart(Case):
    """Words of the formats of an engine, and its operations by their definition in fractions."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = numbers_of(self.spec)
        self.arithmetic = arithmetic = self.numbers.formats.arithmetic
        names = arithmetic.number_format, arithmetic.accumulate
        self.number_name, self.acc_name = names
        self.definition = Definition(*names, arithmetic.flushes)
        self.draws = np.random.default_rng(self.rng.getrandbits(32))
        self.blocks: dict[FloatFormat, np.ndarray] = {}
        self.results: set[int] = set()

    def number(self, count: int) -> np.ndarray:
        return self._words(self.arithmetic.number, count)

    def acc(self, count: int) -> np.ndarray:
        return self._words(self.arithmetic.acc, count)

    def _words(self, kind: FloatFormat, count: int) -> np.ndarray:
        """Random words; they are drawn in blocks, whose kinds of numbers differ."""
        block = self.blocks.get(kind, np.zeros(0, np.int64))
        if len(block) < count:
            block = random_words(self.draws, (BLOCK + count,), kind).astype(np.int64)
        self.blocks[kind] = block[count:]
        return block[:count]

    def acc_value(self, word: int) -> float:
        return value_of(int(word), self.acc_name)

    def acc_word(self, value: float) -> int:
        self.results.add(word_of(value, self.acc_name))
        return word_of(value, self.acc_name)

    def product(self, operand: int, weight: int) -> float:
        """A skipped operand has a 0 above it."""
        width = self.arithmetic.number.width
        if not operand >> width:
            return 0.0
        words = operand & (1 << width) - 1, weight
        return self.definition.product(*(value_of(int(w), self.number_name) for w in words))

    def uncovered(self) -> str:
        return "" if len(self.results) > 100 else "100 different results"
