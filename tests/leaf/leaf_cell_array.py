"""Inside the simulator: the operands of all cells of a tap-serial array, and their sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.cell_array import CellArray
from dwsim.spec.number_range import value_range
from dwsim.stream.layout import to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test

PRODUCT_CYCLES = 3
"""From an operand and its weight to their product."""


class CellArrayCase(Case):
    """Random segments at both strides; sums of one tap up to all taps of the kernel."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = SerialNumbers(self.spec)
        self.component = CellArray(n)
        self.cells, self.lanes = n.formats.pixels, n.spec.lanes
        self.length = self.parameters["LENGTH"]
        self.adds, self.inside = Coin(self.rng), Coin(self.rng, 0.5, 1.0)
        self.added: tuple[np.ndarray, bool] | None = None  # leaves the multipliers, may be first
        self.products: list[np.ndarray] = []
        self.sums: np.ndarray | None = None
        self.taps = self.spec.taps
        self.strides: set[int] = set()
        self.longest = 0

    def _numbers(self, limits: tuple[int, int], *shape: int) -> np.ndarray:
        low, high = limits
        drawn = [
            self.rng.choice((low, high, self.rng.randint(low, high)))
            for _ in range(int(np.prod(shape)))
        ]
        return np.array(drawn, np.int64).reshape(shape)

    def drive(self) -> Values:
        formats = self.numbers.formats
        self.segment = self._numbers(formats.operand_range, self.length, self.lanes)
        limits = value_range(self.spec.weight_width, self.spec.weight_signed)
        self.weight = self._numbers(limits, self.lanes)
        self.stride = self.rng.randint(1, 2)
        # A cell whose place lies behind the segment has no tap.
        self.placed = [q * self.stride < self.length for q in range(self.cells)]
        self.in_ifmap = np.array([placed and self.inside() for placed in self.placed])
        add = len(self.products) >= PRODUCT_CYCLES - 1 and self.adds()
        first = self.taps == self.spec.taps or self.rng.random() < 0.1
        return {
            "segment": to_word(self.segment.reshape(-1), formats.operand_width),
            "cell_stride": self.stride,
            "in_ifmap": to_word(self.in_ifmap.astype(int), 1),
            "weight": to_word(self.weight, self.spec.weight_width),
            "add": int(add),
            "first": int(first),
        }

    def _word(self, sums: np.ndarray) -> int:
        return to_word(sums.reshape(-1), self.numbers.formats.acc_width)

    def model(self, i: Values) -> Expected:
        return {} if self.sums is None else {"acc": self._word(self.component.acc)}

    def promise(self, i: Values) -> Expected:
        return {} if self.sums is None else {"acc": self._word(self.sums)}

    def clock(self, i: Values) -> None:
        add, first = bool(i["add"]), bool(i["first"])
        fire = (add, first)
        if self.added is not None:
            product, begins = self.added
            self.sums = product if begins or self.sums is None else self.sums + product
            self.taps = 1 if begins else self.taps + 1
            self.longest += self.taps == self.spec.taps
        self.component.compute(self.segment, self.stride, self.in_ifmap, self.weight, fire)
        self.component.commit()
        self.added = (self.products[-PRODUCT_CYCLES + 1], first) if add else None
        operands = [
            self.segment[q * self.stride] if inside else np.zeros(self.lanes, np.int64)
            for q, inside in enumerate(self.in_ifmap)
        ]
        self.products = [*self.products[-PRODUCT_CYCLES:], np.array(operands) * self.weight]
        self.strides.add(self.stride)

    def uncovered(self) -> str:
        return "" if self.longest > 20 and self.strides == {1, 2} else "whole sums at both strides"


dw_cell_array = leaf_test("dw_cell_array", CellArrayCase, 1500)
