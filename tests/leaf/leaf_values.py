"""Inside the simulator: the multiplier array and the requantisers of all lanes."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers, value_range
from dwsim.model.multiplier_array import MultiplierArray
from dwsim.model.requantise_stage import RequantiseStage
from dwsim.stream.layout import from_word, to_word
from tests.leaf.leaf_harness import Case, Expected, Values, leaf_test
from tests.leaf.requantise_promise import Value, promised_rounding


class RequantiseStageCase(Case):
    """Other values and scales in every lane; zero point, range and rounding change now and then."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = EngineNumbers(self.spec)
        self.component = RequantiseStage(n)
        self.lanes, self.parts = n.spec.lanes, n.formats.scale_parts
        kept = 2 + max(part.delay for part in self.parts)
        self.values = deque([[Value(0, 0, 0, 1)] * self.lanes] * kept, kept)  # the newest first
        self.entered: deque[list[Value]] = deque(maxlen=n.timing.requantise_cycles)
        self.steady = 0
        self.met = {"clamped": 0, "not clamped": 0}
        self._change()

    def _change(self) -> None:
        low, high = self.range = value_range(self.numbers.formats.ofmap_width, True)
        self.act_min, self.act_max = sorted(self.rng.randint(low, high) for _ in range(2))
        self.zero_point = self.rng.randint(low, high)
        self.rounding = self.rng.choice(self.spec.roundings)
        self.single = int(self.rounding == "single")
        self.steady = 0

    def _value(self) -> Value:
        rng, formats = self.rng, self.numbers.formats
        half = 1 << formats.bias_width - 1
        bias = rng.randint(-half, half - 1) >> rng.randint(0, formats.bias_width - 8)
        top = (1 << formats.multiplier_width - 1) - 1
        multiplier = rng.randint(0, top)
        if self.rounding == "float":
            multiplier = rng.randrange(1 << 30, 1 << 31, 1 << 7)
        shift = rng.randint(formats.fraction, formats.fraction + 16)
        acc = rng.randint(*value_range(formats.acc_width, True))
        return Value(acc, bias, multiplier, shift)

    def drive(self) -> Values:
        if self.steady > 60:
            self._change()
        self.values.appendleft([self._value() for _ in range(self.lanes)])
        scale = 0
        for part in self.parts:
            for lane, value in enumerate(self.values[part.delay]):
                number = getattr(value, part.name) & (1 << 8 * part.words) - 1
                for k in range(part.words):
                    place = ((part.first + k) * self.lanes + lane) * 8
                    scale |= (number >> 8 * k & 0xFF) << place
        width, acc_width = self.numbers.formats.ofmap_width, self.numbers.formats.acc_width
        accs = np.array([value.acc for value in self.values[1]])
        mask = (1 << width) - 1
        return {
            "acc": to_word(accs, acc_width),
            "scale": scale,
            **self._roundings(),
            "ofmap_zero_point": self.zero_point & mask,
            "act_min": self.act_min & mask,
            "act_max": self.act_max & mask,
        }

    def _roundings(self) -> dict[str, int]:
        """The ports that choose the rounding."""
        ports = {"single_rounding": self.single}
        if "float" in self.spec.roundings:
            ports["float_rounding"] = int(self.rounding == "float")
        return ports

    def _ready(self) -> bool:
        # One cycle more: the clamp bounds are registers.
        return self.steady > self.numbers.timing.requantise_cycles + 1

    def model(self, i: Values) -> Expected:
        width = self.numbers.formats.ofmap_width
        return {"ofmap": to_word(self.component.ofmap, width)} if self._ready() else {}

    def promise(self, i: Values) -> Expected:
        if not self._ready():
            return {}
        formats = self.numbers.formats
        ofmap = []
        for value in self.entered[0]:
            result = promised_rounding(value, self.rounding, formats.bias_width) + self.zero_point
            ofmap.append(min(max(result, self.act_min), self.act_max))
            clamped = ofmap[-1] != result
            self.met["clamped" if clamped else "not clamped"] += 1
        return {"ofmap": to_word(np.array(ofmap), formats.ofmap_width)}

    def clock(self, i: Values) -> None:
        config = {
            **self._roundings(),
            "ofmap_zero_point": self.zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }
        acc = np.array([value.acc for value in self.values[1]])
        scale = from_word(i["scale"], self.numbers.formats.scale_words * self.lanes, 8, True)
        self.component.compute(acc, scale.reshape(-1, self.lanes), config)
        self.component.commit()
        self.entered.append(self.values[1])
        self.steady += 1

    def uncovered(self) -> str:
        return ", ".join(name for name, count in self.met.items() if count < 100)


