"""Inside the simulator: the modules that multiply and add."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers, value_range
from dwsim.model.kernel_row import KernelRow
from dwsim.model.pass_sum import PassSum
from dwsim.model.row_tree import RowTree
from dwsim.stream.layout import to_word
from tests.leaf.leaf_harness import Case, Expected, Values, leaf_test


def encode(value: int, width: int, signed: bool) -> int:
    """The bits of a value, which must fit: numbers are exact."""
    low, high = value_range(width, signed)
    assert low <= value <= high, f"{value} does not fit {width} bits, signed={signed}"
    return value & ((1 << width) - 1)


class ArithmeticCase(Case):
    """Numbers of the engine's formats, often the extreme ones."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = EngineNumbers(self.spec)
        spec = self.spec
        self.operand_range = self.numbers.formats.operand_range
        self.weight_range = value_range(spec.weight_width, spec.weight_signed)
        low, high = self.numbers.formats.product_range
        self.product_range = (min(low, 0), high)
        self.extremes: set[int] = set()
        self._hold = 0

    def draw(self, low: int, high: int) -> int:
        """A number; in a spell of extremes, always the same of the two."""
        if self._hold <= 0:
            self._hold = self.rng.randint(20, 80)
            self._mode = self.rng.choice(("low", "high", "either", "any"))
        self._hold -= 1
        if self._mode in ("low", "high"):
            return low if self._mode == "low" else high
        if self._mode == "either":
            return self.rng.choice((low, high, 0, min(1, high)))
        return self.rng.randint(low, high)

    def draw_operand(self) -> int:
        return self.draw(*self.operand_range)

    def draw_weight(self) -> int:
        return self.draw(*self.weight_range)

    def sum_of(self, taps: int) -> int:
        """A sum that ``taps`` products can have."""
        return self.draw(taps * self.product_range[0], taps * self.product_range[1])


