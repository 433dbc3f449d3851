"""Inside the simulator: the requantiser, against its definition, golden's and its model."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers, value_range
from dwsim.golden.quantised import requantise
from dwsim.model.requantise import Requantise
from dwsim.spec.quantisation import Quantisation
from dwsim.spec.quantisation_limits import SHIFT_MIN, reduced_multiplier, shift_max
from tests.leaf.leaf_harness import DONT_CARE, Case, Expected, Values, leaf_test
from tests.leaf.requantise_promise import INT32, Value, half_up, promised_result, wrapped

Numbers = tuple[int, int, int]
"""The scaled value (acc + bias), the multiplier as a layer states it, the shift."""


class RequantiseCase(Case):
    """One lane: ties, saturation, ends of every domain, and anything else."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = EngineNumbers(self.spec)
        self.component = Requantise(n, n.spec.lanes)
        self.words = self.spec.ifmap_width == 16
        self.acc_range = value_range(n.formats.acc_width, True)
        self.x_range = value_range(n.formats.bias_width, True)
        self.ofmap_range = value_range(n.formats.ofmap_width, True)
        self.shift_range = (SHIFT_MIN, shift_max(self.spec.ifmap_width))
        # The values whose multiplier or right shift is still to come, the newest first.
        kept = 2 + max(part.delay for part in n.formats.scale_parts)
        self.values = deque([Value(0, 0, 0, 1)] * kept, kept)
        self.expected: list[int | None] = [DONT_CARE] * n.timing.requantise_cycles
        self.steady = 0  # cycles since zero point, range and rounding have changed last
        self.met: Counter[str] = Counter()
        self._change()
        self.steady = -1  # the first acc has no bias in the cycle before it

    # -- stimuli --------------------------------------------------------------------------

    def _change(self) -> None:
        """The constants of a stream: zero point, range, rounding."""
        low, high = self.ofmap_range
        rng = self.rng
        whole = rng.random() < 0.4
        ends = (low, high) if whole else sorted(rng.randint(low, high) for _ in range(2))
        self.act_min, self.act_max = ends
        self.zero_point = rng.choice((low, -1, 0, high, rng.randint(low, high)))
        if self.words and rng.random() < 0.7:
            self.zero_point = 0  # TFLite knows no other one there; the port can have any
        able = self.spec.roundings
        self.rounding = rng.choice(able)
        # A build of one rounding has to ignore the port.
        self.single_rounding = int(self.rounding == "single") if len(able) > 1 else self.word(1)
        self.steady = 0

    def _scaled_by_one(self) -> Numbers:
        """The result is x, or nearly: around the ends of the range."""
        edge = self.rng.choice((*self.ofmap_range, self.act_min, self.act_max)) - self.zero_point
        return edge + self.rng.randint(-2, 2), 2**30, 1

    def _tie(self) -> Numbers:
        """A sum halfway between two results, of either sign, or next to it."""
        rng = self.rng
        odd = 2 * rng.randint(-300, 300) + 1
        if self.rounding == "double" and rng.random() < 0.5:
            # x * 2**30 / 2**31 is half of x.
            return odd + rng.choice((0, 0, 1)), rng.choice((-(2**30), 2**30)), rng.randint(-2, 1)
        if self.rounding == "double":
            right = rng.randint(1, 20)
            return (odd << right) + rng.choice((-2, 0, 0, 2)), 2**30, -right
        power = rng.randint(16 if self.words else 0, 30)
        shift = rng.randint(-12, 7)
        zeros = 30 - shift - power
        if zeros < 0:
            return odd, 2**30, -shift
        return (odd << zeros) + rng.choice((-1, 0, 0, 1)), 2**power, shift

    def _ends(self) -> Numbers:
        """Ends of the domains."""
        rng = self.rng
        least = INT32[0] if self._is_signed() else 0
        return (
            rng.choice((*self.x_range, self.x_range[0] + 1, 0, -1, 1, 2**30, -(2**30))),
            rng.choice((least, least + 1, 0, 1, 2**30, INT32[1] - 1, INT32[1])),
            rng.choice((*self.shift_range, self.shift_range[0] + 1, -1, 0, 1, 5)),
        )

    def _left(self) -> Numbers:
        """The largest sums and the smallest, and their neighbours, that a left shift can take."""
        rng = self.rng
        shift = rng.randint(0, self.shift_range[1])
        low, high = (-(2**31) >> shift, (2**31 - 1) >> shift)
        x = rng.choice((low - 1, low, low + 1, high - 1, high, high + 1, rng.randint(low, high)))
        least = INT32[0] if self._is_signed() else 0
        if rng.random() < 0.3:
            return low, least, shift
        multiplier = rng.choice((least, 1, 2**30, 2**31 - 1, rng.randint(least, INT32[1])))
        return x, multiplier, shift

    def _typical(self) -> Numbers:
        """A normalised multiplier, a sum that it brings into the ofmap's range."""
        rng = self.rng
        sign = rng.choice((-1, 1)) if self._is_signed() else 1
        shift = rng.randint(-14, min(4, self.shift_range[1]))
        reach = 2 ** (self.numbers.formats.ofmap_width - shift)
        return rng.randint(-reach, reach), sign * rng.randint(2**30, 2**31 - 1), shift

    def _anything(self) -> Numbers:
        rng = self.rng
        least = INT32[0] if self._is_signed() else 0
        x = rng.randint(*self.x_range) >> rng.randint(0, 30)
        return x, rng.randint(least, INT32[1]), rng.randint(*self.shift_range)

    def _is_signed(self) -> bool:
        """True if TFLite defines negative multipliers."""
        return not self.words and self.rounding == "double"

    def _value(self) -> Value:
        """The value that enters."""
        rng, n = self.rng, self.numbers
        if rng.random() < 0.1:
            # Bits that no layer gives: model and RTL must agree on them, too.
            width = n.formats.multiplier_width
            multiplier = rng.getrandbits(width) - (0 if self.words else 1 << width - 1)
            bias = rng.randint(*self.x_range)
            return Value(rng.randint(*self.acc_range), bias, multiplier, rng.randrange(64))
        makers = (self._scaled_by_one, self._tie, self._ends, self._left, self._typical)
        x, multiplier, shift = rng.choice((*makers, self._anything))()
        acc = rng.choice((*self.acc_range, 0, -1, rng.randint(*self.acc_range)))
        bias = wrapped(x - acc, n.formats.bias_width)
        given = reduced_multiplier(multiplier) if self.words else multiplier
        self._note_golden(Value(acc, bias, given, n.formats.fraction - shift), multiplier, shift)
        return Value(acc, bias, given, n.formats.fraction - shift)

    def drive(self) -> Values:
        n = self.numbers
        if self.steady > 4 * n.timing.requantise_cycles and self.rng.random() < 1 / 40:
            self._change()
        # The bias comes a cycle before its acc.
        self.values.appendleft(self._value())
        bits = {
            part.name: getattr(self.values[part.delay], part.name) & (1 << part.width) - 1
            for part in n.formats.scale_parts
        }
        width = n.formats.ofmap_width
        return {
            "acc": self.values[1].acc & (1 << n.formats.acc_width) - 1,
            **bits,
            "single_rounding": self.single_rounding,
            "zero_point": self.zero_point & (1 << width) - 1,
            "act_min": self.act_min & (1 << width) - 1,
            "act_max": self.act_max & (1 << width) - 1,
            "below": self.zero_point - self.act_min & (1 << width + 1) - 1,
            "above": self.zero_point - self.act_max - 1 & (1 << width + 1) - 1,
        }

    # -- what is right --------------------------------------------------------------------

    def _steady(self) -> bool:
        """Zero point, range and rounding are those of the value that comes out."""
        return self.steady >= self.numbers.timing.requantise_cycles

    def model(self, i: Values) -> Expected:
        mask = (1 << self.numbers.formats.ofmap_width) - 1
        return {"ofmap": int(self.component.ofmap[0]) & mask} if self._steady() else {}

    def promise(self, i: Values) -> Expected:
        mask = (1 << self.numbers.formats.ofmap_width) - 1
        value = self.expected[0]
        return {} if value is None or not self._steady() else {"ofmap": value & mask}

    def _result(self, value: Value) -> int:
        return promised_result(value, self.numbers.formats.bias_width, self.rounding == "double")

    def _ofmap(self, value: Value) -> int:
        return min(max(self._result(value) + self.zero_point, self.act_min), self.act_max)

    def _note_golden(self, value: Value, multiplier: int, shift: int) -> None:
        """In TFLite's domain, the golden model must agree with the promise."""
        x, low, high = value.acc + value.bias, *INT32
        left = max(shift, 0) if self._is_signed() else 0
        result = self._result(value)
        if x << left == multiplier == low:
            result = min(result, high)  # TFLite saturates this product, and no other
        defined = {
            "sum": self.x_range[0] <= x <= self.x_range[1],
            "left shift": self.words or low <= x << left <= high,
            "result": low <= result <= high and low <= result + self.zero_point <= high,
            "zero point": not self.words or self.zero_point == 0,
        }
        self.met.update(f"undefined {name}" for name, holds in defined.items() if not holds)
        if not all(defined.values()):
            return
        q = Quantisation(
            bias=(value.bias,),
            multiplier=(multiplier,),
            shift=(shift,),
            act_min=self.act_min,
            act_max=self.act_max,
            ofmap_zero_point=self.zero_point,
            ifmap_width=self.spec.ifmap_width,
            rounding=self.rounding,
        )
        golden = int(requantise(np.array([value.acc]), q)[0])
        assert golden == self._ofmap(value), f"{value}: golden {golden}, {self._ofmap(value)}"
        self._note(value, shift, golden)

    def clock(self, i: Values) -> None:
        acc = np.array([self.values[1].acc])
        scale = (np.array([i[part.name]]) for part in self.numbers.formats.scale_parts)
        self.component.compute(acc, *scale, self._config(i))
        self.component.commit()
        self.expected = [*self.expected[1:], self._promised(self.values[1])]
        self.steady += 1

    def _promised(self, value: Value) -> int | None:
        return self._ofmap(value)

    def _config(self, i: Values) -> dict[str, int]:
        return {
            "single_rounding": i["single_rounding"],
            "ofmap_zero_point": self.zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }

    # -- coverage -------------------------------------------------------------------------

    def _note(self, value: Value, shift: int, ofmap: int) -> None:
        """Counts the cases of each rounding's definition in TFLite that the run met."""
        x = value.acc + value.bias
        product = x * value.multiplier
        seen = {
            "smallest shift": shift == self.shift_range[0],
            "largest shift": shift == self.shift_range[1],
            "clamped below": ofmap == self.act_min,
            "clamped above": ofmap == self.act_max,
            "within the range": self.act_min < ofmap < self.act_max,
            "end of the sums": x in self.x_range,
            "end of the left shifts": shift > 8 and not INT32[0] < x * 2**shift < 2**31 - 2**shift,
            "square of the smallest": x * 2**shift == value.multiplier == INT32[0],
        }
        self.met.update(name for name, holds in seen.items() if holds)
        if self.rounding == "single" or self.words:
            self._note_tie("single", product, value.right_shift)
            return
        self._note_tie("first", product, min(value.right_shift, 31))
        if shift < 0:
            self._note_tie("second", half_up(product, 31), -shift)

    def _note_tie(self, name: str, number: int, bits: int) -> None:
        if bits > 0 and number & (1 << bits) - 1 == 1 << bits - 1:
            self.met[f"{name} rounding, {'negative' if number < 0 else 'positive'} tie"] += 1

    def uncovered(self) -> str:
        wanted = ["smallest shift", "largest shift", "clamped below", "clamped above"]
        wanted += ["within the range", "end of the sums"]
        # The promise holds beyond TFLite's domain too.
        wanted += ["undefined sum", "undefined result"]
        roundings = []
        if self.words or "single" in self.spec.roundings:
            roundings.append("single")
        if "double" in self.spec.roundings:
            roundings += ["first", "second"]
            wanted += ["undefined left shift", "end of the left shifts", "square of the smallest"]
        wanted += [f"{r} rounding, {s} tie" for r in roundings for s in ("negative", "positive")]
        return ", ".join(name for name in wanted if self.met[name] < 20)


dw_requantise = leaf_test("dw_requantise", RequantiseCase, 6000)
