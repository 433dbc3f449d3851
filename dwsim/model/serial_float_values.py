"""The stages between the drain of a tap-serial engine in floating point and its output stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.float_clamp import FloatClamp
from dwsim.model.float_narrow import FloatNarrow
from dwsim.model.float_part_sum import FloatPartSum
from dwsim.model.float_serial_bias import FloatSerialBias
from dwsim.model.serial_loader import SerialLoader
from dwsim.spec.float_arithmetic import FloatArithmetic


class SerialFloatValues(Component):
    """Adds the partial sums of each value, and rounds to the ofmap's format; in an engine with an
    epilogue, bias and clamp around that."""

    def __init__(self, numbers: SerialNumbers, arithmetic: FloatArithmetic) -> None:
        count = numbers.shape.requantisers
        self.part_sum = FloatPartSum(arithmetic, count, numbers.formats.partial_sums)
        self.narrow = FloatNarrow(arithmetic, count)
        self.parts: tuple[Component, ...] = (self.part_sum, self.narrow)
        self.has_epilogue = numbers.formats.has_epilogue
        if self.has_epilogue:
            self.bias = FloatSerialBias(numbers, arithmetic)
            self.clamp = FloatClamp(arithmetic, count)
            self.parts = (*self.parts, self.bias, self.clamp)

    @property
    def values(self) -> np.ndarray:
        """The values out, words of the number format, int64 of shape (values,)."""
        return self.clamp.ofmap if self.has_epilogue else self.narrow.ofmap

    def compute(
        self,
        loader: SerialLoader,
        lane: int,
        weight_set: int,
        sums: np.ndarray,
        config: Mapping[str, Any],
    ) -> None:
        """``sums`` are the partial sums that leave the drain: (values, partial_sums)."""
        total = self.part_sum.sums(sums)
        self.part_sum.compute(sums)
        if not self.has_epilogue:
            self.narrow.compute(total)
            return
        self.bias.compute(loader, lane, weight_set, total)
        self.narrow.compute(self.bias.sums)
        self.clamp.compute(self.narrow.ofmap, config["act_min"], config["act_max"])

    def commit(self) -> None:
        """The clock edge, of the parts."""
        for part in self.parts:
            part.commit()
