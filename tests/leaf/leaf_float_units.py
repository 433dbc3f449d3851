"""Inside the simulator: the multiplier and the adder of floats."""

from __future__ import annotations

import math
import struct
from collections import Counter
from typing import Any

import numpy as np

from dwsim.model.float_adder import FloatAdder
from dwsim.model.float_multiplier import FloatMultiplier
from dwsim.spec.float_arithmetic import FLOAT_FORMATS, FloatArithmetic, FloatFormat
from tests.golden.float_definition import Definition
from tests.leaf.leaf_harness import Expected, Values, leaf_test
from tests.leaf.leaf_scale import Delayed


class FloatDigitsCase(Delayed):
    cycles = 3

    def drive(self) -> Values:
        return {name: self.number(self.parameters["DIGITS"]) for name in ("a", "b")}

    def expected(self, i: Values) -> Expected:
        return {"exact": i["a"] * i["b"]}


def value_of(word: int, name: str) -> float:
    """The number, by Python's own conversions; bfloat16 is the upper half of a float32."""
    if name == "float16":
        return float(struct.unpack("<e", struct.pack("<H", word))[0])
    return float(struct.unpack("<f", struct.pack("<I", word << 16 * (name == "bfloat16")))[0])


def word_of(value: float, name: str) -> int:
    """The word of a number of the format."""
    if math.isnan(value):
        return {"float32": 0x7FC00000, "float16": 0x7E00, "bfloat16": 0x7FC0}[name]
    if name == "float16":
        return int(struct.unpack("<H", struct.pack("<e", value))[0])
    return int(struct.unpack("<I", struct.pack("<f", value))[0]) >> 16 * (name == "bfloat16")


def format_name(exponent: int, significand: int) -> str:
    """The name of the format with these widths."""
    wanted = FloatFormat(exponent, significand)
    return next(name for name, number in FLOAT_FORMATS.items() if number == wanted)


class FloatCase(Delayed):
    """Pairs of numbers: random bits, numbers of one size, sparse digits, special numbers."""

    wanted: tuple[str, ...] = ("nan", "infinite", "overflow", "zero", "rounded", "tiny")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        p = self.parameters
        self.name = format_name(p["EXPONENT_W"], p["SIGNIFICAND_W"])
        self.number_format = FLOAT_FORMATS[self.name]
        self.flush = p["SUBNORMALS"] == 0
        self.met: Counter[str] = Counter()

    def pair(self, products: bool) -> tuple[int, int]:
        """Words whose result is often near an end of the format, or near a tie."""
        rng, number = self.rng, self.number_format
        bits, most = number.significand_width, (1 << number.exponent_width) - 1
        field_a = rng.choice((rng.randint(0, most), rng.choice((0, 1, most - 1, most))))
        if rng.random() < 0.3:
            field_b = rng.choice((0, 1, most - 1, most, rng.randint(0, most)))
        elif products:
            # Around the smallest normal product, around 1, around the largest number.
            middle = rng.choice((number.bias, 2 * number.bias, 3 * number.bias))
            field_b = middle - field_a + rng.randint(-bits - 3, 3)
        else:
            field_b = field_a + rng.choice(
                (0, rng.randint(-1, 1), rng.randint(-bits - 4, bits + 4))
            )
        fractions = [rng.getrandbits(bits) & self._sparse() for _ in range(2)]
        if not products and rng.random() < 0.2:
            fractions[1] = fractions[0] ^ rng.choice((0, 1))
        fields = field_a, min(max(field_b, 0), most)
        signs = [rng.getrandbits(1) << number.width - 1 for _ in range(2)]
        a, b = (
            sign + (field << bits) + fraction
            for sign, field, fraction in zip(signs, fields, fractions, strict=True)
        )
        return a, b

    def _sparse(self) -> int:
        """A mask that often leaves only the highest bits."""
        bits = self.number_format.significand_width
        return -1 << self.rng.choice((0, 0, self.rng.randrange(bits + 1)))

    def note(self, values: list[float], exact: float, result: float, name: str) -> None:
        """Counts the cases; ``exact`` is the float64 result."""
        finite = all(map(math.isfinite, values))
        least = 2.0 ** FLOAT_FORMATS[name].least_exponent
        seen = {
            "nan": math.isnan(result),
            "infinite": not finite and math.isinf(result),
            "overflow": finite and math.isinf(result),
            "zero": result == 0,
            "rounded": result != exact and math.isfinite(result) and result != 0,
            "tiny": 0 < abs(exact) < least,
        }
        self.met.update(kind for kind, holds in seen.items() if holds)

    def uncovered(self) -> str:
        return ", ".join(kind for kind in self.wanted if self.met[kind] < 5)


class FloatMultiplierCase(FloatCase):
    cycles = 7

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        p = self.parameters
        self.acc = format_name(p["ACC_EXPONENT_W"], p["ACC_SIGNIFICAND_W"])
        self.definition = Definition(self.name, self.acc, self.flush)
        arithmetic = FloatArithmetic(self.name, self.acc, "flush" if self.flush else "keep")
        self.unit = FloatMultiplier(arithmetic, (1,))
        if (self.name, self.acc) == ("float16", "float32"):
            self.wanted = ("nan", "infinite", "zero")
        elif self.name == "bfloat16" and self.acc == "float32":
            self.wanted = ("nan", "infinite", "overflow", "zero", "tiny")

    def drive(self) -> Values:
        a, b = self.pair(products=True)
        return {"skip": int(self.rng.random() < 0.05), "a": a, "b": b}

    def expected(self, i: Values) -> Expected:
        if i["skip"]:
            return {"product": 0}
        values = [value_of(i[name], self.name) for name in ("a", "b")]
        result = self.definition.product(*values)
        self.note(values, values[0] * values[1], result, self.acc)
        return {"product": word_of(result, self.acc)}

    def model(self, i: Values) -> Expected:
        if self.cycle < self.cycles:
            return {}
        return {"product": int(self.unit.product[0])}

    def clock(self, i: Values) -> None:
        super().clock(i)
        self.unit.compute(*(np.array([i[name]], np.int64) for name in ("skip", "a", "b")))
        self.unit.commit()


class FloatAdderCase(FloatCase):
    cycles = 6

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.definition = Definition(self.name, self.name, self.flush)
        arithmetic = FloatArithmetic(self.name, self.name, "flush" if self.flush else "keep")
        self.unit = FloatAdder(arithmetic, (1,))

    def drive(self) -> Values:
        a, b = self.pair(products=False)
        return {"a": a, "b": b}

    def expected(self, i: Values) -> Expected:
        values = [value_of(i[name], self.name) for name in ("a", "b")]
        result = self.definition.sum(*values)
        self.note(values, values[0] + values[1], result, self.name)
        return {"sum": word_of(result, self.name)}

    def model(self, i: Values) -> Expected:
        if self.cycle < self.cycles:
            return {}
        return {"sum": int(self.unit.sum[0])}

    def clock(self, i: Values) -> None:
        super().clock(i)
        self.unit.compute(*(np.array([i[name]], np.int64) for name in ("a", "b")))
        self.unit.commit()


dw_float_digits = leaf_test("dw_float_digits", FloatDigitsCase, 1000)
dw_float_multiplier = leaf_test("dw_float_multiplier", FloatMultiplierCase, 3000)
dw_float_adder = leaf_test("dw_float_adder", FloatAdderCase, 3000)
