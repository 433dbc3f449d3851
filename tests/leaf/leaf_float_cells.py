"""Inside the simulator: the cells of a tap-serial array in floating point, and their sums."""

from __future__ import annotations

from abc import abstractmethod
from types import SimpleNamespace
from typing import Any

import numpy as np

from dwsim.derive import numbers_of
from dwsim.model.float_accumulator import FloatAccumulator
from dwsim.model.float_cell_array import FloatCellArray
from dwsim.model.float_part_sum import FloatPartSum
from dwsim.model.float_serial_bias import FloatSerialBias
from dwsim.model.partial_index import PartialIndex
from dwsim.stream.layout import to_word
from tests.leaf.float_part import FloatArrayPart
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test

SUM_CYCLES = 6
PRODUCT_CYCLES = 7
COMPLETE_CYCLES = 1 + SUM_CYCLES + 1
"""From the `add` of a sum's last tap to all its partial sums."""


class Taps:
    """`add` and `first` of sums of one tap up to many, with gaps and without."""

    def __init__(self, case: Case, parts: int, taps: int) -> None:
        self.rng = case.rng
        self.parts, self.most = parts, taps
        self.adds = Coin(self.rng)
        self.tap = self.count = 0
        self.now = -1
        self.taps: list[tuple[int, int]] = []
        """Cycle of `add` and partial sum of each tap of the sum that is at work."""

    def step(self) -> tuple[bool, bool, bool]:
        """`add` and `first` of the next cycle, and the tap is the last of its sum."""
        self.now += 1
        if not self.adds():
            return False, self.rng.random() < 0.5, False
        if self.tap == self.count:
            self.tap, self.taps = 0, []
            self.count = self.rng.choice((1, self.most, self.rng.randint(1, self.most)))
        self.taps.append((self.now, self.tap % self.parts))
        self.tap += 1
        return True, self.tap == 1, self.tap == self.count


class PartialIndexCase(Case):
    """A sum with no more taps than partial sums, unless these fill the adder."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.parts = self.parameters["PARTS"]
        most = 3 * SUM_CYCLES if self.parts == SUM_CYCLES else self.parts
        self.taps = Taps(self, self.parts, most)
        self.component = PartialIndex(self.parts)
        self.history: list[tuple[int, int, bool]] = []  # cycle of `add`, partial sum, first
        self.bypasses = self.throughs = self.later = 0

    def drive(self) -> Values:
        self.add, self.first, _ = self.taps.step()
        self.now = self.taps.now
        if self.add:
            self.history.append((self.now, self.taps.taps[-1][1], self.first))
        return {"add": int(self.add), "first": int(self.first)}

    def _leaving(self, cycle: int) -> tuple[int, bool] | None:
        """The partial sum that leaves the adder in a cycle, and if it is a sum's first."""
        found = [one for one in self.history if one[0] + 1 + SUM_CYCLES == cycle]
        return (found[0][1], found[0][2]) if found else None

    def model(self, i: Values) -> Expected:
        one = self.component
        if self.now <= SUM_CYCLES + 1 or not self.history:
            return {}
        expected: Expected = {"write": to_word(one.write.astype(int), 1), "clear": one.clear}
        if self.add:
            expected["read_index"] = one.read_index(self.first)
            expected["through"] = one.through(self.first)
        if self.history[-1][0] == self.now - 1 or self.history[-2:-1] == [self.now - 1]:
            expected |= {"fresh": one.fresh, "bypass": one.bypass}
        return expected

    def promise(self, i: Values) -> Expected:
        if self.now <= SUM_CYCLES + 1:
            return {}
        leaves = self._leaving(self.now)
        part, first = leaves or (0, False)
        expected: Expected = {"write": (leaves is not None) << part, "clear": int(first)}
        if self.add:
            own = self.history[-1][1]
            through = leaves is not None and part == own
            expected |= {"read_index": own, "through": int(through)}
            self.throughs += through
            self.later += not self.first
        before = [one for one in self.history if one[0] == self.now - 1]
        if before:
            index = self._index_of(before[0])
            bypass = leaves is not None and part == before[0][1]
            expected |= {"fresh": int(index < self.parts), "bypass": int(bypass)}
            self.bypasses += bypass and index >= self.parts
        return expected

    def _index_of(self, tap: tuple[int, int, bool]) -> int:
        """The number of taps before this one in its sum."""
        place = self.history.index(tap)
        start = max(k for k in range(place + 1) if self.history[k][2])
        return place - start

    def clock(self, i: Values) -> None:
        self.component.compute(self.add, self.first)
        self.component.commit()
        self.history = self.history[-4 * SUM_CYCLES :]

    def uncovered(self) -> str:
        wraps = self.parts < SUM_CYCLES or (self.bypasses > 20 and self.throughs > 20)
        return "" if wraps and (self.later > 20 or self.parts == 1) else "sums of many taps"


