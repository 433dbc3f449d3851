"""Inside the simulator: what masks, spreads, multiplies and adds."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers, value_range
from dwsim.layout import from_word, to_word
from dwsim.model.kernel_row import KernelRow
from dwsim.model.lane_spread import LaneSpread
from dwsim.model.row_tree import RowTree
from dwsim.model.tap_mask import TapMask
from tests.rtl.leaf_harness import Case, Coin, Expected, Values, leaf_test


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
        self.ifmap_range = value_range(spec.ifmap_width, spec.ifmap_signed)
        self.weight_range = value_range(spec.weight_width, spec.weight_signed)
        low, high = self.numbers.product_range
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

    def draw_ifmap(self) -> int:
        return self.draw(*self.ifmap_range)

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
        self.product: int | None = None
        self.psum: int | None = None
        self.sums: set[int] = set()

    def drive(self) -> Values:
        parameters, spec = self.parameters, self.spec
        if self.rng.random() < 0.25:
            # The extreme psum with the extreme product to come, so that sums are extreme.
            pairs = [(a, b) for a in self.ifmap_range for b in self.weight_range]
            choose = self.rng.choice((min, max))
            self.pair = choose(pairs, key=lambda pair: pair[0] * pair[1])
            target = choose(self.product_range)
            self.addend = self.instance.cell * target
        else:
            self.pair = (self.draw_ifmap(), self.draw_weight())
            self.addend = self.sum_of(self.instance.cell)
        psum_in = encode(self.addend, parameters["PSUM_IN_W"], self.signed)
        return {
            "ifmap": encode(self.pair[0], spec.ifmap_width, spec.ifmap_signed),
            "weight": encode(self.pair[1], spec.weight_width, spec.weight_signed),
            "psum_in": self.word(1) if self.first else psum_in,
        }

    def promise(self, i: Values) -> Expected:
        value = self.product if self.first else self.psum
        if value is None:
            return {}
        self.sums.add(value)
        return {"psum_out": encode(value, self.parameters["PSUM_OUT_W"], self.signed)}

    def clock(self, i: Values) -> None:
        self.psum = None if self.product is None else self.addend + self.product
        self.product = self.pair[0] * self.pair[1]

    def uncovered(self) -> str:
        cells = self.instance.cell + 1
        wanted = {cells * product for product in self.numbers.product_range}
        return "" if wanted <= self.sums else f"sums {wanted - self.sums}"


class KernelRowCase(ArithmeticCase):
    """One row of one lane; weights of later columns come with the skew of their column."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = KernelRow(self.numbers)
        self.shape = (self.spec.kernel_w, self.spec.kernel_h, self.spec.lanes)
        self.history: list[tuple[list[int], list[int]]] = []

    def drive(self) -> Values:
        spec = self.spec
        operands = [self.draw_ifmap() for _ in range(spec.kernel_w)]
        weights = [self.draw_weight() for _ in range(spec.kernel_w)]
        self.drawn = (operands, weights)
        return {
            "rst": self.word(1),
            "operands": to_word(np.array(operands), spec.ifmap_width),
            "weights": to_word(np.array(weights), spec.weight_width),
        }

    def _encode(self, value: int) -> int:
        width = self.numbers.psum_width(self.spec.kernel_w)
        return encode(value, width, self.numbers.acc_signed)

    def model(self, i: Values) -> Expected:
        if len(self.history) < self.numbers.row_cycles:
            return {}
        return {"psum": self._encode(int(self.component.sums[0, 0]))}

    def promise(self, i: Values) -> Expected:
        start = len(self.history) - self.numbers.row_cycles
        if start < 0:
            return {}
        psum = sum(
            self.history[start][0][c] * self.history[start + self.numbers.column_skew(c)][1][c]
            for c in range(self.spec.kernel_w)
        )
        self.extremes.add(psum)
        return {"psum": self._encode(psum)}

    def clock(self, i: Values) -> None:
        self.history.append(self.drawn)
        operands, weights = (np.zeros(self.shape, np.int64) for _ in range(2))
        operands[:, 0, 0], weights[:, 0, 0] = self.drawn
        self.component.compute(operands, weights)
        self.component.commit()


