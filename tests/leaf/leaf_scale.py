"""Inside the simulator: the parts of the requantiser."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter, deque
from typing import Any

from dwsim.derive import value_range
from tests.leaf.leaf_harness import Case, Expected, Values, leaf_test


def signed(word: int, width: int) -> int:
    """The bits as a two's complement number."""
    return word - (word >> width - 1 << width)


class Delayed(Case):
    """A promise of ``cycles`` cycles after its inputs, the same outputs in every cycle."""

    cycles: int

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.waiting: deque[Expected] = deque()

    @abstractmethod
    def expected(self, i: Values) -> Expected:
        """The outputs, ``cycles`` later: every leaf has its own."""

    def promise(self, i: Values) -> Expected:
        return self.waiting[0] if len(self.waiting) == self.cycles else {}

    def clock(self, i: Values) -> None:
        if len(self.waiting) == self.cycles:
            self.waiting.popleft()
        self.waiting.append(self.expected(i))

    def number(self, width: int) -> int:
        """Random bits of any size, often those of an extreme number."""
        ends = (0, 1, (1 << width) - 1, 1 << width - 1, (1 << width - 1) - 1)
        if self.rng.random() < 0.3:
            return self.rng.choice(ends) & (1 << width) - 1
        small = self.rng.getrandbits(width) >> self.rng.randrange(width)
        return (-small if self.rng.random() < 0.5 else small) & (1 << width) - 1


class MultiplierCase(Delayed):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.cycles = self.parameters["CYCLES"]
        self.met: set[int] = set()

    def drive(self) -> Values:
        return {name: self.number(self.parameters[f"{name.upper()}_W"]) for name in ("a", "b")}

    def expected(self, i: Values) -> Expected:
        product = self._factor("a", i) * self._factor("b", i)
        self.met.add(product)
        return {"p": product & (1 << self.parameters["P_W"]) - 1}

    def _factor(self, name: str, i: Values) -> int:
        width = self.parameters[f"{name.upper()}_W"]
        return signed(i[name], width) if self.parameters[f"{name.upper()}_SIGNED"] else i[name]

    def uncovered(self) -> str:
        ranges = [
            value_range(self.parameters[f"{name}_W"], bool(self.parameters[f"{name}_SIGNED"]))
            for name in "AB"
        ]
        wanted = {one * other for one in ranges[0] for other in ranges[1]}
        return "" if wanted <= self.met else f"products {wanted - self.met}"


class ProductCase(Delayed):
    cycles = 5

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.extremes: set[tuple[int, int]] = set()

    def drive(self) -> Values:
        return {
            "x": self.number(self.instance.inputs["x"]),
            "multiplier": self.number(self.parameters["MULTIPLIER_W"]),
        }

    def expected(self, i: Values) -> Expected:
        width = self.parameters["MULTIPLIER_W"]
        x = signed(i["x"], self.instance.inputs["x"])
        multiplier = signed(i["multiplier"], width) if width > 17 else i["multiplier"]
        self.extremes.add((x, multiplier))
        return {"product": x * multiplier & (1 << 64) - 1}

    def uncovered(self) -> str:
        width = self.parameters["MULTIPLIER_W"]
        wanted = {
            (x, multiplier)
            for x in value_range(self.instance.inputs["x"], True)
            for multiplier in value_range(width, width > 17)
        }
        return "" if wanted <= self.extremes else f"factors {wanted - self.extremes}"


class StepShiftCase(Case):
    def drive(self) -> Values:
        width = self.parameters["OUT_W"] + 3 * self.parameters["STEP"]
        return {"d": self.word(width), "steps": self.word(2), "invert": self.word(1)}

    def promise(self, i: Values) -> Expected:
        mask = (1 << self.parameters["OUT_W"]) - 1
        q = i["d"] >> i["steps"] * self.parameters["STEP"]
        return {"q": (~q if i["invert"] else q) & mask}


class MaskedAdderCase(Case):
    def drive(self) -> Values:
        width = self.parameters["WIDTH"]
        return {"a": self.word(width), "b": self.word(width), "mask": self.word(1)}

    def promise(self, i: Values) -> Expected:
        return {"sum": i["b"] + (0 if i["mask"] else i["a"]) & (1 << self.parameters["WIDTH"]) - 1}


class ClampBoundsCase(Delayed):
    cycles = 1

    def drive(self) -> Values:
        width = self.parameters["OFMAP_W"]
        return {name: self.number(width) for name in ("zero_point", "act_min", "act_max")}

    def expected(self, i: Values) -> Expected:
        width = self.parameters["OFMAP_W"]
        zero_point, act_min, act_max = (
            signed(i[name], width) for name in ("zero_point", "act_min", "act_max")
        )
        mask = (1 << width + 1) - 1
        return {"below": zero_point - act_min & mask, "above": zero_point - act_max - 1 & mask}


