"""Inside the simulator: the requantiser, against golden's and against its model."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from dwsim import golden_quantised
from dwsim.derive import EngineNumbers, value_range
from dwsim.model.requantise import Requantise
from dwsim.spec.quantisation import SHIFT_MIN, Quantisation, reduced_multiplier, shift_max
from tests.rtl.leaf_harness import DONT_CARE, Case, Expected, Values, leaf_test

INT32 = (-(2**31), 2**31 - 1)
Numbers = tuple[int, int, int]
"""What is scaled (acc + bias), the multiplier as a layer states it, the shift."""


def _parts(number: int, count: int) -> list[int]:
    """The lowest bytes of a number, as the signed bytes of the parameter stream."""
    return [((number >> 8 * k & 0xFF) ^ 0x80) - 0x80 for k in range(count)]


class RequantiseCase(Case):
    """One lane: ties, saturation, ends of every domain, and anything else."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.numbers = n = EngineNumbers(self.spec)
        self.component = Requantise(n)
        self.words = self.spec.ifmap_width == 16
        self.acc_range = value_range(n.acc_width, True)
        self.x_range = value_range(n.bias_width, True)
        self.ofmap_range = value_range(n.ofmap_width, True)
        self.shift_range = (SHIFT_MIN, shift_max(self.spec.ifmap_width))
        self.fraction = n.multiplier_width - 1
        self.expected: list[int | None] = [DONT_CARE] * n.requantise_cycles
        self.steady = 0  # cycles since zero point and range have changed last
        self.met: Counter[str] = Counter()
        self._change()

    # -- stimuli --------------------------------------------------------------------------

    def _change(self) -> None:
        """Another zero point and another range: what a stream keeps constant."""
        low, high = self.ofmap_range
        rng = self.rng
        whole = rng.random() < 0.4
        ends = (low, high) if whole else sorted(rng.randint(low, high) for _ in range(2))
        self.act_min, self.act_max = ends
        self.zero_point = (
            0 if self.words else rng.choice((low, -1, 0, high, rng.randint(low, high)))
        )
        self.steady = 0

    def _scaled_by_one(self, rounding: str) -> Numbers:
        """The result is x, or nearly: around the ends of the range."""
        edge = self.rng.choice((*self.ofmap_range, self.act_min, self.act_max)) - self.zero_point
        return edge + self.rng.randint(-2, 2), 2**30, 1

    def _tie(self, rounding: str) -> Numbers:
        """A sum halfway between two results, of either sign, or next to it."""
        rng = self.rng
        odd = 2 * rng.randint(-300, 300) + 1
        if rounding == "double" and rng.random() < 0.5:
            # x * 2**30 / 2**31 is half of x.
            return odd + rng.choice((0, 0, 1)), rng.choice((-(2**30), 2**30)), rng.randint(-2, 1)
        if rounding == "double":
            right = rng.randint(1, 20)
            return (odd << right) + rng.choice((-2, 0, 0, 2)), 2**30, -right
        power = rng.randint(16 if self.words else 0, 30)
        shift = rng.randint(-12, 7)
        zeros = 30 - shift - power
        if zeros < 0:
            return odd, 2**30, -shift
        return (odd << zeros) + rng.choice((-1, 0, 0, 1)), 2**power, shift

    def _ends(self, rounding: str) -> Numbers:
        """Ends of the domains."""
        rng = self.rng
        least = INT32[0] if self._is_signed(rounding) else 0
        return (
            rng.choice((*self.x_range, self.x_range[0] + 1, 0, -1, 1, 2**30, -(2**30))),
            rng.choice((least, least + 1, 0, 1, 2**30, INT32[1] - 1, INT32[1])),
            rng.choice((*self.shift_range, self.shift_range[0] + 1, -1, 0, 1, 5)),
        )

    def _square(self, rounding: str) -> Numbers:
        """The most negative number, made by a left shift too, times itself."""
        shift = self.rng.randint(*self.shift_range)
        if not self._is_signed(rounding):
            return self.x_range[0], INT32[1], shift
        odd = 2 * self.rng.randint(-40, 40) + 1
        x = odd << (31 - shift) if shift > 0 else INT32[0]
        return self._wrapped(x), INT32[0], shift

    def _typical(self, rounding: str) -> Numbers:
        """A normalised multiplier, a sum that it brings into the ofmap's range."""
        rng = self.rng
        sign = rng.choice((-1, 1)) if self._is_signed(rounding) else 1
        shift = rng.randint(-14, min(4, self.shift_range[1]))
        reach = 2 ** (self.numbers.ofmap_width - shift)
        return rng.randint(-reach, reach), sign * rng.randint(2**30, 2**31 - 1), shift

    def _anything(self, rounding: str) -> Numbers:
        rng = self.rng
        least = INT32[0] if self._is_signed(rounding) else 0
        x = rng.randint(*self.x_range) >> rng.randint(0, 30)
        return x, rng.randint(least, INT32[1]), rng.randint(*self.shift_range)

    def _is_signed(self, rounding: str) -> bool:
        """Whether TFLite defines negative multipliers."""
        return not self.words and rounding == "double"

    def _wrapped(self, number: int) -> int:
        width = self.numbers.bias_width
        return (number + (1 << width - 1)) % (1 << width) - (1 << width - 1)

    def drive(self) -> Values:
        rng, n = self.rng, self.numbers
        if self.steady > 4 * n.requantise_cycles and rng.random() < 1 / 40:
            self._change()
        able = {"both": ("double", "single")}.get(self.spec.requantise, (self.spec.requantise,))
        self.rounding = rng.choice(able)
        make = rng.choice(
            (
                self._scaled_by_one,
                self._tie,
                self._ends,
                self._square,
                self._typical,
                self._anything,
            )
        )
        x, self.multiplier, self.shift = make(self.rounding)
        x = self._wrapped(x)
        self.acc = rng.choice((*self.acc_range, 0, -1, rng.randint(*self.acc_range)))
        self.bias = self._wrapped(x - self.acc)
        if self.words and not self.x_range[0] <= self.acc + self.bias <= self.x_range[1]:
            self.acc, self.bias = 0, x  # TFLite's sum is not defined beyond 48 bits
        # A build of one rounding has to ignore the port.
        single = int(self.rounding == "single") if len(able) > 1 else self.word(1)
        return {
            "acc": self.acc & (1 << n.acc_width) - 1,
            "bias": self.bias & (1 << n.bias_width) - 1,
            "multiplier": self._given_multiplier() & (1 << n.multiplier_width) - 1,
            "shift": self.shift & (1 << n.shift_width) - 1,
            "single_rounding": single,
            "zero_point": self.zero_point & (1 << n.ofmap_width) - 1,
            "act_min": self.act_min & (1 << n.ofmap_width) - 1,
            "act_max": self.act_max & (1 << n.ofmap_width) - 1,
        }

    def _given_multiplier(self) -> int:
        """What the parameter stream carries."""
        return reduced_multiplier(self.multiplier) if self.words else self.multiplier

    # -- what is right --------------------------------------------------------------------

    def _steady(self) -> bool:
        """Zero point and range are those of the value that comes out."""
        return self.steady >= self.numbers.requantise_cycles

    def model(self, i: Values) -> Expected:
        mask = (1 << self.numbers.ofmap_width) - 1
        return {"ofmap": int(self.component.ofmap[0]) & mask} if self._steady() else {}

    def promise(self, i: Values) -> Expected:
        mask = (1 << self.numbers.ofmap_width) - 1
        value = self.expected[0]
        if not self._steady() or value is None:
            return {}
        return {"ofmap": value & mask}

    def _golden(self) -> int:
        q = Quantisation(
            bias=(self.bias,),
            multiplier=(self.multiplier,),
            shift=(self.shift,),
            act_min=self.act_min,
            act_max=self.act_max,
            ofmap_zero_point=self.zero_point,
            ifmap_width=self.spec.ifmap_width,
            rounding=self.rounding,
        )
        return int(golden_quantised.requantise(np.array([self.acc]), q)[0])

    def clock(self, i: Values) -> None:
        n = self.numbers
        scale = [
            *_parts(self.bias, n.bias_width // 8),
            *_parts(self._given_multiplier(), n.multiplier_width // 8),
            *_parts(self.shift, 1),
        ]
        config = {
            "single_rounding": i["single_rounding"],
            "ofmap_zero_point": self.zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }
        self.component.compute(np.array([self.acc]), np.array(scale)[:, np.newaxis], config)
        self.component.commit()
        value = self._golden()
        self.expected = [*self.expected[1:], value]
        self.steady += 1
        self._note(value)

    # -- coverage -------------------------------------------------------------------------

    def _note(self, value: int) -> None:
        """Counts what was met, by the definition of each rounding."""
        x, multiplier, shift = (
            self._wrapped(self.acc + self.bias),
            self._given_multiplier(),
            self.shift,
        )
        seen = {
            "smallest shift": shift == self.shift_range[0],
            "largest shift": shift == self.shift_range[1],
            "clamped below": value == self.act_min,
            "clamped above": value == self.act_max,
            "within the range": self.act_min < value < self.act_max,
            "acc + bias wraps": not self.words and self.acc + self.bias != x,
        }
        if self.rounding == "single" or self.words:
            total = self.fraction - shift
            product = x * multiplier
            result = (product + (1 << total - 1)) >> total
            self._note_tie("single", product, total)
            seen["result wraps"] = not INT32[0] <= result <= INT32[1]
        else:
            left = self._wrapped(x << max(shift, 0))
            product = left * multiplier
            high = (product + (1 << 30)) >> 31
            self._note_tie("first", product, 31)
            if shift < 0:
                self._note_tie("second", high, -shift)
            seen["left shift wraps"] = left != x << max(shift, 0)
            seen["square of the smallest"] = left == multiplier == INT32[0]
        self.met.update(name for name, holds in seen.items() if holds)

    def _note_tie(self, name: str, number: int, bits: int) -> None:
        if bits > 0 and number & (1 << bits) - 1 == 1 << bits - 1:
            self.met[f"{name} rounding, {'negative' if number < 0 else 'positive'} tie"] += 1

    def uncovered(self) -> str:
        wanted = ["smallest shift", "largest shift", "clamped below", "clamped above"]
        wanted += ["within the range"]
        roundings = []
        if self.words or self.spec.requantise in ("single", "both"):
            roundings.append("single")
            wanted.append("result wraps")
        if self.spec.requantise in ("double", "both"):
            roundings += ["first", "second"]
            wanted += ["left shift wraps", "square of the smallest"]
        if not self.words:
            wanted.append("acc + bias wraps")
        wanted += [f"{r} rounding, {s} tie" for r in roundings for s in ("negative", "positive")]
        return ", ".join(name for name in wanted if self.met[name] < 20)


dw_requantise = leaf_test("dw_requantise", RequantiseCase, 6000)
