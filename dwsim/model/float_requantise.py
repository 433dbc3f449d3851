"""Model of ``values`` requantisers with float rounding (``dw_float_requantise``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import (
    CLAMP_CYCLES,
    FLOAT_CONVERT_CYCLES,
    FLOAT_ROUND_CYCLES,
    SCALE_PRODUCT_CYCLES,
)
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline
from dwsim.model.requantise import clamped, rounded_product, signed

BEYOND = 1 << 20
"""Stands for every number that is outside of the field of ``dw_float_round``."""


class FloatRequantise(Component):
    """One value a lane and cycle; ``bias`` to ``x`` are registers, the others are delays.

    The factors of the product wait with the exponents that belong to them: an array of the factor
    of the sum, the zeros above the sum's highest 1, and the sign.
    """

    def __init__(self, numbers: EngineNumbers | SerialNumbers, values: int) -> None:
        self.numbers = numbers
        zeros = np.zeros(values, np.int64)
        self.bias = self.multiplier = self.right_shift = self.x = zeros
        waiting = np.zeros((3, values), np.int64)
        self.converted = Pipeline(FLOAT_CONVERT_CYCLES, waiting)
        self.products = Pipeline(SCALE_PRODUCT_CYCLES, waiting)
        self.values = Pipeline(FLOAT_ROUND_CYCLES + CLAMP_CYCLES, zeros)

    @property
    def ofmap(self) -> np.ndarray:
        """The values out, int64 of shape (values,)."""
        values: np.ndarray = self.values.q
        return values

    def compute(
        self,
        acc: np.ndarray,
        bias: np.ndarray,
        multiplier: np.ndarray,
        right_shift: np.ndarray,
        config: Mapping[str, Any],
    ) -> None:
        """All arrays are int64 of shape (values,); the parts of the scale are unsigned words.

        The parts are used in the next cycle, for values at different places of the pipeline.
        """
        n = self.numbers
        self.next = {
            "bias": bias,
            "multiplier": multiplier,
            "right_shift": right_shift,
            "x": signed(acc + self.bias, n.formats.bias_width),
        }
        in_float = n.spec.requantise == "float" or bool(config["float_rounding"])
        self.converted.compute(False, _converted(self.x) if in_float else _whole(self.x))
        factor, zeros, negative = self.converted.q
        product = factor * signed(self.multiplier, 32)
        self.products.compute(False, np.array([product, zeros, negative]))
        product, zeros, negative = self.products.q
        if in_float:
            width = n.formats.ofmap_width
            scaled = _rounded(product, zeros, negative, self.right_shift, width)
        else:
            single = "double" not in n.spec.roundings or (
                "single" in n.spec.roundings and bool(config["single_rounding"])
            )
            scaled = rounded_product(product, self.right_shift, single)
        self.values.compute(False, clamped(scaled, config))

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.converted.commit()
        self.products.commit()
        self.values.commit()


def _whole(x: np.ndarray) -> np.ndarray:
    return np.array([x, np.zeros_like(x), np.zeros_like(x)])


def _converted(x: np.ndarray) -> np.ndarray:
    """``dw_float_convert``: the factor, the zeros and the sign of the float32 nearest to x."""
    magnitude = np.abs(x)
    zeros = np.where(magnitude > 0, 32 - np.frexp(magnitude.astype(np.float64))[1], 31)
    significand = _nearest_even(magnitude << zeros, np.int64(8))
    return np.array([significand << 6, zeros, x < 0])


def _rounded(
    product: np.ndarray,
    zeros: np.ndarray,
    negative: np.ndarray,
    right_shift: np.ndarray,
    width: int,
) -> np.ndarray:
    """``dw_float_round``, with ``BEYOND`` for what lies outside of a field of ``width`` bits."""
    significands = product >> 13 & (1 << 48) - 1
    top = significands >> 47
    rounded = _nearest_even(significands, 23 + top)
    places = right_shift + zeros - 38 - top
    magnitude = _nearest_even(rounded, np.clip(places, 1, 40))
    magnitude[places < 24 - width] = BEYOND
    magnitude[(places > 24) | (significands >> 46 == 0)] = 0
    return np.where(negative > 0, -magnitude, magnitude)


def _nearest_even(number: np.ndarray, bits: np.ndarray | np.int64) -> np.ndarray:
    """Divides numbers that are not negative by 2**bits, to nearest, ties to even."""
    one = np.int64(1)
    quotient, rest, half = number >> bits, number & (one << bits) - 1, one << bits - 1
    up = (rest > half) | (rest == half) & (quotient & 1 > 0)
    result: np.ndarray = quotient + up
    return result
