"""Model of ``dw_requantise`` for all lanes: TFLite's integers from accumulators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline


def _wrap(values: np.ndarray, width: int) -> np.ndarray:
    """The values as two's complement numbers of ``width`` bits."""
    spare = 64 - width
    return values << spare >> spare


class Requantise(Component):
    """One value a lane and cycle; the registers between are one delay."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.numbers = numbers
        self.fraction = numbers.multiplier_width - 1
        zeros = np.zeros(numbers.spec.lanes, np.int64)
        self.stages = Pipeline(numbers.requantise_cycles, zeros)

    @property
    def ofmap(self) -> np.ndarray:
        """The values out, int64 of shape (lanes,)."""
        return self.stages.q

    def compute(self, acc: np.ndarray, scale: np.ndarray, config: Mapping[str, Any]) -> None:
        """``scale`` has the bytes of bias, multiplier and shift: int64 (scale_words, lanes)."""
        n = self.numbers
        bias = _bytes(scale[: n.bias_width // 8])
        multiplier = _bytes(scale[n.bias_width // 8 : -1])
        shift = _wrap(scale[-1], n.shift_width)
        x = _wrap(acc + bias, n.bias_width)
        spec = n.spec
        single = spec.requantise == "single" or (
            spec.requantise == "both" and bool(config["single_rounding"])
        )
        scaled = self._once(x, multiplier, shift) if single else self._twice(x, multiplier, shift)
        shifted = _wrap(scaled + config["ofmap_zero_point"], 32)
        low, high = config["act_min"], config["act_max"]
        # Not np.clip: where act_min > act_max (before any geometry was taken) the order counts.
        ofmap = np.where(shifted < low, low, np.where(shifted > high, high, shifted))
        self.stages.compute(False, ofmap)

    def _once(self, x: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
        total = self.fraction - shift
        half = np.int64(1) << (total - 1)
        return _wrap(x * multiplier + half >> total, 32)

    def _twice(self, x: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
        width = self.numbers.bias_width
        x = _wrap(x << np.maximum(shift, 0), width)
        high = x * multiplier + (1 << (self.fraction - 1)) >> self.fraction
        high = np.minimum(high, (1 << 31) - 1)
        right = np.maximum(-shift, 0)
        half = (np.int64(1) << right) >> 1
        nudge = (high < 0) & (right != 0)
        return high + half - nudge >> right

    def commit(self) -> None:
        """The clock edge."""
        self.stages.commit()


def _bytes(values: np.ndarray) -> np.ndarray:
    """Signed numbers from their bytes, lowest first: int64 (bytes, lanes) to (lanes,)."""
    number = np.zeros_like(values[0])
    for index, byte in enumerate(values):
        number |= (byte & 0xFF) << (8 * index)
    return _wrap(number, 8 * len(values))