class FloatCells(FloatArrayPart):
    """Random numbers; a product comes PRODUCT_CYCLES after its factors, its `add` a cycle less."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = numbers_of(self.spec)
        self.parts = self.numbers.formats.partial_sums
        self.schedule = Taps(self, self.parts, self.spec.taps)
        self.history: list[Any] = []
        self.due: dict[int, list[int]] = {}
        self.now = 0
        self.known = False
        self.wholes = 0

    def sums_of(self, taps: list[tuple[int, int]], product: Any) -> list[int]:
        """The partial sums of taps, as words; `product` takes the cycle of the factors."""
        parts = [
            [product(cycle + 1 - PRODUCT_CYCLES) for cycle, own in taps if own == k]
            for k in range(self.parts)
        ]
        return [self.acc_word(self.definition.chain(one)) if one else 0 for one in parts]

    def fire(self) -> tuple[bool, bool]:
        """`add` and `first`; notes when the partial sums of a sum are due."""
        if self.now < PRODUCT_CYCLES:
            self.schedule.now = self.now
            return False, False
        add, first, last = self.schedule.step()
        if last:
            self.note(self.now + COMPLETE_CYCLES, list(self.schedule.taps))
            self.wholes += self.schedule.tap == self.spec.taps
        return add, first

    @abstractmethod
    def note(self, cycle: int, taps: list[tuple[int, int]]) -> None:
        """Notes the partial sums of these taps, which are complete in a cycle."""

    def promise(self, i: Values) -> Expected:
        words = self.due.pop(self.now, None)
        if words is None:
            return {}
        self.known = True
        return {"acc": to_word(np.array(words), self.arithmetic.acc.width)}

    def uncovered(self) -> str:
        different = len(self.results) > 40 and self.wholes > 5
        return "" if different else "40 different results, and sums of all taps"


class FloatAccumulatorCase(FloatCells):
    """One cell, with the signals of the model of dw_partial_index."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.index = PartialIndex(self.parts)
        self.component = FloatAccumulator(self.arithmetic, (1, 1), self.parts)

    def drive(self) -> Values:
        used = int(self.rng.random() < 0.9)
        operand, weight = (int(self.number(1)[0]) for _ in range(2))
        self.drawn = used, operand, weight
        self.history.append(self.drawn)
        self.add, self.first = self.fire()
        one = self.index
        return {
            "skip": 1 - used,
            "operand": operand,
            "weight": weight,
            "read_index": one.read_index(self.first),
            "through": int(one.through(self.first)),
            "fresh": int(one.fresh),
            "bypass": int(one.bypass),
            "write": to_word(one.write.astype(int), 1),
            "clear": int(one.clear),
        }

    def note(self, cycle: int, taps: list[tuple[int, int]]) -> None:
        width = self.arithmetic.number.width

        def product(at: int) -> float:
            used, operand, weight = self.history[at]
            return self.product(operand + (used << width), weight)

        self.due[cycle] = self.sums_of(taps, product)

    def model(self, i: Values) -> Expected:
        acc = self.component.acc.reshape(-1)
        return {"acc": to_word(acc, self.arithmetic.acc.width)} if self.known else {}

    def clock(self, i: Values) -> None:
        used, operand, weight = self.drawn
        skip, factor = np.array([[not used]]), np.array([[operand]], np.int64)
        factors = skip, factor, np.array([weight], np.int64)
        self.component.compute(*factors, self.index, self.first)
        self.index.compute(self.add, self.first)
        self.component.commit()
        self.index.commit()
        self.now += 1


