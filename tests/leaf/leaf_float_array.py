"""Inside the simulator: the array of an engine in floating point, part by part."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.model.float_array import FloatArray
from dwsim.model.float_kernel_row import FloatKernelRow
from dwsim.model.float_narrow import FloatNarrow
from dwsim.model.float_pass_sum import FloatPassSum
from dwsim.model.float_row_tree import FloatRowTree
from dwsim.stream.layout import to_word
from tests.leaf.float_part import FloatArrayPart
from tests.leaf.leaf_float_units import word_of
from tests.leaf.leaf_harness import Expected, Values, leaf_test
from tests.leaf.leaf_values import MultiplierArrayCase
from tests.leaf.store_cases import WeightStoreCase

SUM_CYCLES = 6
PRODUCT_CYCLES = 7


class FloatKernelRowCase(FloatArrayPart):
    """One chain of one lane; a weight comes a cycle before its operand, with its column's skew."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FloatKernelRow(self.numbers, self.arithmetic)
        self.cols = self.numbers.formats.array_cols
        self.shape = (self.cols, self.numbers.formats.array_rows, self.spec.lanes)
        self.history: list[tuple[np.ndarray, np.ndarray]] = []

    def drive(self) -> Values:
        used = self.draws.random(self.cols) < self.rng.choice((0.5, 1.0))
        operands = self.number(self.cols) + (used << self.arithmetic.number.width)
        self.drawn = operands, self.number(self.cols)
        return {
            "operands": to_word(operands, self.numbers.formats.tap_width),
            "weights": to_word(self.drawn[1], self.spec.weight_width),
        }

    def _start(self) -> int:
        """Index of the operands whose psum comes out."""
        return len(self.history) - PRODUCT_CYCLES - SUM_CYCLES * (self.cols - 1)

    def model(self, i: Values) -> Expected:
        return {} if self._start() < 1 else {"psum": int(self.component.sums[0, 0])}

    def promise(self, i: Values) -> Expected:
        start = self._start()
        if start < 1:
            return {}
        skews = [SUM_CYCLES * max(0, c - 1) for c in range(self.cols)]
        weights = [self.history[start + skew - 1][1][c] for c, skew in enumerate(skews)]
        products = map(self.product, self.history[start][0], weights)
        return {"psum": self.acc_word(self.definition.chain(list(products)))}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        operands, weights = (np.zeros(self.shape, np.int64) for _ in range(2))
        operands[:, 0, 0], weights[:, 0, 0] = self.drawn
        self.component.compute(operands, weights)
        self.component.commit()


class FloatRowTreeCase(FloatArrayPart):
    """One lane's tree."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rows = self.parameters["ROWS"]
        self.component = FloatRowTree(self.arithmetic, self.rows, 1)
        self.history: list[np.ndarray] = []
        self.delay = SUM_CYCLES * (self.rows - 1).bit_length()

    def drive(self) -> Values:
        self.drawn = self.acc(self.rows)
        return {"rows": to_word(self.drawn, self.arithmetic.acc.width)}

    def model(self, i: Values) -> Expected:
        known = len(self.history) >= self.delay
        return {"sum": int(self.component.sum(self.drawn[:, np.newaxis])[0])} if known else {}

    def promise(self, i: Values) -> Expected:
        start = len(self.history) - self.delay
        if start < 0:
            return {}
        values = [self.acc_value(word) for word in [*self.history, self.drawn][start]]
        total = self.definition.pairs(values)
        if self.rows == 1:  # a wire, also for NaN with a payload and for subnormal numbers
            self.results.add(int(self.drawn[0]))
            return {"sum": int(self.drawn[0])}
        return {"sum": self.acc_word(total)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        self.component.compute(self.drawn[:, np.newaxis])
        self.component.commit()


class FloatPassSumCase(FloatArrayPart):
    """One lane; between two windows there are gaps with any pass and any sum.

    A pass is drawn with its sum, and the port gets it one cycle before the sum.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.passes = self.parameters["PASSES"]
        self.delay = SUM_CYCLES * (self.passes - 1).bit_length()
        self.component = FloatPassSum(self.arithmetic, self.passes, 1)
        self.coming: list[int] = [-1]  # the first sum has no pass before it
        self.window: list[float] | None = None
        self.due: dict[int, float] = {}
        self.cycle_now = 0
        self.next_index = self._index()
        self.pass_next = self._pass(self.next_index)

    def _index(self) -> int:
        """The index of the next sum in its window; -1: in a gap."""
        if not self.coming:
            self.coming = [-1] * self.rng.choice((0, 0, self.rng.randint(1, 5)))
            self.coming += range(self.passes)
        return self.coming.pop(0)

    def _pass(self, index: int) -> int:
        return self.rng.randrange(self.passes) if index < 0 else index

    def drive(self) -> Values:
        index, self.pass_now = self.next_index, self.pass_next
        self.next_index = self._index()
        self.pass_next = self._pass(self.next_index)
        self.sum = int(self.acc(1)[0])
        if index == 0:
            self.window = []
        if self.window is not None and index >= 0:
            self.window.append(self.acc_value(self.sum))
        if index == self.passes - 1 and self.window is not None:
            self.due[self.cycle_now + self.delay] = self.definition.pairs(self.window)
        return {"pass": self.pass_next, "sum": self.sum}

    def model(self, i: Values) -> Expected:
        known = self.cycle_now >= self.delay + 2 * self.passes
        return {"acc": int(self.component.acc[0])} if known else {}

    def promise(self, i: Values) -> Expected:
        total = self.due.pop(self.cycle_now, None)
        return {} if total is None else {"acc": self.acc_word(total)}

    def clock(self, i: Values) -> None:
        self.component.compute(self.pass_now, np.array([self.sum], np.int64))
        self.component.commit()
        self.cycle_now += 1

    def uncovered(self) -> str:
        return "" if len(self.results) > 30 else "30 different results"


