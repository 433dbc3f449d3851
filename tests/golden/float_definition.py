"""The semantics of floats in exact fractions, one number at a time; shares nothing with dwsim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

PLACES = {"float32": (24, -126, 127), "float16": (11, -14, 15), "bfloat16": (8, -126, 127)}
"""Significant bits, the exponent of the smallest normal number, and the largest exponent."""


def rounded(exact: Fraction, format_name: str) -> float:
    """The nearest number of a format, the even one of two; ``exact`` is not 0."""
    digits, least, most = PLACES[format_name]
    size = abs(exact)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    unit = Fraction(2) ** (max(exponent, least) - digits + 1)
    nearest = round(size / unit) * unit  # round() takes ties of a Fraction to even
    value = math.inf if nearest >= Fraction(2) ** (most + 1) else float(nearest)
    return math.copysign(value, exact)


def is_small(exact: Fraction, format_name: str) -> bool:
    """True below the normal numbers."""
    return abs(exact) < Fraction(2) ** PLACES[format_name][1]


@dataclass(frozen=True)
class Definition:
    """Operations on Python floats, which hold every number of the three formats."""

    number: str
    acc: str
    flush: bool

    def operand(self, value: float, name: str) -> float:
        """A subnormal is a zero with flush."""
        if self.flush and math.isfinite(value) and is_small(Fraction(value), name):
            return math.copysign(0.0, value)
        return value

    def result(self, exact: Fraction, name: str) -> float:
        """The rounded result of an operation whose exact value is not 0."""
        if self.flush and is_small(exact, name):
            return math.copysign(0.0, exact)
        return rounded(exact, name)

    def product(self, a: float, b: float) -> float:
        """In the accumulation format."""
        a, b = self.operand(a, self.number), self.operand(b, self.number)
        if a == 0 or b == 0 or not (math.isfinite(a) and math.isfinite(b)):
            return a * b
        return self.result(Fraction(a) * Fraction(b), self.acc)

    def sum(self, a: float, b: float) -> float:
        """In the accumulation format."""
        a, b = self.operand(a, self.acc), self.operand(b, self.acc)
        if not (math.isfinite(a) and math.isfinite(b)) or Fraction(a) + Fraction(b) == 0:
            return a + b
        return self.result(Fraction(a) + Fraction(b), self.acc)

    def added(self, a: float | None, b: float | None) -> float | None:
        """A skipped part, None, leaves the other as it is."""
        if a is None or b is None:
            return b if a is None else a
        return self.sum(a, b)

    def chain(self, parts: Sequence[float | None]) -> float | None:
        """One after the other."""
        total = None
        for part in parts:
            total = self.added(total, part)
        return total

    def pairs(self, parts: Sequence[float | None]) -> float | None:
        """Neighbours, until one is left."""
        while len(parts) > 1:
            parts = [
                self.added(parts[i], parts[i + 1]) if i + 1 < len(parts) else parts[i]
                for i in range(0, len(parts), 2)
            ]
        return parts[0]

    def final(
        self, total: float | None, bias: float | None, clamp: tuple[float, float] | None
    ) -> float:
        """From a window's sum to its result."""
        value = 0.0 if total is None or total == 0 else total
        if bias is not None:
            value = self.sum(value, bias) + 0.0  # no -0
        if math.isfinite(value) and value != 0:
            value = self.result(Fraction(value), self.number)
        if clamp is not None and not math.isnan(value):
            value = clamp[0] if value < clamp[0] else clamp[1] if value > clamp[1] else value
        return value


def parallel_sum(
    definition: Definition, products: np.ndarray, units: int, kernel: tuple[int, int]
) -> float | None:
    """The sum of a window in an array of ``kernel`` taps and ``units`` multipliers a lane.

    ``products`` is an object array of the layer's kernel, None at a tap outside the ifmap.
    """
    grid = np.full(kernel, None, object)
    grid[kernel[0] - len(products) :, kernel[1] - len(products[0]) :] = products
    row = min(units, kernel[1])
    flat = list(grid.flat)
    flat += [None] * (-len(flat) % units)
    passes = []
    for first in range(0, len(flat), units):
        chains = [flat[i : i + row] for i in range(first, first + units, row)]
        passes.append(definition.pairs([definition.chain(chain) for chain in chains]))
    return definition.pairs(passes)


def serial_sum(definition: Definition, products: np.ndarray, partial_sums: int) -> float | None:
    """The sum of a window whose taps come one after the other."""
    flat = list(products.flat)
    parts = [definition.chain(flat[k::partial_sums]) for k in range(partial_sums)]
    return definition.pairs(parts)