class MultiplierArrayCase(Case):
    """A beat of several passes after another, without a gap; all lanes differ."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = EngineNumbers(self.spec)
        self.component = MultiplierArray(n)
        timing = n.timing
        self.cols, self.rows = n.formats.array_cols, n.formats.array_rows
        self.shape = (self.cols, self.rows, n.spec.lanes)
        self.ahead = timing.array_cycles - timing.gather_cycles  # pass_q to its sums
        self.ahead -= timing.row_cycles + timing.tree_cycles  # ... to its operands
        self.cycles = timing.row_cycles + timing.tree_cycles + timing.gather_cycles
        # By cycle: the operands and weights that meet in it.
        self.drawn: list[tuple[np.ndarray, np.ndarray]] = []
        self.sums: list[np.ndarray] = []
        self.extremes = 0

    def _pair(self, cycle: int) -> tuple[np.ndarray, np.ndarray]:
        """Operands and weights of a cycle, drawn ahead; some at the ends of their ranges."""
        while len(self.drawn) <= cycle:
            made = []
            ends = self.rng.random() < 0.3
            weights = value_range(self.spec.weight_width, self.spec.weight_signed)
            for low, high in (self.numbers.formats.operand_range, weights):
                size = int(np.prod(self.shape))
                one = self.rng.choice((low, high))
                values = [one if ends else self.rng.randint(low, high) for _ in range(size)]
                made.append(np.array(values, np.int64).reshape(self.shape))
            self.drawn.append((made[0], made[1]))
            self.extremes += ends
        return self.drawn[cycle]

    def _weights(self) -> np.ndarray:
        """Each column's come a cycle before its operand meets its psum."""
        found = np.zeros(self.shape, np.int64)
        for col in range(self.cols):
            cycle = self.cycle_now + 1 - self.numbers.timing.column_skew(col)
            found[col] = self._pair(max(cycle, 0))[1][col]
        return found

    def drive(self) -> Values:
        self.cycle_now = len(self.sums)
        self.operands, self.weights = self._pair(self.cycle_now)[0], self._weights()
        self.pass_now = (self.cycle_now + self.ahead) % self.spec.passes
        return {
            "rst": self.rst(),
            "pass_q": self.pass_now,
            "operands": self._word(self.operands, self.numbers.formats.operand_width),
            "weights": self._word(self.weights, self.spec.weight_width),
        }

    def _word(self, values: np.ndarray, width: int) -> int:
        return to_word(values.transpose(1, 0, 2).reshape(-1), width)

    def _known(self) -> bool:
        # All passes of the beat have come after the start, and no column's weight is missing.
        return self.cycle_now >= self.cycles + 2 * self.spec.passes + self.cols + self.ahead

    def model(self, i: Values) -> Expected:
        width = self.numbers.formats.acc_width
        return {"acc": to_word(self.component.acc, width)} if self._known() else {}

    def promise(self, i: Values) -> Expected:
        if not self._known():
            return {}
        last = self.cycle_now - self.cycles
        first = last - last % self.spec.passes
        acc = sum(self.sums[first : last + 1], np.zeros(self.spec.lanes, np.int64))
        return {"acc": to_word(acc, self.numbers.formats.acc_width)}

    def clock(self, i: Values) -> None:
        operands, weights = self._pair(self.cycle_now)
        self.sums.append((operands * weights).sum(axis=(0, 1)))
        self.component.compute(self.pass_now, self.operands, self.weights)
        self.component.commit()

    def uncovered(self) -> str:
        return "" if self.extremes > 50 else "extreme factors"


dw_requantise_stage = leaf_test("dw_requantise_stage", RequantiseStageCase, 1500)
dw_float_requantise_stage = leaf_test("dw_float_requantise_stage", RequantiseStageCase, 1500)
multiplier_array = leaf_test("multiplier_array", MultiplierArrayCase, 600)
