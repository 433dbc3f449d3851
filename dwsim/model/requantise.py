"""Model of ``dw_requantise`` for all lanes: TFLite's integers from accumulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.stages import (
    CLAMP_CYCLES,
    RIGHT_SHIFT_WIDTH,
    ROUND_SHIFT_CYCLES,
    SCALE_PRODUCT_CYCLES,
)
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


class Requantise(Component):
    """One value a lane and cycle; ``scale`` and ``x`` are registers, the others are delays."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.numbers = numbers
        self.scale = np.zeros((numbers.formats.scale_words, numbers.spec.lanes), np.int64)
        self.x = np.zeros(numbers.spec.lanes, np.int64)
        self.products = Pipeline(SCALE_PRODUCT_CYCLES, self.x)
        self.values = Pipeline(ROUND_SHIFT_CYCLES + CLAMP_CYCLES, self.x)

    @property
    def ofmap(self) -> np.ndarray:
        """The values out, int64 of shape (lanes,)."""
        return self.values.q

    def compute(self, acc: np.ndarray, scale: np.ndarray, config: Mapping[str, Any]) -> None:
        """``scale`` has the bytes of bias, multiplier and right shift, as read in this cycle.

        They are used in the next one, for values at different places of the pipeline: the bias
        for that cycle's acc, the multiplier for the one before it. int64 of shape (scale_words,
        lanes).
        """
        n = self.numbers
        number = {
            part.name: self.scale[part.first : part.first + part.words]
            for part in n.formats.scale_parts
        }
        self.next = {
            "scale": scale,
            "x": _signed(acc + _from_bytes(number["bias"]), n.formats.bias_width),
        }
        multiplier = _from_bytes(number["multiplier"])
        if n.formats.multiplier_width == 32:
            multiplier = _signed(multiplier, 32)
        # At most 63 bits and a sign, in both formats.
        self.products.compute(False, self.x * multiplier)
        right_shift = _from_bytes(number["right_shift"]) & (1 << RIGHT_SHIFT_WIDTH) - 1
        spec = n.spec
        single = spec.requantise == "single" or (
            spec.requantise == "both" and bool(config["single_rounding"])
        )
        scaled = (_once if single else _twice)(self.products.q, right_shift)
        scaled += config["ofmap_zero_point"]
        low, high = config["act_min"], config["act_max"]
        # Not np.clip: where act_min > act_max (before any geometry was taken) the order counts.
        ofmap = np.where(scaled < low, low, np.where(scaled > high, high, scaled))
        self.values.compute(False, ofmap)

    def commit(self) -> None:
        """The clock edge."""
        super().commit()
        self.products.commit()
        self.values.commit()


def _once(product: np.ndarray, right_shift: np.ndarray) -> np.ndarray:
    """In units of 2**right_shift, half up."""
    guard = (product << 1) >> right_shift & 1
    return (product >> right_shift) + guard


def _twice(product: np.ndarray, right_shift: np.ndarray) -> np.ndarray:
    """In units of 2**31, half up, and that in units of the rest, ties away from zero.

    Where there is no rest, it is one rounding.
    """
    rest = np.maximum(right_shift - 31, 0)
    high = (product + (1 << 30)) >> 31
    half = (np.int64(1) << rest) >> 1
    return np.where(rest > 0, (high + half - (high < 0)) >> rest, _once(product, right_shift))


def _from_bytes(values: np.ndarray) -> np.ndarray:
    """Unsigned numbers from their bytes, lowest first: int64 (bytes, lanes) to (lanes,)."""
    number = np.zeros_like(values[0])
    for index, byte in enumerate(values):
        number |= (byte & 0xFF) << (8 * index)
    return number


def _signed(values: np.ndarray, width: int) -> np.ndarray:
    """The values as two's complement numbers of ``width`` bits."""
    spare = 64 - width
    return values << spare >> spare