class FloatNarrowCase(FloatArrayPart):
    """Sums of all lanes, often near an end of the ofmap's format, or halfway between two values."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lanes = self.parameters["LANES"]
        self.component = FloatNarrow(self.arithmetic, self.lanes)
        self.history: list[np.ndarray] = []

    def _near(self) -> int:
        """An acc near a number of the ofmap, the ends of its format, or half a last place."""
        acc, number, rng = self.arithmetic.acc, self.arithmetic.number, self.rng
        low, most = acc.bias - number.bias, (1 << number.exponent_width) - 1
        field = low + rng.choice((rng.randint(-number.significand_width - 3, 3), most - 1, most))
        field = min(max(field, 0), (1 << acc.exponent_width) - 1)
        dropped = acc.significand_width - number.significand_width + max(0, low + 1 - field)
        fraction = rng.choice((rng.getrandbits(acc.significand_width), -1, 0))
        if 0 < dropped <= acc.significand_width:
            half = 1 << dropped - 1
            fraction = (fraction & -2 * half) + half + rng.choice((-1, 0, 0, 1))
        fraction &= (1 << acc.significand_width) - 1
        return (rng.getrandbits(1) << acc.width - 1) + (field << acc.significand_width) + fraction

    def drive(self) -> Values:
        near = self.rng.random() < 0.7
        made = [self._near() for _ in range(self.lanes)]
        self.drawn = np.array(made, np.int64) if near else self.acc(self.lanes)
        return {"acc": to_word(self.drawn, self.arithmetic.acc.width)}

    def model(self, i: Values) -> Expected:
        known = len(self.history) >= 2
        width = self.arithmetic.number.width
        return {"ofmap": to_word(self.component.ofmap, width)} if known else {}

    def promise(self, i: Values) -> Expected:
        if len(self.history) < 2:
            return {}
        values = [self.acc_value(word) for word in self.history[-2]]
        finals = [self.definition.final(value, None, None) for value in values]
        words = [word_of(value, self.number_name) for value in finals]
        self.results.update(words)
        return {"ofmap": to_word(np.array(words), self.arithmetic.number.width)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        self.component.compute(self.drawn)
        self.component.commit()


class FloatArrayCase(FloatArrayPart, MultiplierArrayCase):
    """A window of several passes after another, without a gap; all lanes differ."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = FloatArray(self.numbers, self.arithmetic)
        self.totals: list[list[float]] = []

    def _pair(self, cycle: int) -> tuple[np.ndarray, np.ndarray]:
        """Operands and weights of a cycle, drawn ahead."""
        size = int(np.prod(self.shape))
        while len(self.drawn) <= cycle:
            used = self.draws.random(size) < 0.9
            operands = self.number(size) + (used << self.arithmetic.number.width)
            made = operands, self.number(size)
            self.drawn.append((made[0].reshape(self.shape), made[1].reshape(self.shape)))
        return self.drawn[cycle]

    def drive(self) -> Values:
        driven = super().drive()
        del driven["rst"]
        operands = self._word(self.operands, self.numbers.formats.tap_width)
        return driven | {"operands": operands}

    def _known(self) -> bool:
        skew = SUM_CYCLES * self.cols
        return self.cycle_now >= self.cycles + 2 * self.spec.passes + skew + self.ahead

    def promise(self, i: Values) -> Expected:
        last = self.cycle_now - self.cycles
        if not self._known() or last % self.spec.passes != self.spec.passes - 1:
            return {}
        parts = zip(*self.totals[last - self.spec.passes + 1 : last + 1], strict=True)
        words = [self.acc_word(self.definition.pairs(list(passes))) for passes in parts]
        return {"acc": to_word(np.array(words), self.arithmetic.acc.width)}

    def clock(self, i: Values) -> None:
        operands, weights = self._pair(self.cycle_now)
        self.sums.append(operands)
        self.totals.append([self._total(operands, weights, k) for k in range(self.spec.lanes)])
        self.component.compute(self.pass_now, self.operands, self.weights)
        self.component.commit()

    def _total(self, operands: np.ndarray, weights: np.ndarray, lane: int) -> float:
        chains = [
            self.definition.chain([self.product(*pair) for pair in zip(*columns, strict=True)])
            for columns in zip(operands[:, :, lane].T, weights[:, :, lane].T, strict=True)
        ]
        return self.definition.pairs(chains)

    def uncovered(self) -> str:
        return "" if len(self.results) > 20 else "20 different results"


class FloatWeightStoreCase(WeightStoreCase):
    """Later columns are read six cycles after the one before them."""

    def memory_cycles(self) -> list[int]:
        rows, cols, first = (self.parameters[name] for name in ("ROWS", "COLS", "TAG_CYCLES"))
        return [
            first + 2 + SUM_CYCLES * max(0, col - 1) for _ in range(rows) for col in range(cols)
        ]


dw_float_kernel_row = leaf_test("dw_float_kernel_row", FloatKernelRowCase, 400)
dw_float_row_tree = leaf_test("dw_float_row_tree", FloatRowTreeCase, 300)
dw_float_pass_sum = leaf_test("dw_float_pass_sum", FloatPassSumCase, 500)
dw_float_narrow = leaf_test("dw_float_narrow", FloatNarrowCase, 1000)
dw_float_array = leaf_test("dw_float_array", FloatArrayCase, 200)
dw_float_weight_store = leaf_test("dw_float_weight_store", FloatWeightStoreCase, 2500)