class RoundShiftCase(Delayed):
    """Ties and their neighbours, fields that just fit and just do not, and anything else."""

    cycles = 2

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.width = self.parameters["FIELD_W"]
        self.twice = 0
        self.steady = 0
        self.met: Counter[str] = Counter()

    def drive(self) -> Values:
        rng = self.rng
        if self.steady > 20 and rng.random() < 1 / 10:
            self.twice = int(rng.random() < 0.8 and self.width < 16)
            self.steady = 0
        shift = rng.choice((rng.randrange(64), rng.randrange(32, 64)))
        field = rng.randint(-(2**self.width) - 2, 2**self.width + 2)
        # The bits below the field: anything, or a pattern that decides a rounding.
        below = rng.choice((0, (1 << shift) - 1, (1 << shift) >> 1, rng.getrandbits(64)))
        if shift > 31 and rng.random() < 0.3:
            high = rng.choice((0, -1, 1)) + ((1 << shift - 31) >> 1)
            below = (high << 31) + rng.choice((0, 2**30, 2**30 - 1, -(2**30), rng.getrandbits(31)))
        elif shift > 31:
            # A tail that decides, or one that differs from such a tail in one bit.
            tail = 0 if field < 0 else (1 << shift - 1) - 1
            below = tail ^ rng.choice((0, 1 << shift - 1)) ^ rng.getrandbits(30)
            if rng.random() < 0.7:
                below ^= 1 << rng.randint(30, shift - 1)
        product = (field << shift) + below % (1 << shift)
        if rng.random() < 0.3 and shift + self.width < 63:  # one bit above the field is another
            product ^= 1 << rng.randint(shift + self.width, 62)
        if rng.random() < 0.1:
            product = signed(rng.getrandbits(64), 64) >> rng.randrange(64)
        if not -(2**63) <= product < 2**63:
            product = field
        self.product, self.shift = product, shift
        return {"product": product & (1 << 64) - 1, "right_shift": shift, "twice": self.twice}

    def promise(self, i: Values) -> Expected:
        return super().promise(i) if self.steady >= self.cycles else {}

    def clock(self, i: Values) -> None:
        self.steady += 1
        super().clock(i)

    def expected(self, i: Values) -> Expected:
        """Only the sum of the outputs is promised; these bits are its only representation."""
        product, shift, negative = self.product, self.shift, self.product < 0
        floor = product >> shift
        guard = (product << 1 >> shift) & 1
        result = floor + guard
        if self.twice and shift > 31:
            high, rest = product + 2**30 >> 31, shift - 31
            away = (2 * abs(high) + 2**rest) >> rest + 1
            result = -away if high < 0 else away
            self._note(high, rest, floor, result, guard)
        self.met["outside" if not -(2**self.width) <= floor < 2**self.width else "inside"] += 1
        expected: Expected = {"negative": int(negative), "positive": int(not negative)}
        expected["outside"] = int(not -(2**self.width) <= floor < 2**self.width)
        if expected["outside"]:
            return expected
        expected["field"] = (2 * floor + guard) & (1 << self.width + 1) - 1
        # The carry out of guard + nudge + positive; where nudge is free, it is this.
        tail = self._tail()
        expected["nudge"] = int(tail) ^ int(negative)
        carry = guard + expected["nudge"] + (not negative) >> 1
        assert floor + carry == result, f"{product} >> {shift}: {floor} + {carry} is not {result}"
        return expected

    def _tail(self) -> bool:
        """True if the bits from 30 to below the guard are all ones, or all 0 if negative."""
        if not self.twice or self.shift <= 31:
            return False
        bits = self.product >> 30 & (1 << self.shift - 31) - 1
        return bits == (0 if self.product < 0 else (1 << self.shift - 31) - 1)

    def _note(self, high: int, rest: int, floor: int, result: int, guard: int) -> None:
        sign = "negative" if high < 0 else "positive"
        if high & (1 << rest) - 1 == 1 << rest - 1:
            self.met[f"{sign} tie"] += 1
            if self.product & 2**31 - 1 >= 2**30:
                self.met[f"{sign} tie that the first rounding makes"] += 1
        self.met["not half up"] += result != floor + guard

    def uncovered(self) -> str:
        ties = [f"{sign} tie" for sign in ("negative", "positive")]
        made = [f"{tie} that the first rounding makes" for tie in ties]
        wanted = ["inside", "outside"]
        if self.width < 16:
            wanted += ["not half up", *ties, *made]
        return ", ".join(name for name in wanted if self.met[name] < 20)


dw_multiplier = leaf_test("dw_multiplier", MultiplierCase, 1500)
dw_product = leaf_test("dw_product", ProductCase, 4000)
dw_step_shift = leaf_test("dw_step_shift", StepShiftCase, 500)
dw_masked_adder = leaf_test("dw_masked_adder", MaskedAdderCase, 500)
dw_round_shift = leaf_test("dw_round_shift", RoundShiftCase, 8000)
dw_clamp_bounds = leaf_test("dw_clamp_bounds", ClampBoundsCase, 500)
