"""Inside the simulator: the modules that turn a window into operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers, value_range
from dwsim.model.centre import centred
from dwsim.model.lane_spread import LaneSpread
from dwsim.model.tap_mask import TapMask
from dwsim.model.tap_select import TapSelect
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test


def tap_values(word: int, case: Case) -> np.ndarray:
    """A word of taps as the model has it: axes (column, row, lane)."""
    spec = case.spec
    count = spec.kernel_h * spec.kernel_w * spec.lanes
    numbers = EngineNumbers(spec)
    values = from_word(word, count, numbers.formats.operand_width, numbers.formats.operand_signed)
    return values.reshape(spec.kernel_h, spec.kernel_w, spec.lanes).transpose(1, 0, 2)


class OperandCase(Case):
    """Any masks and taps, emitted or not."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.emit = Coin(self.rng)
        self.history: list[Values] = []
        self.met = {"seen": 0, "masked": 0, "not emitted": 0}

    def drive(self) -> Values:
        rows, cols = self.spec.kernel_h, self.spec.kernel_w
        masks = [self.word(n) if self.rng.random() < 0.8 else (1 << n) - 1 for n in (rows, cols)]
        return {
            "emit": int(self.emit()),
            "row_mask": masks[0],
            "col_mask": masks[1],
            "taps": self.word(rows * cols * self.parameters["WIDTH"]),
        }

    def model(self, i: Values) -> Expected:
        if len(self.history) < self.ages:
            return {}
        operands = self.component.operands.transpose(1, 0, 2).reshape(-1)
        return {"operands": to_word(operands, EngineNumbers(self.spec).formats.operand_width)}

    def operands(self, slot: Values, taps: int, first: int, units: int) -> int:
        """``units`` operands from tap ``first`` on, of the slot with these masks."""
        cols, width = self.spec.kernel_w, self.parameters["WIDTH"]
        word = 0
        for unit, tap in enumerate(range(first, first + units)):
            row, col = divmod(tap, cols)
            inside = tap < self.spec.taps and slot["row_mask"] >> row & slot["col_mask"] >> col & 1
            seen = slot["emit"] and inside
            value = taps >> tap * width & ((1 << width) - 1) if seen else 0
            word |= value << unit * width
            self.met["seen" if seen else "masked" if slot["emit"] else "not emitted"] += 1
        return word

    def clock(self, i: Values) -> None:
        rows, cols = self.spec.kernel_h, self.spec.kernel_w
        self.history = [*self.history, i][-self.ages :]
        self.component.compute(
            bool(i["emit"]),
            [bool(i["row_mask"] >> r & 1) for r in range(rows)],
            [bool(i["col_mask"] >> c & 1) for c in range(cols)],
            i.get("pass", 0),
            tap_values(i["taps"], self),
        )
        self.component.commit()

    def uncovered(self) -> str:
        return ", ".join(f"operands {kind}" for kind, count in self.met.items() if count < 100)


class TapMaskCase(OperandCase):
    """All taps at once."""

    ages = 2

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = TapMask(EngineNumbers(self.spec))

    def promise(self, i: Values) -> Expected:
        if len(self.history) < self.ages:
            return {}
        slot, after = self.history
        return {"operands": self.operands(slot, after["taps"], 0, self.spec.taps)}


class TapSelectCase(OperandCase):
    """Any pass in any order."""

    ages = 3

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = TapSelect(EngineNumbers(self.spec))

    def drive(self) -> Values:
        return super().drive() | {"pass": self.rng.randrange(self.spec.passes)}

    def promise(self, i: Values) -> Expected:
        if len(self.history) < self.ages:
            return {}
        slot, after, _ = self.history
        units = self.spec.lane_multipliers
        return {"operands": self.operands(slot, after["taps"], slot["pass"] * units, units)}


class CentreCase(Case):
    """Any values and zero points, often the extreme ones."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.width = self.parameters["WIDTH"]
        self.low, self.high = value_range(self.width, True)
        self.differences: set[int] = set()

    def drive(self) -> Values:
        lanes = range(self.parameters["LANES"])
        self.values = np.array([self._draw() for _ in lanes])
        self.zero_point = self._draw()
        return {
            "ifmap": to_word(self.values, self.width),
            "zero_point": self.zero_point & ((1 << self.width) - 1),
        }

    def _draw(self) -> int:
        return self.rng.choice((self.low, self.high, 0, self.rng.randint(self.low, self.high)))

    def model(self, i: Values) -> Expected:
        return {"centred": to_word(centred(self.values, self.zero_point), self.width + 1)}

    def promise(self, i: Values) -> Expected:
        word, width = 0, self.width + 1
        for lane, value in enumerate(self.values.tolist()):
            difference = value - self.zero_point
            self.differences.add(difference)
            word |= (difference & ((1 << width) - 1)) << lane * width
        return {"centred": word}

    def uncovered(self) -> str:
        wanted = {self.low - self.high, self.high - self.low, 0}
        return "" if wanted <= self.differences else f"differences {wanted - self.differences}"


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
        width = EngineNumbers(self.spec).formats.operand_width
        return {"spread": to_word(spread.transpose(1, 0, 2).reshape(-1), width)}

    def promise(self, i: Values) -> Expected:
        if self.before is None:
            return {}
        self.met.add(self.before)
        multiplier, hold_index = self.before
        spec, width = self.spec, EngineNumbers(self.spec).formats.operand_width
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


dw_centre = leaf_test("dw_centre", CentreCase, 500)
dw_tap_mask = leaf_test("dw_tap_mask", TapMaskCase, 2000)
dw_tap_select = leaf_test("dw_tap_select", TapSelectCase, 2000)
lane_spread = leaf_test("lane_spread", LaneSpreadCase, 2000)
