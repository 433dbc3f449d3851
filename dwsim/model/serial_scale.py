"""Model of ``dw_serial_scale`` and ``dw_float_serial_scale``: tap-serial requantisers, scales."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.derive.stages import MEMORY_CYCLES
from dwsim.model.component import Component
from dwsim.model.pipeline import Pipeline
from dwsim.model.requantise_stage import from_bytes, requantisers
from dwsim.model.serial_loader import SerialLoader


class SerialScale(Component):
    """Reads the scale of each sum that is about to leave; values are int64 of shape (values,)."""

    def __init__(self, numbers: SerialNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.index = np.arange(numbers.shape.requantisers)
        self.parts = numbers.formats.scale_parts
        self.requantise = requantisers(numbers, numbers.shape.requantisers)
        zeros = np.zeros_like(self.index)
        self.reads = [Pipeline(MEMORY_CYCLES + part.delay, zeros) for part in self.parts]

    @property
    def values(self) -> np.ndarray:
        """The values out."""
        return self.requantise.ofmap

    def compute(
        self,
        loader: SerialLoader,
        lane: int,
        weight_set: int,
        sums: np.ndarray,
        config: Mapping[str, Any],
    ) -> None:
        """``lane`` is that of the first of the sums that come three cycles later."""
        lanes = (lane + self.index) % self.lanes
        scales = loader.scale[loader.active_bank, weight_set].reshape(self.lanes, -1)[lanes]
        for part, read in zip(self.parts, self.reads, strict=True):
            number = from_bytes(scales[:, part.first : part.first + part.words].T)
            read.compute(False, number & (1 << part.width) - 1)
        bias, multiplier, right_shift = (read.q for read in self.reads)
        self.requantise.compute(sums, bias, multiplier, right_shift, config)

    def commit(self) -> None:
        """The clock edge."""
        for read in self.reads:
            read.commit()
        self.requantise.commit()