class FloatCellArrayCase(FloatCells):
    """Random segments at both strides; some cells are outside the ifmap."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FloatCellArray(self.numbers, self.arithmetic)
        self.cells, self.lanes = self.numbers.formats.pixels, self.spec.lanes
        self.length = self.numbers.shape.segment
        self.strides: set[int] = set()

    def drive(self) -> Values:
        self.segment = self.number(self.length * self.lanes).reshape(self.length, self.lanes)
        self.weight = self.number(self.lanes)
        self.stride = self.rng.randint(1, 2)
        # A cell whose place lies behind the segment has no tap.
        placed = [q * self.stride < self.length for q in range(self.cells)]
        self.in_ifmap = np.array([on and self.rng.random() < 0.9 for on in placed])
        self.history.append((self.segment, self.stride, self.in_ifmap, self.weight))
        self.add, self.first = self.fire()
        width = self.arithmetic.number.width
        self.strides.add(self.stride)
        return {
            "segment": to_word(self.segment.reshape(-1), width),
            "cell_stride": self.stride,
            "in_ifmap": to_word(self.in_ifmap.astype(int), 1),
            "weight": to_word(self.weight, width),
            "add": int(self.add),
            "first": int(self.first),
        }

    def note(self, cycle: int, taps: list[tuple[int, int]]) -> None:
        width = self.arithmetic.number.width
        words: list[int] = []
        for q, lane in np.ndindex(self.cells, self.lanes):

            def product(at: int, q: int = q, lane: int = lane) -> float:
                segment, stride, in_ifmap, weights = self.history[at]
                weight = weights[lane]
                operand = int(segment[q * stride][lane]) if in_ifmap[q] else 0
                return self.product(operand + (int(in_ifmap[q]) << width), int(weight))

            words += self.sums_of(taps, product)
        self.due[cycle] = words

    def model(self, i: Values) -> Expected:
        acc = self.component.acc.reshape(-1)
        return {"acc": to_word(acc, self.arithmetic.acc.width)} if self.known else {}

    def clock(self, i: Values) -> None:
        fire = self.add, self.first
        self.component.compute(self.segment, self.stride, self.in_ifmap, self.weight, fire)
        self.component.commit()
        self.now += 1

    def uncovered(self) -> str:
        return super().uncovered() if self.strides == {1, 2} else "both strides"


class FloatPartSumCase(FloatArrayPart):
    """Random partial sums of all values."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.shape = self.parameters["VALUES"], self.parameters["PARTS"]
        self.component = FloatPartSum(self.arithmetic, *self.shape)
        self.delay = SUM_CYCLES * (self.shape[1] - 1).bit_length()
        self.history: list[np.ndarray] = []

    def drive(self) -> Values:
        self.drawn = self.acc(int(np.prod(self.shape))).reshape(self.shape)
        return {"parts": to_word(self.drawn.reshape(-1), self.arithmetic.acc.width)}

    def model(self, i: Values) -> Expected:
        known = len(self.history) >= self.delay
        sums = self.component.sums(self.drawn)
        return {"sums": to_word(sums, self.arithmetic.acc.width)} if known else {}

    def promise(self, i: Values) -> Expected:
        start = len(self.history) - self.delay
        if start < 0:
            return {}
        values = [[self.acc_value(word) for word in one] for one in self.history[start]]
        words = [self.acc_word(self.definition.pairs(one)) for one in values]
        return {"sums": to_word(np.array(words), self.arithmetic.acc.width)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        self.component.compute(self.drawn)
        self.component.commit()


class FloatSerialBiasCase(FloatArrayPart):
    """Sums of any lane and weight set, while the loader writes the other bank."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        n = self.numbers = numbers_of(self.spec)
        self.component = FloatSerialBias(n, self.arithmetic)
        self.lanes, self.count = n.spec.lanes, n.shape.requantisers
        self.sets, self.delay = n.counters.weight_sets, self.parameters["DELAY"]
        self.writes = Coin(self.rng)
        words = n.formats.scale_beats * self.lanes
        self.words = np.zeros((2, 1 << n.counters.set_width, self.lanes, words), np.int64)
        self.biases: dict[tuple[int, int, int], int] = {}
        self.bank, self.steady = 1, 0
        self.asked: list[list[int] | None] = []
        self.history: list[tuple[np.ndarray, list[int] | None]] = []
        self.banks = [0, 0]

    def drive(self) -> Values:
        # Constant over a stream; then it changes.
        if self.steady > 120:
            self.bank, self.steady, self.asked, self.history = 1 - self.bank, 0, [], []
        c, rng, width = self.numbers.counters, self.rng, self.arithmetic.acc.width
        self.address = (1 - self.bank, rng.randrange(self.sets), rng.randrange(self.lanes))
        self.written, self.write = int(self.acc(1)[0]), self.writes()
        self.weight_set = rng.randrange(self.sets)
        self.lane = 0 if self.count % self.lanes == 0 else rng.randrange(self.lanes)
        self.drawn = self.acc(self.count)
        bank, weight_set, lane = self.address
        return {
            "write": int(self.write),
            "write_address": (bank << c.set_width | weight_set) << c.lane_width | lane,
            "write_data": self.written,
            "bank": self.bank,
            "weight_set": self.weight_set,
            "lane": self.lane,
            "acc": to_word(self.drawn, width),
        }

    def _known(self) -> tuple[np.ndarray, list[int]] | None:
        """The sums that come out, with their biases."""
        if len(self.history) < SUM_CYCLES or self.history[-SUM_CYCLES][1] is None:
            return None
        acc, biases = self.history[-SUM_CYCLES]
        assert biases is not None
        return acc, biases

    def model(self, i: Values) -> Expected:
        width = self.arithmetic.acc.width
        return {"sums": to_word(self.component.sums, width)} if self._known() else {}

    def promise(self, i: Values) -> Expected:
        known = self._known()
        if known is None:
            return {}
        self.banks[self.bank] += 1
        pairs = zip(*known, strict=True)
        sums = [self.definition.sum(*map(self.acc_value, pair)) for pair in pairs]
        words = np.array([self.acc_word(value) for value in sums])
        return {"sums": to_word(words, self.arithmetic.acc.width)}

    def clock(self, i: Values) -> None:
        loader: Any = SimpleNamespace(scale=self.words, active_bank=self.bank)
        self.component.compute(loader, self.lane, self.weight_set, self.drawn)
        self.component.commit()
        lanes = [(self.lane + k) % self.lanes for k in range(self.count)]
        found = [self.biases.get((self.bank, self.weight_set, lane)) for lane in lanes]
        self.asked.append(None if None in found else [int(one or 0) for one in found])
        known = len(self.asked) > self.delay
        self.history.append((self.drawn, self.asked[-1 - self.delay] if known else None))
        if self.write:
            self.biases[self.address] = self.written
            width = self.arithmetic.number.width
            for word in range(self.arithmetic.bias_words):
                place = (*self.address, word)
                self.words[place] = self.written >> word * width & (1 << width) - 1
        self.steady += 1

    def uncovered(self) -> str:
        return super().uncovered() if min(self.banks) > 20 else "both banks"


dw_partial_index = leaf_test("dw_partial_index", PartialIndexCase, 3000)
dw_float_accumulator = leaf_test("dw_float_accumulator", FloatAccumulatorCase, 600)
dw_float_cell_array = leaf_test("dw_float_cell_array", FloatCellArrayCase, 400)
dw_float_part_sum = leaf_test("dw_float_part_sum", FloatPartSumCase, 300)
dw_float_serial_bias = leaf_test("dw_float_serial_bias", FloatSerialBiasCase, 1000)
