"""Model of ``values`` requantisers (``dw_requantise``): TFLite's integers from accumulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import (
    CLAMP_CYCLES,
    ROUND_SHIFT_CYCLES,
    SCALE_PRODUCT_CYCLES,
)
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


class Requantise(Component):
    """One value a lane and cycle; ``bias`` to ``x`` are registers, the others are delays."""

    def __init__(self, numbers: EngineNumbers | SerialNumbers, values: int) -> None:
        self.numbers = numbers
        zeros = np.zeros(values, np.int64)
        self.bias = self.multiplier = self.right_shift = self.x = zeros
        self.products = Pipeline(SCALE_PRODUCT_CYCLES, zeros)
        self.values = Pipeline(ROUND_SHIFT_CYCLES + CLAMP_CYCLES, zeros)

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

        The parts are used in the next cycle, for values at different places of the pipeline: the
        bias for that cycle's acc, the multiplier for the acc of one cycle before.
        """
        n = self.numbers
        self.next = {
            "bias": bias,
            "multiplier": multiplier,
            "right_shift": right_shift,
            "x": signed(acc + self.bias, n.formats.bias_width),
        }
        factor = self.multiplier
        if n.formats.multiplier_width == 32:
            factor = signed(factor, 32)
        # At most 63 bits and a sign, in both formats.
        self.products.compute(False, self.x * factor)
        spec = n.spec
        single = spec.requantise == "single" or (
            spec.requantise == "both" and bool(config["single_rounding"])
        )
        scaled = rounded_product(self.products.q, self.right_shift, single)
        self.values.compute(False, clamped(scaled, config))

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.products.commit()
        self.values.commit()


def rounded_product(product: np.ndarray, right_shift: np.ndarray, single: bool) -> np.ndarray:
    """The results before the zero point is added, from the products of sums and multipliers."""
    return _once(product, right_shift) if single else _twice(product, right_shift)


def clamped(scaled: np.ndarray, config: Mapping[str, Any]) -> np.ndarray:
    """The ofmap values: results plus the zero point, within the activation's range."""
    shifted: np.ndarray = scaled + config["ofmap_zero_point"]
    low, high = config["act_min"], config["act_max"]
    # Not np.clip: if act_min > act_max (before the first cfg handshake), the order matters.
    return np.where(shifted < low, low, np.where(shifted > high, high, shifted))


def _once(product: np.ndarray, right_shift: np.ndarray) -> np.ndarray:
    """Divides by 2**right_shift, half up."""
    guard = (product << 1) >> right_shift & 1
    rounded: np.ndarray = (product >> right_shift) + guard
    return rounded


def _twice(product: np.ndarray, right_shift: np.ndarray) -> np.ndarray:
    """Divides by 2**31, half up, and then by the rest of 2**right_shift, half away from zero.

    Without a rest there is one rounding.
    """
    rest = np.maximum(right_shift - 31, 0)
    high = (product + (1 << 30)) >> 31
    half = (np.int64(1) << rest) >> 1
    return np.where(rest > 0, (high + half - (high < 0)) >> rest, _once(product, right_shift))


def signed(values: np.ndarray, width: int) -> np.ndarray:
    """The values as two's complement numbers of ``width`` bits."""
    spare = 64 - width
    return values << spare >> spare