class MacCellCase(ArithmeticCase):
    """Against Python's integers; the model has no component for one cell."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.first = bool(self.parameters["FIRST"])
        self.signed = self.spec.ifmap_signed or self.spec.weight_signed
        self.products: list[int] = []  # of the last four cycles
        self.psum_in = 0  # of the last cycle
        self.to_come: deque[int | None] = deque([None, None, None])  # psums to come
        self.sums: set[int] = set()

    def drive(self) -> Values:
        spec = self.spec
        addend = self.to_come.popleft()
        self.addend = self.sum_of(self.instance.cell) if addend is None else addend
        if self.rng.random() < 0.25:
            # The extreme product with the extreme psum that will meet it.
            pairs = [(a, b) for a in self.operand_range for b in self.weight_range]
            choose = self.rng.choice((min, max))
            self.pair = choose(pairs, key=lambda pair: pair[0] * pair[1])
            self.to_come.append(self.instance.cell * choose(self.product_range))
        else:
            self.pair = (self.draw_operand(), self.draw_weight())
            self.to_come.append(None)
        psum_in = encode(self.addend, self.parameters["PSUM_IN_W"], self.signed)
        return {
            "ifmap": encode(self.pair[0], spec.ifmap_width, spec.ifmap_signed),
            "weight": encode(self.pair[1], spec.weight_width, spec.weight_signed),
            "psum_in": self.word(1) if self.first else psum_in,
        }

    def promise(self, i: Values) -> Expected:
        if len(self.products) < 4:
            return {}
        value = self.products[1] if self.first else self.products[0] + self.psum_in
        self.sums.add(value)
        return {"psum_out": encode(value, self.parameters["PSUM_OUT_W"], self.signed)}

    def clock(self, i: Values) -> None:
        self.products = [*self.products[-3:], self.pair[0] * self.pair[1]]
        self.psum_in = self.addend

    def uncovered(self) -> str:
        cells = self.instance.cell + 1
        wanted = {cells * product for product in self.numbers.formats.product_range}
        return "" if wanted <= self.sums else f"sums {wanted - self.sums}"


class KernelRowCase(ArithmeticCase):
    """One chain of one lane; weights come a cycle before their operand, with the
    skew of their column.

    In some spells, each longer than a skew, all products are the same extreme.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = KernelRow(self.numbers)
        self.cols = self.numbers.formats.array_cols
        self.shape = (self.cols, self.numbers.formats.array_rows, self.spec.lanes)
        self.history: list[tuple[list[int], list[int]]] = []
        self.spell = 0
        self.pair: tuple[int, int] | None = None

    def drive(self) -> Values:
        if self.spell == 0:
            pairs = [(a, b) for a in self.operand_range for b in self.weight_range]
            self.spell = self.rng.randint(20, 60)
            self.pair = self.rng.choice((None, None, *pairs))
        self.spell -= 1
        if self.pair is not None:
            operands, weights = ([value] * self.cols for value in self.pair)
        else:
            operands = [self.draw_operand() for _ in range(self.cols)]
            weights = [self.draw_weight() for _ in range(self.cols)]
        self.drawn = (operands, weights)
        return {
            "rst": self.word(1),
            "operands": to_word(np.array(operands), self.numbers.formats.operand_width),
            "weights": to_word(np.array(weights), self.spec.weight_width),
        }

    def _encode(self, value: int) -> int:
        return encode(
            value, self.numbers.formats.psum_width(self.cols), self.numbers.formats.acc_signed
        )

    def _start(self) -> int:
        """Index of the operands whose psum comes out: three cycles a product, one an adder."""
        return len(self.history) - 3 - (self.cols - 1)

    def model(self, i: Values) -> Expected:
        return {} if self._start() < 1 else {"psum": self._encode(int(self.component.sums[0, 0]))}

    def promise(self, i: Values) -> Expected:
        start = self._start()
        if start < 1:
            return {}
        psum = sum(
            self.history[start][0][c]
            * self.history[start + self.numbers.timing.column_skew(c) - 1][1][c]
            for c in range(self.cols)
        )
        self.extremes.add(psum)
        return {"psum": self._encode(psum)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        operands, weights = (np.zeros(self.shape, np.int64) for _ in range(2))
        operands[:, 0, 0], weights[:, 0, 0] = self.drawn
        self.component.compute(operands, weights)
        self.component.commit()

    def uncovered(self) -> str:
        wanted = {self.cols * product for product in self.numbers.formats.product_range}
        return "" if wanted <= self.extremes else "sums of extremes"


class RowTreeCase(ArithmeticCase):
    """One lane's tree, of all sums that chains can have."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = RowTree(self.numbers)
        self.history: list[list[int]] = []
        self.rows: list[int] = []

    def drive(self) -> Values:
        n = self.numbers
        self.rows = [self.sum_of(n.formats.array_cols) for _ in range(n.formats.array_rows)]
        return {"rows": to_word(np.array(self.rows), n.formats.psum_width(n.formats.array_cols))}

    def _encode(self, value: int) -> int:
        return encode(value, self.numbers.formats.pass_width, self.numbers.formats.acc_signed)

    def _row_sums(self) -> np.ndarray:
        return np.array(self.rows, np.int64)[:, np.newaxis].repeat(self.spec.lanes, axis=1)

    def model(self, i: Values) -> Expected:
        if len(self.history) < self.numbers.timing.tree_cycles:
            return {}
        return {"sum": self._encode(int(self.component.sum(self._row_sums())[0]))}

    def promise(self, i: Values) -> Expected:
        start = len(self.history) - self.numbers.timing.tree_cycles
        if start < 0:
            return {}
        total = sum([*self.history, self.rows][start])
        self.extremes.add(total)
        return {"sum": self._encode(total)}

    def clock(self, i: Values) -> None:
        self.history.append(self.rows)
        self.component.compute(self._row_sums())
        self.component.commit()

    def uncovered(self) -> str:
        taps = self.spec.lane_multipliers
        wanted = {taps * product for product in self.product_range}
        return "" if wanted <= self.extremes else "sums of extremes"


class PassSumCase(ArithmeticCase):
    """One lane, any beats of up to ``passes`` sums."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        n, spec = self.numbers, self.spec
        self.component = PassSum(n)
        # The model takes its marks in the cycle in which the slot registers have them.
        self.ahead = n.timing.array_cycles - n.timing.gather_cycles
        units = spec.lane_multipliers
        self.taps = [min(units, spec.taps - p * units) for p in range(spec.passes)]
        self.marks: deque[bool] = deque()
        self.number = 0  # of the pass in its beat
        self.acc: int | None = None
        self.before = 0

    def drive(self) -> Values:
        passes = self.spec.passes
        while len(self.marks) <= self.ahead:
            beat = self.rng.choice((passes, passes, self.rng.randint(1, passes)))
            self.marks.extend([True] + [False] * (beat - 1))
        first = self.marks[0]
        self.number = 0 if first else self.number + 1
        self.sum = self.sum_of(self.taps[self.number])
        width = self.parameters["SUM_W"]
        return {
            "first": int(first),
            "sum": encode(self.sum, width, self.numbers.formats.acc_signed),
        }

    def _encode(self, value: int) -> int:
        return encode(value, self.parameters["ACC_W"], self.numbers.formats.acc_signed)

    def model(self, i: Values) -> Expected:
        # Its marks must arrive before its sums are valid.
        known = self.acc is not None and self.before > self.ahead + self.spec.passes
        return {"acc": self._encode(int(self.component.acc[0]))} if known else {}

    def promise(self, i: Values) -> Expected:
        if self.acc is None:
            return {}
        self.extremes.add(self.acc)
        return {"acc": self._encode(self.acc)}

    def clock(self, i: Values) -> None:
        self.component.compute(self.marks[self.ahead], np.full(self.spec.lanes, self.sum))
        self.component.commit()
        self.acc = self.sum if i["first"] else self.acc + self.sum
        self.marks.popleft()
        self.before += 1

    def uncovered(self) -> str:
        wanted = {self.spec.taps * product for product in self.product_range}
        return "" if wanted <= self.extremes else "sums of extremes"


dw_mac_cell = leaf_test("dw_mac_cell", MacCellCase, 2000)
kernel_row = leaf_test("kernel_row", KernelRowCase, 5000)
row_tree = leaf_test("row_tree", RowTreeCase, 5000)
dw_pass_sum = leaf_test("dw_pass_sum", PassSumCase, 5000)