class RowTreeCase(ArithmeticCase):
    """One lane's tree, of all sums that kernel rows can have."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = RowTree(self.numbers)
        self.history: list[list[int]] = []
        self.rows: list[int] = []

    def drive(self) -> Values:
        spec = self.spec
        self.rows = [self.sum_of(spec.kernel_w) for _ in range(spec.kernel_h)]
        width = self.numbers.psum_width(spec.kernel_w)
        return {"rows": to_word(np.array(self.rows), width)}

    def _encode(self, value: int) -> int:
        return encode(value, self.numbers.acc_width, self.numbers.acc_signed)

    def _row_sums(self) -> np.ndarray:
        return np.array(self.rows, np.int64)[:, np.newaxis].repeat(self.spec.lanes, axis=1)

    def model(self, i: Values) -> Expected:
        if len(self.history) < self.numbers.tree_cycles:
            return {}
        return {"acc": self._encode(int(self.component.acc(self._row_sums())[0]))}

    def promise(self, i: Values) -> Expected:
        start = len(self.history) - self.numbers.tree_cycles
        if start < 0:
            return {}
        acc = sum([*self.history, self.rows][start])
        self.extremes.add(acc)
        return {"acc": self._encode(acc)}

    def clock(self, i: Values) -> None:
        self.history.append(self.rows)
        self.component.compute(self._row_sums())
        self.component.commit()

    def uncovered(self) -> str:
        taps = self.spec.kernel_h * self.spec.kernel_w
        wanted = {taps * product for product in self.product_range}
        return "" if wanted <= self.extremes else "sums of extremes"


class TapMaskCase(Case):
    """Any masks and taps, emitted or not; padding of every lane, which changes now and then."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = TapMask(EngineNumbers(self.spec))
        self.emit, self.change = Coin(self.rng), Coin(self.rng, 0.0, 0.05, 0.5)
        self.padding = value_range(self.spec.ifmap_width, self.spec.ifmap_signed)[1]
        self.history: list[Values] = []

    def drive(self) -> Values:
        rows, cols = self.spec.kernel_h, self.spec.kernel_w
        masks = [self.word(n) if self.rng.random() < 0.8 else (1 << n) - 1 for n in (rows, cols)]
        if self.change():
            low, high = value_range(self.spec.ifmap_width, self.spec.ifmap_signed)
            self.padding = self.rng.choice((0, low, high, self.rng.randint(low, high)))
        return {
            "emit": int(self.emit()),
            "row_mask": masks[0],
            "col_mask": masks[1],
            "taps": self.word(rows * cols * self.parameters["WIDTH"]),
            "padding": to_word(np.full(self.spec.lanes, self.padding), self.spec.ifmap_width),
        }

    def model(self, i: Values) -> Expected:
        if len(self.history) < 2:
            return {}
        operands = self.component.operands.transpose(1, 0, 2).reshape(-1)
        return {"operands": to_word(operands, self.spec.ifmap_width)}

    def promise(self, i: Values) -> Expected:
        if len(self.history) < 2:
            return {}
        slot, before = self.history[-2:]
        padding, taps = before["padding"], before["taps"]
        rows, cols, width = self.spec.kernel_h, self.spec.kernel_w, self.parameters["WIDTH"]
        seen = sum(
            ((1 << width) - 1) << (r * cols + c) * width
            for r in range(rows)
            for c in range(cols)
            if slot["emit"] and slot["row_mask"] >> r & 1 and slot["col_mask"] >> c & 1
        )
        padding = sum(padding << tap * width for tap in range(rows * cols))
        return {"operands": (taps & seen) | (padding & ~seen)}

    def clock(self, i: Values) -> None:
        rows, cols = self.spec.kernel_h, self.spec.kernel_w
        self.history = [*self.history[-1:], i]
        self.component.compute(
            bool(i["emit"]),
            [bool(i["row_mask"] >> r & 1) for r in range(rows)],
            [bool(i["col_mask"] >> c & 1) for c in range(cols)],
            tap_values(i["taps"], self),
            self.padding,
        )
        self.component.commit()


def tap_values(word: int, case: Case) -> np.ndarray:
    """A word of taps as the model has it: axes (column, row, lane)."""
    spec = case.spec
    count = spec.kernel_h * spec.kernel_w * spec.lanes
    values = from_word(word, count, spec.ifmap_width, spec.ifmap_signed)
    return values.reshape(spec.kernel_h, spec.kernel_w, spec.lanes).transpose(1, 0, 2)


class LaneSpreadCase(Case):
    """Every multiplier with every beat of it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = LaneSpread(self.spec.lanes)
        self.before: tuple[int, int] | None = None
        self.met: set[tuple[int, int]] = set()

    def drive(self) -> Values:
        spec, rng = self.spec, self.rng
        multiplier = rng.randint(1, spec.max_channel_multiplier)
        return {
            "multiplier": multiplier,
            "hold_index": rng.randint(0, multiplier - 1),
            "taps": self.word(self.instance.inputs["taps"]),
        }

    def model(self, i: Values) -> Expected:
        if self.before is None:
            return {}
        spread = self.component.spread(tap_values(i["taps"], self))
        return {"spread": to_word(spread.transpose(1, 0, 2).reshape(-1), self.spec.ifmap_width)}

    def promise(self, i: Values) -> Expected:
        if self.before is None:
            return {}
        self.met.add(self.before)
        multiplier, hold_index = self.before
        spec, width = self.spec, self.spec.ifmap_width
        spread = 0
        for tap in range(spec.kernel_h * spec.kernel_w):
            for lane in range(spec.lanes):
                source = (hold_index * spec.lanes + lane) // multiplier
                value = i["taps"] >> (tap * spec.lanes + source) * width & ((1 << width) - 1)
                spread |= value << (tap * spec.lanes + lane) * width
        return {"spread": spread}

    def clock(self, i: Values) -> None:
        self.before = (i["multiplier"], i["hold_index"])
        self.component.compute(*self.before)
        self.component.commit()

    def uncovered(self) -> str:
        most = self.spec.max_channel_multiplier
        return "" if len(self.met) == most * (most + 1) // 2 else "every beat of every multiplier"


dw_tap_mask = leaf_test("dw_tap_mask", TapMaskCase, 2000)
dw_mac_cell = leaf_test("dw_mac_cell", MacCellCase, 2000)
kernel_row = leaf_test("kernel_row", KernelRowCase, 5000)
row_tree = leaf_test("row_tree", RowTreeCase, 5000)
lane_spread = leaf_test("lane_spread", LaneSpreadCase, 2000)
