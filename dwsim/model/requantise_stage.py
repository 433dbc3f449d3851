"""Model of ``dw_requantise_stage``, and of ``dw_float_requantise_stage``: all requantisers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dwsim.derive import EngineNumbers
from dwsim.derive.serial_numbers import SerialNumbers
from dwsim.model.component import Component
from dwsim.model.float_requantise import FloatRequantise
from dwsim.model.requantise import Requantise


class RequantiseStage(Component):
    """Puts the bytes of the scales together, for the requantisers of all lanes."""

    def __init__(self, numbers: EngineNumbers) -> None:
        self.scale_parts = numbers.formats.scale_parts
        self.requantise = requantisers(numbers, numbers.spec.lanes)

    @property
    def ofmap(self) -> np.ndarray:
        """The values out, int64 of shape (lanes,)."""
        return self.requantise.ofmap

    def compute(self, acc: np.ndarray, scale: np.ndarray, config: Mapping[str, Any]) -> None:
        """``acc`` is int64 of shape (lanes,), ``scale`` of shape (bytes, lanes)."""
        bias, multiplier, right_shift = (
            from_bytes(scale[part.first : part.first + part.words]) & (1 << part.width) - 1
            for part in self.scale_parts
        )
        self.requantise.compute(acc, bias, multiplier, right_shift, config)

    def commit(self) -> None:
        """The clock edge, of the requantisers."""
        self.requantise.commit()


def requantisers(
    numbers: EngineNumbers | SerialNumbers, values: int
) -> Requantise | FloatRequantise:
    """The model of ``values`` requantisers of an engine."""
    kind = FloatRequantise if numbers.formats.rounds_in_float else Requantise
    return kind(numbers, values)


def from_bytes(values: np.ndarray) -> np.ndarray:
    """Unsigned numbers from their bytes, lowest first: int64 (bytes, lanes) to (lanes,)."""
    number: np.ndarray = np.zeros_like(values[0])
    for index, byte in enumerate(values):
        number |= (byte & 0xFF) << (8 * index)
    return number
